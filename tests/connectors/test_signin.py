"""A login elsewhere, from its first page to who somebody is, against a stand-in that speaks real HTTP."""

import logging
import subprocess
import sys
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest

from app.connectors.signin import back_address, providers
from app.connectors.signin.oidc import FRESH_SECONDS, Oidc
from app.connectors.signin.provider import Begun, challenge, same
from app.domain.errors import SignInRefused, Unreachable
from app.domain.roles import Role
from app.settings import Settings
from tests.signin import BACK, SECRET, Fault, Issuer, came_back, logged_in, oidc_of
from tests.signin_apps import (
    AGENT,
    APP,
    CORP,
    FEISHU_SECRET,
    WECOM_SECRET,
    FeishuStandIn,
    WecomStandIn,
    feishu_of,
    wecom_of,
)

REFUSED = {
    Fault.NONCE: "nonce",
    Fault.AUDIENCE: "aud",
    Fault.SECOND_AUDIENCE: "azp",
    Fault.PARTY: "azp",
    Fault.EXPIRED: "exp",
    Fault.FUTURE: "iat",
    Fault.UNSIGNED: "alg",
    Fault.PUBLIC_KEY_AS_SECRET: "alg",
    Fault.OTHER_KEY: "signature",
    Fault.UNKNOWN_KEY: "kid",
    Fault.TOKEN_ISSUER: "iss",
    Fault.DISCOVERED_ISSUER: "issuer",
    Fault.NO_TOKEN: "id_token",
    Fault.NO_TOKEN_TIME: "iat",
    Fault.NO_SUBJECT: "sub",
    Fault.TWISTED: "signature",
    Fault.SCRIPT_AS_PAGE: "authorization_endpoint",
    Fault.LONG_SUBJECT: "sub",
}
"""Which part of the answer is named for each fault."""


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with Issuer() as started:
        yield started


@pytest.fixture
def wecom() -> Iterator[WecomStandIn]:
    with WecomStandIn() as started:
        yield started


@pytest.fixture
def feishu() -> Iterator[FeishuStandIn]:
    with FeishuStandIn() as started:
        yield started


def test_an_issuer_names_who_logged_in_with_all_claims(issuer: Issuer) -> None:
    identity = logged_in(oidc_of(issuer))
    assert (identity.issuer, identity.subject, identity.name) == (issuer.issuer, "f3b1", "张三")
    assert identity.claims["realm_access"] == {"roles": ["luopan-admins"]}


def test_a_login_is_begun_with_a_state_a_nonce_and_a_challenge_of_its_own(issuer: Issuer) -> None:
    provider = oidc_of(issuer)
    begun, other = provider.begin(BACK), provider.begin(BACK)
    query = {name: values[0] for name, values in parse_qs(urlsplit(begun.address).query).items()}
    assert query == {
        "response_type": "code",
        "client_id": "luopan",
        "redirect_uri": BACK,
        "scope": "openid profile",
        "state": begun.state,
        "nonce": begun.nonce,
        "code_challenge": challenge(begun.verifier),
        "code_challenge_method": "S256",
    }
    assert len({begun.state, begun.nonce, begun.verifier, other.state, other.nonce, other.verifier}) == 6
    assert begun.verifier not in begun.address + repr(begun)
    assert min(map(len, (begun.state, begun.nonce, begun.verifier))) >= 43


@pytest.mark.parametrize("fault", Fault)
def test_every_fault_of_an_issuer_is_refused_and_named(issuer: Issuer, fault: Fault) -> None:
    issuer.fault = fault
    with pytest.raises(SignInRefused) as caught:
        logged_in(oidc_of(issuer))
    assert f"（{REFUSED[fault]}）" in caught.value.message.zh
    assert "luopan" not in caught.value.message.en


def test_a_code_is_good_once_and_only_with_the_verifier_and_address_it_was_asked_with(issuer: Issuer) -> None:
    provider = oidc_of(issuer)
    code, begun = came_back(provider)
    provider.finish(code, begun, BACK)
    with pytest.raises(SignInRefused, match="code is not valid"):
        provider.finish(code, begun, BACK)
    code, begun = came_back(provider)
    with pytest.raises(SignInRefused, match="code is not valid"):
        provider.finish(code, Begun("", begun.state, begun.nonce, "x" * 43), BACK)
    code, begun = came_back(provider)
    with pytest.raises(SignInRefused, match="code is not valid"):
        provider.finish(code, begun, f"{BACK}/elsewhere")


def test_a_token_of_another_login_is_refused_by_its_nonce(issuer: Issuer) -> None:
    provider = oidc_of(issuer)
    code, begun = came_back(provider)
    for nonce in ("", provider.begin(BACK).nonce):
        with pytest.raises(SignInRefused):
            provider.finish(code, Begun("", begun.state, nonce, begun.verifier), BACK)
        code, begun = came_back(provider)


@pytest.mark.parametrize("code", ["", "a\nb", "代码", "c" * 5000])
def test_what_cannot_be_a_code_is_not_sent_to_anybody(
    issuer: Issuer, wecom: WecomStandIn, feishu: FeishuStandIn, code: str
) -> None:
    for provider in (oidc_of(issuer), wecom_of(wecom), feishu_of(feishu)):
        with pytest.raises(SignInRefused):
            provider.finish(code, Begun("", "s", "n", "v"), BACK)
    assert issuer.asked + wecom.asked + feishu.asked == []


@pytest.mark.parametrize("methods", [("client_secret_basic",), ("client_secret_post",), ("private_key_jwt",)])
def test_the_secret_is_shown_in_the_way_that_the_issuer_wants(methods: tuple[str, ...]) -> None:
    with Issuer(methods=methods) as issuer:
        if methods == ("private_key_jwt",):
            with pytest.raises(SignInRefused, match="token_endpoint_auth_methods_supported"):
                logged_in(oidc_of(issuer))
        else:
            assert logged_in(oidc_of(issuer)).subject == "f3b1"


def test_a_public_client_has_no_secret_and_a_wrong_secret_is_told_to_the_operator() -> None:
    with Issuer(secret=None) as issuer:
        assert logged_in(oidc_of(issuer)).subject == "f3b1"
    with Issuer() as issuer:
        with pytest.raises(SignInRefused, match="invalid_client") as caught:
            logged_in(Oidc(issuer.issuer, "luopan", "wrong-secret", inside=True))
        assert "wrong-secret" not in caught.value.message.zh + caught.value.message.en


def test_what_an_issuer_publishes_is_kept_for_an_hour_and_a_new_key_is_fetched_at_once(issuer: Issuer) -> None:
    now = 0.0
    provider = Oidc(issuer.issuer, "luopan", SECRET, inside=True, clock=lambda: now)

    def fetched() -> tuple[int, int]:
        paths = [path.rpartition("/")[2] for path in issuer.paths()]
        return paths.count("openid-configuration"), paths.count("jwks")

    for _ in range(2):
        logged_in(provider)
    assert fetched() == (1, 1)
    issuer.kid = "second"
    logged_in(provider)
    assert fetched() == (1, 2)
    now = FRESH_SECONDS + 1
    logged_in(provider)
    assert fetched() == (2, 3)


def test_an_issuer_that_is_away_or_may_not_be_asked_is_an_error_of_reaching_it(issuer: Issuer) -> None:
    with pytest.raises(Unreachable, match="must not be asked"):
        Oidc(issuer.issuer, "luopan", SECRET).begin(BACK)
    with pytest.raises(Unreachable, match="status 404"):
        Oidc(f"{issuer.address}/realms/other", "luopan", SECRET, inside=True).begin(BACK)
    with Issuer() as gone:
        provider = oidc_of(gone)
    with pytest.raises(Unreachable, match="does not answer"):
        provider.begin(BACK)


def test_no_secret_code_or_token_of_a_login_reaches_the_log(
    issuer: Issuer, wecom: WecomStandIn, feishu: FeishuStandIn, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("", "httpx", "httpcore.http11", "httpcore.connection"):
        caplog.set_level(logging.DEBUG, name)
    for provider, secret in (
        (oidc_of(issuer), SECRET),
        (wecom_of(wecom), WECOM_SECRET),
        (feishu_of(feishu), FEISHU_SECRET),
    ):
        code, begun = came_back(provider)
        logging.getLogger("luopan.test").info("%r %r", begun, provider.finish(code, begun, BACK))
        assert [word for word in (secret, code, begun.state, begun.verifier or "-" * 9) if word in caplog.text] == []


def test_a_state_is_compared_whole() -> None:
    assert same("kept", "kept")
    assert not any(same(kept, given) for kept, given in (("", ""), ("kept", ""), ("kept", "kept2"), ("kept", "保")))


def test_only_what_is_configured_is_offered() -> None:
    assert providers(Settings()) == {}
    settings = Settings(
        public_url="https://luopan.example",
        oidc_issuer="https://sso.example/realms/company",
        oidc_client_id="luopan",
        oidc_name="公司账号",
        oidc_grants='{"realm_access.roles": {"luopan-admins": "admin"}}',
        wecom_corp_id=CORP,
        wecom_agent_id=AGENT,
        wecom_secret=WECOM_SECRET,
        feishu_app_id=APP,
        feishu_secret=FEISHU_SECRET,
    )
    found = providers(settings)
    assert [(key, provider.label.zh) for key, provider in found.items()] == [
        ("oidc", "公司账号"),
        ("wecom", "企业微信"),
        ("feishu", "飞书"),
    ]
    assert back_address(settings, "oidc") == BACK
    assert settings.grant_mapping.held({"realm_access": {"roles": ["luopan-admins"]}}) == {(Role.ADMIN, None)}
    for key, start in (
        ("wecom", "https://login.work.weixin.qq.com/wwlogin/sso/login?login_type=CorpApp&appid=ww1a2b3c&agentid="),
        ("feishu", "https://accounts.feishu.cn/open-apis/authen/v1/authorize?client_id=cli_a1b2c3&"),
    ):
        assert found[key].begin(BACK).address.startswith(start)


def test_the_settings_of_a_local_issuer_lead_through_a_whole_login(issuer: Issuer) -> None:
    settings = Settings(
        public_url="http://127.0.0.1:8000",
        oidc_issuer=issuer.issuer,
        oidc_client_id=issuer.client_id,
        oidc_client_secret=SECRET,
        oidc_inside=True,
    )
    assert logged_in(providers(settings)["oidc"]).name == "张三"


def test_a_process_that_logs_nobody_in_elsewhere_loads_neither_httpx_nor_jwt() -> None:
    program = (
        "import sys; from app.settings import Settings; from app.connectors.signin import providers;"
        "made = providers(Settings(public_url='https://l.example', wecom_corp_id='a', wecom_agent_id='b',"
        " wecom_secret='c', oidc_issuer='https://sso.example', oidc_client_id='d'));"
        "print(len(made), [name for name in ('httpx', 'httpcore', 'jwt', 'cryptography') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "2 []"
