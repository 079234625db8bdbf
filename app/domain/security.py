"""What the security log keeps: logins, grants, tokens and exports."""

from enum import StrEnum

from app.domain.text import Text


class Event(StrEnum):
    """Something that happened at the doors."""

    LOGIN = "login"
    LOGIN_FAILED = "login_failed"
    LOGIN_THROTTLED = "login_throttled"
    LOGOUT = "logout"
    SESSION_ENDED = "session_ended"
    FIRST_ADMIN = "first_admin"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 (the name of an event)
    PASSWORD_LINK = "password_link"  # noqa: S105
    USER_ADDED = "user_added"
    USER_DISABLED = "user_disabled"
    USER_ENABLED = "user_enabled"
    GRANT_ADDED = "grant_added"
    GRANT_REMOVED = "grant_removed"
    TOKEN_CREATED = "token_created"  # noqa: S105
    TOKEN_REVOKED = "token_revoked"  # noqa: S105
    EXPORT = "export"

    @property
    def text(self) -> Text:
        """The name shown to people."""
        return _EVENTS[self]


_EVENTS = {
    Event.LOGIN: Text("登录", "Login"),
    Event.LOGIN_FAILED: Text("登录失败", "Failed login"),
    Event.LOGIN_THROTTLED: Text("登录被限制", "Logins held back"),
    Event.LOGOUT: Text("退出", "Logout"),
    Event.SESSION_ENDED: Text("结束登录", "Session ended"),
    Event.FIRST_ADMIN: Text("首个管理员", "First admin"),
    Event.PASSWORD_CHANGED: Text("修改密码", "Password changed"),
    Event.PASSWORD_LINK: Text("发出密码链接", "Password link made"),
    Event.USER_ADDED: Text("新增成员", "Person added"),
    Event.USER_DISABLED: Text("停用成员", "Person switched off"),
    Event.USER_ENABLED: Text("启用成员", "Person switched on"),
    Event.GRANT_ADDED: Text("授权", "Grant given"),
    Event.GRANT_REMOVED: Text("收回授权", "Grant taken back"),
    Event.TOKEN_CREATED: Text("新建令牌", "Token created"),
    Event.TOKEN_REVOKED: Text("吊销令牌", "Token revoked"),
    Event.EXPORT: Text("导出", "Export"),
}
