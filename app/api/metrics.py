"""The catalogue and the metric query."""

from typing import Annotated

from fastapi import Query, Response

from app.api import params
from app.api.guard import KeptRoute, needs
from app.api.resource import resource
from app.api.respond import TAGGED, answer
from app.api.schemas import MetricsOut, QueryOut
from app.boards.answer import Question
from app.boards.answer import answer as answered
from app.domain.errors import Invalid
from app.domain.period import Compare, Grain
from app.domain.roles import Action
from app.domain.scope import GroupBy, Scope
from app.domain.text import Text
from app.kept.given import Conf, Db, Who
from app.metrics.catalog import CATALOG
from app.metrics.definition import Metric
from app.metrics.describe import formula_text
from app.queries import channels, units

router = resource("/metrics", "numbers", KeptRoute)

MetricKeys = Annotated[
    str, Query(description="Metric keys, separated by commas.", examples=["gmv,aov"], max_length=2000)
]


@router.get(
    "",
    summary="Read the catalogue",
    openapi_extra=needs(Action.READ),
    responses={200: {"model": MetricsOut}, **TAGGED},
)
def get_metrics(viewer: Who) -> Response:
    """Every metric: name, unit, which way is better, limit, formula and meaning."""
    del viewer
    entries = [
        {
            "key": metric.key,
            "name": {"zh": metric.name.zh, "en": metric.name.en},
            "unit": metric.unit,
            "better": metric.better,
            "limit": metric.limit,
            "formula": formula_text(metric.formula),
            "about": {"zh": metric.about.zh, "en": metric.about.en},
        }
        for metric in CATALOG.values()
    ]
    return answer({"metrics": entries})


@router.get(
    "/query",
    summary="Query metrics",
    openapi_extra=needs(Action.READ),
    responses={200: {"model": QueryOut}, **TAGGED},
)
def query(
    database: Db,
    settings: Conf,
    viewer: Who,
    metrics: MetricKeys,
    unit: params.Unit,
    from_: params.From,
    to: params.To,
    grain: Annotated[Grain, Query(description="How long the periods of the rows are.")] = Grain.TOTAL,
    by: Annotated[GroupBy | None, Query(description="What the rows are split by.")] = None,
    channel: params.Channel = None,
    compare: Annotated[Compare | None, Query(description="What each value is compared with.")] = None,
) -> Response:
    """Metrics of a unit over a range: by period, by group, compared, and over the whole range as `total`."""
    period, wanted = params.period(from_, to), _metrics(metrics)
    with database.read() as session:
        tree = units.load_tree(session)
        node = units.readable(tree, viewer, unit)
        scope = Scope(node.id, channels.find(channels.load(session), channel), None, by)
        found = answered(session, viewer, tree, Question(scope, wanted, period, grain, compare, settings.today()))
    head = {"unit": unit, "from": period.first, "to": period.last, "grain": grain, "by": by}
    return answer({**head, **found})


def _metrics(keys: str) -> tuple[Metric, ...]:
    wanted = [key for key in (part.strip() for part in keys.split(",")) if key]
    unknown = [key for key in wanted if key not in CATALOG]
    if unknown or not wanted:
        message = Text("没有这个指标：{key}", "unknown metric: {key}").fill(key=", ".join(unknown) or "''")
        raise Invalid.one("metrics", message)
    return tuple(CATALOG[key] for key in dict.fromkeys(wanted))
