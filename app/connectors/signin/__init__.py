"""Logins elsewhere: who may vouch for people in this installation. What they need is loaded when one is used."""

from app.connectors.signin.feishu import Feishu
from app.connectors.signin.oidc import Oidc
from app.connectors.signin.provider import Provider
from app.connectors.signin.wecom import Wecom
from app.domain.text import Text
from app.settings import Settings


def providers(settings: Settings) -> dict[str, Provider]:
    """Return what is configured, by key, in the order of its buttons; keep it, for it remembers keys and tokens."""
    found: list[Provider] = []
    if settings.oidc_issuer and settings.oidc_client_id:
        secret = settings.oidc_client_secret.get_secret_value() if settings.oidc_client_secret else ""
        found.append(
            Oidc(
                settings.oidc_issuer,
                settings.oidc_client_id,
                secret or None,
                label=Text(settings.oidc_name, settings.oidc_name),
                scopes=settings.oidc_scopes,
                inside=settings.oidc_inside,
            )
        )
    if settings.wecom_corp_id and settings.wecom_agent_id and settings.wecom_secret:
        found.append(Wecom(settings.wecom_corp_id, settings.wecom_agent_id, settings.wecom_secret.get_secret_value()))
    if settings.feishu_app_id and settings.feishu_secret:
        found.append(Feishu(settings.feishu_app_id, settings.feishu_secret.get_secret_value()))
    return {provider.key: provider for provider in found}


def back_address(settings: Settings, key: str) -> str:
    """Return where a login elsewhere leads back to; the same words are registered there, one address for each."""
    return f"{settings.public_url}/login/{key}/back"
