"""Error pages: what failed, a number to name it by, and a way on."""

from fastapi import Request, Response

from app.domain.errors import BUSY, FULL, Busy, LuopanError, TooMany
from app.domain.roles import Action
from app.domain.text import Text
from app.i18n import say
from app.web.filters import NoUnits
from app.web.guard import viewer_of
from app.web.render import page, shell
from app.web.requests import request_id

_TITLES = {
    401: Text("请先登录", "Please log in"),
    403: Text("没有权限", "Not allowed"),
    404: Text("没有这个页面", "No such page"),
    408: Text("上传太慢", "Too slow"),
    409: Text("数据已被修改", "The data has changed"),
    413: Text("内容过大", "Too large"),
    429: Text("请稍后再试", "Try again later"),
    422: Text("地址或内容有误", "Bad input"),
    500: Text("出错了", "Something went wrong"),
    502: Text("对方服务无法访问", "The other server is away"),
    503: Text("数据库暂时无法访问", "The database is away"),
    507: Text("磁盘已满", "The disk is full"),
}
_DETAILS = {
    404: Text("地址可能有误，或页面已移走", "The address may be wrong"),
    408: Text("内容没有及时传完，没有保存任何内容，请检查网络后重试", "It did not arrive in time; nothing was saved"),
    500: Text("请稍后重试；若仍出现，请把编号告诉管理员", "Try again later, or tell your admin the number"),
    503: Text("没有保存任何内容，请稍后重试", "Nothing was saved; try again later"),
    507: FULL,
}
_FIRST = Text("先新增一个公司或团队，再填每日数据", "Add a company or a team, then enter its days")
_LATER = Text("请稍后再试", "Try again later")
_ASK = Text("请联系管理员新增单元，或开通单元的权限", "Ask your admin for a unit, or for a role on one")


def page_for(request: Request, error: Exception, status: int) -> Response:
    """Return the page of an error, inside the shell where somebody is logged in."""
    title = _TITLES.get(status, _TITLES[500 if status >= 500 else 422])  # noqa: PLR2004 (server errors)
    detail = _DETAILS.get(status)
    if isinstance(error, LuopanError):
        issues = getattr(error, "issues", ())
        detail = error.message if not issues else _listed([issue.message for issue in issues])
        title = _LATER if isinstance(error, Busy) and error.message != BUSY else title
    inside = hasattr(request.state, "viewer")
    way = (request.url.path, "重试") if request.method == "GET" and status >= 500 else ("/", "回首页")  # noqa: PLR2004
    if isinstance(error, NoUnits):
        title, detail, way = error.message, _FIRST, ("/units", "新增单元")
        if not viewer_of(request).may(Action.MANAGE, ()):
            detail, way = _ASK, ("", "")
    context = {
        "page_title": say(title),
        "title": say(title),
        "status": status,
        "detail": say(detail) if detail else "",
        "reference": request_id(request),
        "way": way,
        "shell": inside,
    }
    made = shell(request, "error.html", "", context, status) if inside else page("error.html", context, status)
    if status == 503:  # noqa: PLR2004 (service unavailable)
        made.headers["Retry-After"] = "2"
    if isinstance(error, TooMany):
        made.headers["Retry-After"] = str(error.seconds)
    return made


def _listed(messages: list[Text]) -> Text:
    return Text("；".join(text.zh for text in messages), "; ".join(text.en for text in messages))
