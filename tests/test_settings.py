"""Settings of single sign-on are checked together, and refused in one sentence that names what to set."""

from typing import Any

import pytest
from pydantic import ValidationError

from app.settings import Settings

URL = "https://luopan.example"
ISSUER = "https://sso.example/realms/company"
OIDC: dict[str, Any] = {"public_url": URL, "oidc_issuer": ISSUER, "oidc_client_id": "luopan"}


def sentence(**given: Any) -> str:  # noqa: ANN401 (whatever somebody may set)
    with pytest.raises(ValidationError) as caught:
        Settings(**given)
    (error,) = caught.value.errors()
    place = ".".join(map(str, error["loc"]))
    return f"{place}: {error['msg'].removeprefix('Value error, ')}".removeprefix(": ")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            {"oidc_issuer": ISSUER},
            "LUOPAN_OIDC_ISSUER is set, so LUOPAN_OIDC_CLIENT_ID and LUOPAN_PUBLIC_URL must be too",
        ),
        ({**OIDC, "public_url": ""}, "LUOPAN_OIDC_ISSUER is set, so LUOPAN_PUBLIC_URL must be too"),
        (
            {"public_url": URL, "oidc_client_secret": "x"},
            "LUOPAN_OIDC_CLIENT_SECRET is set, so LUOPAN_OIDC_ISSUER and LUOPAN_OIDC_CLIENT_ID must be too",
        ),
        (
            {"public_url": URL, "oidc_grants": '{"groups": {"a": "admin"}}'},
            "LUOPAN_OIDC_GRANTS is set, so LUOPAN_OIDC_ISSUER and LUOPAN_OIDC_CLIENT_ID must be too",
        ),
        (
            {"public_url": URL, "wecom_corp_id": "ww1", "wecom_secret": "x"},
            "LUOPAN_WECOM_CORP_ID is set, so LUOPAN_WECOM_AGENT_ID must be too",
        ),
        ({"public_url": URL, "feishu_secret": "x"}, "LUOPAN_FEISHU_SECRET is set, so LUOPAN_FEISHU_APP_ID must be too"),
        (
            {"feishu_app_id": "a", "feishu_secret": "x"},
            "LUOPAN_FEISHU_APP_ID is set, so LUOPAN_PUBLIC_URL must be too",
        ),
        (
            {**OIDC, "oidc_grants": '{"groups": {"a": "boss"}}'},
            "oidc_grants: gives 'a' the role 'boss', but there are only admin, manager, operator, viewer",
        ),
        ({**OIDC, "oidc_scopes": "profile"}, "oidc_scopes: must contain openid"),
    ],
)
def test_what_is_missing_or_unknown_is_named_in_one_sentence(given: dict[str, Any], said: str) -> None:
    assert sentence(**given) == said


@pytest.mark.parametrize(
    "url",
    [
        *("http://luopan.example", "luopan.example", "https://", "https://me@luopan.example", "https://l.example?x=1"),
        *("https://l.example#x", "https://l.example:0", "https://l.example:port", "https://l .example", "https://\\l"),
    ],
)
def test_an_address_that_is_no_https_site_is_refused(url: str) -> None:
    assert sentence(**{**OIDC, "public_url": url}).startswith("public_url: must be like https://luopan.example.com")
    assert sentence(**{**OIDC, "oidc_issuer": url}).startswith("oidc_issuer: must be the issuer's address")


def test_the_public_address_has_no_path_and_may_be_this_machine_over_http() -> None:
    assert sentence(public_url=f"{URL}/luopan").endswith("without a path")
    assert Settings(public_url=f"{URL}/").public_url == URL
    for url in ("http://127.0.0.1:8000", "http://localhost:8000", "http://[::1]:8000"):
        assert Settings(public_url=url).public_url == url
    assert Settings(**{**OIDC, "oidc_issuer": "http://127.0.0.1:8080/"}).oidc_issuer == "http://127.0.0.1:8080/"


def test_variables_that_are_set_to_nothing_are_as_if_they_were_not_set() -> None:
    names = ("public_url", "oidc_issuer", "oidc_client_id", "oidc_client_secret", "oidc_grants", "wecom_corp_id")
    given: dict[str, Any] = dict.fromkeys((*names, "wecom_secret", "feishu_app_id", "feishu_secret"), "")
    settings = Settings(**given)
    assert (settings.public_url, settings.oidc_issuer) == (None, None)


def test_no_error_and_no_listing_of_the_settings_shows_a_secret() -> None:
    with pytest.raises(ValidationError) as caught:
        Settings(env="production", secret="short-secret", feishu_secret="feishu-secret")
    shown = f"{caught.value} {Settings(**OIDC, oidc_client_secret='oidc-secret')!r}"
    assert [word for word in ("short-secret", "feishu-secret", "oidc-secret") if word in shown] == []


def test_every_setting_of_single_sign_on_is_described() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []
