"""The name of a browser, as its owner may recognise it."""

_BROWSERS = (
    *(("wxwork", "企业微信"), ("MicroMessenger", "微信"), ("Lark", "飞书"), ("DingTalk", "钉钉")),
    *(("Edg", "Edge"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari")),
)
"""What a browser calls itself, those first that also carry the names of others."""
_SYSTEMS = (
    *(("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("HarmonyOS", "鸿蒙")),
    *(("Windows", "Windows"), ("Mac OS", "Mac"), ("Linux", "Linux")),
)


def browser_name(agent: str | None) -> str:
    """Return a browser and its system in two words, from its User-Agent."""
    text = agent or ""
    found = [next((name for sign, name in names if sign in text), "") for names in (_BROWSERS, _SYSTEMS)]
    return " · ".join(filter(None, found)) or "其他程序"
