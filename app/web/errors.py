"""Error pages: what failed, a number to name it by, and a way on."""

from contextlib import suppress

from fastapi import Request, Response
from sqlalchemy.exc import SQLAlchemyError

from app.domain.errors import BUSY, FULL, Busy, LuopanError, TooMany
from app.domain.roles import Action
from app.domain.text import Language, Text
from app.i18n import sentence, speak, t
from app.kept.given import viewer_of
from app.web.filters import NoUnits
from app.web.guard import asked_language, logged_in
from app.web.render import page, shell
from app.web.requests import request_id

_TITLES = {
    401: Text("请先登录", "Please log in"),
    403: Text("没有权限", "Not allowed"),
    404: Text("没有这个页面", "No such page"),
    408: Text("上传太慢", "The upload is too slow"),
    409: Text("数据已被修改", "The data has changed"),
    413: Text("内容过大", "Too large to send"),
    429: Text("请稍后再试", "Try again later"),
    422: Text("地址或内容有误", "The address or the input is not valid"),
    500: Text("出错了", "Something went wrong"),
    502: Text("对方服务无法访问", "The other server is away"),
    503: Text("数据库暂时无法访问", "The database is away"),
    507: Text("磁盘已满", "The disk is full"),
}
_DETAILS = {
    404: Text("地址可能有误，或页面已移走", "The address may be wrong, or the page has moved"),
    408: Text(
        "内容没有及时传完，没有保存任何内容，请检查网络后重试",
        "It did not arrive in time and nothing was saved; check the network and try again",
    ),
    500: Text(
        "请稍后重试；若仍出现，请把编号告诉管理员", "Try again later; if it happens again, tell your admin the number"
    ),
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
    if not inside:
        speak(_language(request, status))
    again = request.method == "GET" and status >= 500  # noqa: PLR2004 (server errors)
    way = (request.url.path, t("重试", "Try again")) if again else ("/", t("回首页", "Back to the start"))
    if isinstance(error, NoUnits):
        title, detail, way = error.message, _FIRST, ("/units", t("新增单元", "Add unit"))
        if not viewer_of(request).may(Action.MANAGE, ()):
            detail, way = _ASK, ("", "")
    context = {
        "page_title": sentence(title),
        "title": sentence(title),
        "status": status,
        "detail": sentence(detail) if detail else "",
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


def _language(request: Request, status: int) -> Language:
    """Return the language of somebody who has not passed a guard: at an address that is none, a login tells."""
    viewer = None
    if status == 404 and "lang" not in request.query_params:  # noqa: PLR2004 (no such page)
        with suppress(SQLAlchemyError):
            viewer = logged_in(request)
    return viewer.language if viewer else asked_language(request)


def _listed(messages: list[Text]) -> Text:
    return Text("；".join(text.zh for text in messages), "; ".join(text.en for text in messages))
