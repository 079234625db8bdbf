"""Logins by WeCom and Feishu, against stand-ins that answer as their documentation says."""

from collections.abc import Iterator

import pytest

from app.connectors.signin.provider import Begun
from app.connectors.signin.wecom import Wecom
from app.domain.errors import SignInRefused
from tests.signin import BACK, came_back, logged_in
from tests.signin_apps import AGENT, CORP, WECOM_SECRET, FeishuStandIn, WecomStandIn, feishu_of, wecom_of


@pytest.fixture
def wecom() -> Iterator[WecomStandIn]:
    with WecomStandIn() as started:
        yield started


@pytest.fixture
def feishu() -> Iterator[FeishuStandIn]:
    with FeishuStandIn() as started:
        yield started


def test_wecom_names_a_member_of_the_company(wecom: WecomStandIn) -> None:
    provider = wecom_of(wecom)
    identity = logged_in(provider)
    assert (identity.issuer, identity.subject) == (f"https://work.weixin.qq.com/{CORP}", "zhangsan")
    assert identity.name == "张三"
    assert identity.claims["department"] == [1, 12]
    wecom.member = {}
    assert logged_in(provider).name == "ZhangSan"
    assert wecom.paths().count("/cgi-bin/gettoken") == 1


def test_wecom_is_asked_for_a_new_token_when_the_kept_one_has_ended(wecom: WecomStandIn) -> None:
    now = 0.0
    provider = Wecom(CORP, AGENT, WECOM_SECRET, login=wecom.address, api=wecom.address, inside=True, clock=lambda: now)
    logged_in(provider)
    wecom.valid_tokens.clear()
    assert logged_in(provider).subject == "zhangsan"
    assert wecom.paths().count("/cgi-bin/gettoken") == 2
    now = 7000.0
    logged_in(provider)
    assert wecom.paths().count("/cgi-bin/gettoken") == 3


@pytest.mark.parametrize("person", [{"openid": "o1"}, {"userid": "wwother/lisi"}, {}, {"userid": 5}])
def test_wecom_refuses_who_is_no_member(wecom: WecomStandIn, person: dict[str, object]) -> None:
    wecom.person = person
    with pytest.raises(SignInRefused, match="no member"):
        logged_in(wecom_of(wecom))


def test_wecom_refuses_a_used_code_and_tells_the_operator_what_is_set_up_wrongly(wecom: WecomStandIn) -> None:
    provider = wecom_of(wecom)
    code, begun = came_back(provider)
    provider.finish(code, begun, BACK)
    with pytest.raises(SignInRefused, match="code is not valid"):
        provider.finish(code, begun, BACK)
    with pytest.raises(SignInRefused, match="errcode 40001") as caught:
        logged_in(wecom_of(wecom, "wrong-secret"))
    assert "wrong-secret" not in caught.value.message.zh + caught.value.message.en
    wecom.token_fault = 60020
    with pytest.raises(SignInRefused, match="errcode 60020"):
        logged_in(wecom_of(wecom))


def test_feishu_names_a_person_by_what_is_the_same_in_all_apps(feishu: FeishuStandIn) -> None:
    identity = logged_in(feishu_of(feishu))
    assert (identity.issuer, identity.subject, identity.name) == ("https://accounts.feishu.cn", "on_1", "李四")
    assert identity.claims["tenant_key"] == "t1"
    feishu.person = {"open_id": "ou_1"}
    assert logged_in(feishu_of(feishu)).subject == "ou_1"


def test_feishu_refuses_a_used_code_another_verifier_and_a_wrong_secret(feishu: FeishuStandIn) -> None:
    provider = feishu_of(feishu)
    code, begun = came_back(provider)
    provider.finish(code, begun, BACK)
    with pytest.raises(SignInRefused, match="code is not valid"):
        provider.finish(code, begun, BACK)
    code, begun = came_back(provider)
    with pytest.raises(SignInRefused, match="code_verifier is not valid"):
        provider.finish(code, Begun("", begun.state, "", "x" * 43), BACK)
    with pytest.raises(SignInRefused, match="invalid_client") as caught:
        logged_in(feishu_of(feishu, "wrong-secret"))
    assert "wrong-secret" not in caught.value.message.zh + caught.value.message.en
    feishu.person_fault = 99991663
    with pytest.raises(SignInRefused, match="code 99991663"):
        logged_in(provider)
    feishu.person, feishu.person_fault = {"name": "nobody"}, 0
    with pytest.raises(SignInRefused, match="union_id"):
        logged_in(provider)
