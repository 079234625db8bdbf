"""Stand-ins on loopback for WeCom and Feishu, which answer as their documentation says."""

import base64
import hashlib
import secrets
from typing import Any

from app.connectors.signin.feishu import Feishu
from app.connectors.signin.wecom import Wecom
from tests.standin import Asked, Reply, StandIn, moved

CORP, AGENT, WECOM_SECRET = "ww1a2b3c", "1000002", "wecom-app-secret-Xy12"
APP, FEISHU_SECRET = "cli_a1b2c3", "feishu-app-secret-Zz34"


class WecomStandIn(StandIn):
    """WeCom, both its login page and its API; it logs everybody in at once as `person`."""

    def __init__(self) -> None:
        super().__init__()
        self.person: dict[str, Any] = {"userid": "ZhangSan"}
        self.member: dict[str, Any] = {"name": "张三", "department": [1, 12], "status": 1}
        self.token_fault = 0
        self.valid_tokens: set[str] = set()
        self._codes: set[str] = set()

    def answer(self, asked: Asked) -> Reply:
        if asked.path == "/wwlogin/sso/login":
            return self._logged_in(asked)
        if asked.path == "/cgi-bin/gettoken":
            return Reply(self._token(asked.query))
        if asked.query.get("access_token") not in self.valid_tokens:
            return Reply({"errcode": 42001, "errmsg": "access_token expired"})
        said = self._who(asked.query) if asked.path == "/cgi-bin/auth/getuserinfo" else self._member(asked.query)
        return Reply({"errcode": 0, "errmsg": "ok", **said})

    def _token(self, query: dict[str, str]) -> dict[str, Any]:
        if self.token_fault or (query["corpid"], query["corpsecret"]) != (CORP, WECOM_SECRET):
            return {"errcode": self.token_fault or 40001, "errmsg": f"refused {query['corpsecret']}"}
        token = secrets.token_urlsafe(16)
        self.valid_tokens.add(token)
        return {"errcode": 0, "errmsg": "ok", "access_token": token, "expires_in": 7200}

    def _who(self, query: dict[str, str]) -> dict[str, Any]:
        if query["code"] not in self._codes:
            return {"errcode": 40029, "errmsg": "invalid code"}
        self._codes.remove(query["code"])
        return self.person

    def _member(self, query: dict[str, str]) -> dict[str, Any]:
        return (
            {"userid": query["userid"], **self.member} if self.member else {"errcode": 60011, "errmsg": "no privilege"}
        )

    def _logged_in(self, asked: Asked) -> Reply:
        query = asked.query
        assert (query["login_type"], query["appid"], query["agentid"]) == ("CorpApp", CORP, AGENT)
        code = secrets.token_urlsafe(16)
        self._codes.add(code)
        return moved(query["redirect_uri"], code=code, state=query["state"])


class FeishuStandIn(StandIn):
    """Feishu, both its login page and its API; it logs everybody in at once as `person`."""

    def __init__(self) -> None:
        super().__init__()
        self.person: dict[str, Any] = {"name": "李四", "open_id": "ou_1", "union_id": "on_1", "tenant_key": "t1"}
        self.person_fault = 0
        self._codes: dict[str, dict[str, str]] = {}
        self._tokens: set[str] = set()

    def answer(self, asked: Asked) -> Reply:
        if asked.path == "/open-apis/authen/v1/authorize":
            assert (asked.query["client_id"], asked.query["response_type"]) == (APP, "code")
            code = secrets.token_urlsafe(16)
            self._codes[code] = asked.query
            return moved(asked.query["redirect_uri"], code=code, state=asked.query["state"])
        if asked.path == "/oauth/v3/token":
            return self._exchanged(asked.form)
        if asked.headers.get("Authorization", "").removeprefix("Bearer ") not in self._tokens or self.person_fault:
            return Reply({"code": self.person_fault or 99991668, "msg": "Invalid access token"})
        return Reply({"code": 0, "msg": "success", "data": self.person})

    def _exchanged(self, form: dict[str, str]) -> Reply:
        if (form["client_id"], form["client_secret"]) != (APP, FEISHU_SECRET):
            return Reply({"code": 20002, "error": "invalid_client", "error_description": form["client_secret"]}, 401)
        begun = self._codes.pop(form["code"], None)
        if begun is None or begun["redirect_uri"] != form["redirect_uri"]:
            return Reply({"code": 20003, "error": "invalid_grant", "error_description": "unknown code"}, 400)
        shown = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).decode().rstrip("=")
        if begun["code_challenge"] != shown:
            return Reply({"code": 20049, "error": "invalid_grant", "error_description": "PKCE"})
        token = secrets.token_urlsafe(16)
        self._tokens.add(token)
        return Reply({"code": 0, "access_token": token, "expires_in": 7200, "token_type": "Bearer"})


def wecom_of(wecom: WecomStandIn, secret: str = WECOM_SECRET) -> Wecom:
    """Return the provider that a stand-in is."""
    return Wecom(CORP, AGENT, secret, login=wecom.address, api=wecom.address, inside=True)


def feishu_of(feishu: FeishuStandIn, secret: str = FEISHU_SECRET) -> Feishu:
    """Return the provider that a stand-in is."""
    return Feishu(APP, secret, accounts=feishu.address, api=feishu.address, inside=True)
