"""Feishu 飞书: login by QR code, password or its own client, for a self-built app of one company.

Documentation: open.feishu.cn, 获取授权码, 获取 user_access_token (v3; v2 is deprecated) and 获取用户信息.
The code is good once, for 5 minutes, and bound to a verifier by PKCE.
"""

from collections.abc import Mapping

from app.connectors.outgoing import Outgoing, with_query
from app.connectors.signin.provider import (
    LONGEST_SUBJECT,
    Begun,
    Identity,
    challenge,
    checked_code,
    fault_of,
    fresh,
    misconfigured,
    refused,
    text_of,
)
from app.domain.errors import Unreachable
from app.domain.text import Text

ACCOUNTS = "https://accounts.feishu.cn"
API = "https://open.feishu.cn"

_BAD_CODE = frozenset((20003, 20004, 20024, 20065, 20071))
"""The code is unknown, old, of another app, used, or was asked for with another address."""
_BAD_VERIFIER = frozenset((20049,))


class Feishu:
    """Login by the Feishu company that the app belongs to; whoever may use the app."""

    key = "feishu"
    label = Text("飞书", "Feishu")

    def __init__(
        self, app_id: str, secret: str, *, accounts: str = ACCOUNTS, api: str = API, inside: bool = False
    ) -> None:
        self._app_id, self._secret = app_id, secret
        self._accounts, self._api = accounts, api
        self._calls = Outgoing([address.partition("://")[2] for address in (accounts, api)], inside=inside)

    def begin(self, back: str) -> Begun:
        """Return Feishu's login page."""
        state, verifier = fresh(), fresh()
        query = {
            "client_id": self._app_id,
            "response_type": "code",
            "redirect_uri": back,
            "state": state,
            "code_challenge": challenge(verifier),
            "code_challenge_method": "S256",
        }
        return Begun(with_query(f"{self._accounts}/open-apis/authen/v1/authorize", query), state, "", verifier)

    def finish(self, code: str, begun: Begun, back: str) -> Identity:
        """Return the person whom the code stands for, by what is the same in all apps of the company."""
        fields = {
            "grant_type": "authorization_code",
            "client_id": self._app_id,
            "client_secret": self._secret,
            "code": checked_code(code),
            "redirect_uri": back,
            "code_verifier": begun.verifier,
        }
        token = text_of(self._exchanged(fields), "access_token")
        if not token:
            raise refused("access_token")
        said = self._calls.get_json(
            f"{self._api}/open-apis/authen/v1/user_info", headers={"Authorization": f"Bearer {token}"}
        )
        person = self._fine(said).get("data")
        if not isinstance(person, dict):
            raise refused("user_info")
        subject = text_of(person, "union_id", "open_id")
        if not 0 < len(subject) <= LONGEST_SUBJECT:
            raise refused("union_id")
        return Identity(ACCOUNTS, subject, text_of(person, "name", "en_name") or subject, person)

    def _exchanged(self, fields: Mapping[str, str]) -> Mapping[str, object]:
        try:
            return self._fine(self._calls.post_form(f"{self._accounts}/oauth/v3/token", fields))
        except Unreachable as error:
            if error.answered == 401:  # noqa: PLR2004 (the app is not known, or its secret is wrong)
                raise misconfigured(self.label, "invalid_client") from None
            if error.answered == 400:  # noqa: PLR2004 (mostly the code is old or used)
                raise refused("code") from None
            raise

    def _fine(self, said: Mapping[str, object]) -> Mapping[str, object]:
        fault = fault_of(said, "code")
        if fault in _BAD_CODE:
            raise refused("code")
        if fault in _BAD_VERIFIER:
            raise refused("code_verifier")
        if fault != 0:
            raise misconfigured(self.label, f"code {fault}")
        return said
