"""指标口径 and 接口: the dictionary from the catalogue, the API reference from the OpenAPI document."""

from typing import Any

from fastapi import Request, Response
from fastapi.responses import JSONResponse

from app.domain.roles import Action
from app.domain.text import Language
from app.i18n import say, spoken, t
from app.metrics.catalog import DICTIONARY
from app.metrics.describe import formula_text
from app.web.guard import needs, pages
from app.web.render import shell

router = pages()


@router.get("/dictionary", openapi_extra=needs(Action.READ))
def dictionary(request: Request) -> Response:
    """Show every metric with its meaning, formula, unit and limit."""
    groups = [
        {
            "title": say(title),
            "metrics": [
                {
                    "key": metric.key,
                    "name": say(metric.name),
                    "other": metric.name.en if spoken() is Language.ZH else "",
                    "words": f"{metric.key} {metric.name.say(Language.ZH)} {metric.name.en}",
                    "unit": metric.unit,
                    "better": metric.better,
                    "formula": formula_text(metric.formula),
                    "about": say(metric.about),
                    "limit": metric.limit,
                }
                for metric in metrics
            ],
        }
        for title, metrics in DICTIONARY
    ]
    return shell(request, "dictionary.html", "dictionary", {"page_title": t("指标口径", "Metrics"), "groups": groups})


@router.get("/docs", openapi_extra=needs(Action.READ))
def docs(request: Request) -> Response:
    """Show what the API offers."""
    document: dict[str, Any] = request.app.openapi()
    operations = [
        {
            "method": method.upper(),
            "path": path,
            "summary": operation.get("summary", ""),
            "description": operation.get("description", ""),
            "parameters": [
                {"name": p["name"], "required": p.get("required", False), "description": p.get("description", "")}
                for p in operation.get("parameters", ())
            ],
        }
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    return shell(request, "docs.html", "docs", {"page_title": t("接口", "API"), "operations": operations})


@router.get("/docs/openapi.json", openapi_extra=needs(Action.READ))
def openapi(request: Request) -> Response:
    """Return the OpenAPI document to whoever is logged in."""
    return JSONResponse(request.app.openapi())
