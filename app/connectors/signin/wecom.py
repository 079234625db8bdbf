"""WeCom 企业微信: login by QR code or in its own client, for a self-built app of one company.

Documentation: developer.work.weixin.qq.com, Web登录组件 (98171), 获取access_token (91039),
获取用户登录身份 (98177) and 读取成员 (90196). There is neither PKCE nor a nonce; the code is good once, for 5 minutes.
"""

from collections.abc import Callable, Mapping
from threading import Lock
from time import monotonic

from app.connectors.addresses import place
from app.connectors.outgoing import Outgoing, with_query
from app.connectors.signin.provider import (
    Begun,
    Identity,
    checked_code,
    fault_of,
    fresh,
    misconfigured,
    refused,
    text_of,
)
from app.domain.errors import SignInRefused, Unreachable
from app.domain.text import Text

LOGIN = "https://login.work.weixin.qq.com"
API = "https://qyapi.weixin.qq.com"

_EARLY = 300.0
"""Seconds before its end at which a token of the app is no longer used."""
_OLD_TOKEN = frozenset((40014, 41001, 42001))
_BAD_CODE = frozenset((40029, 40078))
_STRANGER = Text("这个账号不是本企业的成员，请换一个账号登录", "This account is no member of the company")


class Wecom:
    """Login by the WeCom company that the app belongs to; its members only."""

    key = "wecom"
    label = Text("企业微信", "WeCom")

    def __init__(
        self,
        corp_id: str,
        agent_id: str,
        secret: str,
        *,
        login: str = LOGIN,
        api: str = API,
        inside: bool = False,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._corp_id, self._agent_id, self._secret = corp_id, agent_id, secret
        self._login, self._api, self._clock = login, api, clock
        self._calls = Outgoing([api.partition("://")[2]], inside=inside)
        self._token, self._until, self._lock = "", 0.0, Lock()
        place(api)

    def begin(self, back: str) -> Begun:
        """Return WeCom's page with the QR code."""
        state = fresh()
        query = {
            "login_type": "CorpApp",
            "appid": self._corp_id,
            "agentid": self._agent_id,
            "redirect_uri": back,
            "state": state,
        }
        return Begun(with_query(f"{self._login}/wwlogin/sso/login", query), state, "", "")

    def finish(self, code: str, begun: Begun, back: str) -> Identity:  # noqa: ARG002 (as every provider has it)
        """Return the member of the company whom the code stands for."""
        said = self._asked("/cgi-bin/auth/getuserinfo", {"code": checked_code(code)})
        user = text_of(said, "userid")
        # Members of linked companies come as CorpId/userid, customers as openid: neither works here.
        if not user or "/" in user:
            raise SignInRefused(_STRANGER)
        member = self._member(user)
        # WeCom does not tell userids apart by case, and may return either.
        subject = user.lower()
        return Identity(
            f"https://work.weixin.qq.com/{self._corp_id}", subject, text_of(member, "name") or user, {**said, **member}
        )

    def _member(self, user: str) -> Mapping[str, object]:
        """Return what the app may know of a member: nothing, when it is outside of what the app sees."""
        try:
            return self._asked("/cgi-bin/user/get", {"userid": user})
        except (SignInRefused, Unreachable):
            return {}

    def _asked(self, path: str, query: Mapping[str, str]) -> Mapping[str, object]:
        said: Mapping[str, object] = {}
        for _ in range(2):
            token = self._app_token()
            said = self._calls.get_json(f"{self._api}{path}", {"access_token": token, **query})
            if fault_of(said, "errcode") not in _OLD_TOKEN:
                break
            with self._lock:
                self._until = 0.0 if self._token == token else self._until
        return self._fine(said)

    def _app_token(self) -> str:
        """Return the token of the app: WeCom wants it kept, and refuses whoever asks for it at each login."""
        with self._lock:
            if self._clock() >= self._until:
                query = {"corpid": self._corp_id, "corpsecret": self._secret}
                said = self._fine(self._calls.get_json(f"{self._api}/cgi-bin/gettoken", query))
                lasts = said.get("expires_in")
                self._token = text_of(said, "access_token")
                self._until = self._clock() + (lasts if isinstance(lasts, int) else 0) - _EARLY
            return self._token

    def _fine(self, said: Mapping[str, object]) -> Mapping[str, object]:
        fault = fault_of(said, "errcode")
        if fault in _BAD_CODE:
            raise refused("code")
        if fault != 0:
            raise misconfigured(self.label, f"errcode {fault}")
        return {name: value for name, value in said.items() if name not in {"errcode", "errmsg"}}
