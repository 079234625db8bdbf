"""The name of a browser, as its owner may recognise it."""

from app.domain.text import Text
from app.i18n import say, t

_BROWSERS = (
    *(("wxwork", Text("企业微信", "WeCom")), ("MicroMessenger", Text("微信", "WeChat"))),
    *(("Lark", Text("飞书", "Feishu")), ("DingTalk", Text("钉钉", "DingTalk"))),
    *(
        (sign, Text(name, name))
        for sign, name in (("Edg", "Edge"), *((name, name) for name in ("Firefox", "Chrome", "Safari")))
    ),
)
"""What a browser calls itself, those first that also carry the names of others."""
_SYSTEMS = (
    *((name, Text(name, name)) for name in ("iPhone", "iPad", "Android")),
    ("HarmonyOS", Text("鸿蒙", "HarmonyOS")),
    *((sign, Text(name, name)) for sign, name in (("Windows", "Windows"), ("Mac OS", "Mac"), ("Linux", "Linux"))),
)


def browser_name(agent: str | None) -> str:
    """Return a browser and its system in two words, from its User-Agent."""
    text = agent or ""
    found = [next((say(name) for sign, name in names if sign in text), "") for names in (_BROWSERS, _SYSTEMS)]
    return " · ".join(filter(None, found)) or t("其他程序", "Another program")
