"""Names and codes in a file, looked up among what the viewer may write."""

from collections.abc import Iterable, Mapping

from sqlalchemy.orm import Session

from app.connectors.headers import plain
from app.connectors.values import Refused
from app.domain.facts import RETENTION_DAYS, TARGETS, CustomerKind, FactTable
from app.domain.roles import Action, Viewer
from app.metrics.catalog import CATALOG
from app.queries import channels, units

Named = tuple[str, str]
"""A code and what people call it."""

_DAY_WORDS = {1: "次日 首日 次日留存", 7: "7日留存 七日 七日留存", 30: "30日留存 三十日 三十日留存"}


class Names:
    """What may stand in one part of the key: codes, and the names that people use for them.

    `what` is the thing in words and `unknown` the sentence for something unknown; `words` are
    further names by code.
    """

    def __init__(
        self, what: str, options: Iterable[Named], unknown: str = "", words: Mapping[str, Iterable[str]] | None = None
    ) -> None:
        self.what, self.options = what, tuple(options)
        self._unknown = unknown or f"没有这个{what}：{{text}}"
        self._codes = {code for code, _ in self.options}
        self._by_name: dict[str, list[str]] = {}
        for code, name in self.options:
            for word in {plain(name), *map(plain, (words or {}).get(code, ()))}:
                self._by_name.setdefault(word, []).append(code)

    def code(self, text: str) -> str:
        """Return the code of a code or name; Refused for one that is unknown, or that several share."""
        if text in self._codes:
            return text
        found = self._by_name.get(plain(text), [])
        if len(found) == 1:
            return found[0]
        if found:
            codes = "、".join(found)
            zh = f"有 {len(found)} 个{self.what}叫「{text}」，请改用代码：{codes}"
            raise Refused(zh, f"is the name of {len(found)}: {codes}")
        raise Refused(self._unknown.format(text=text[:40]), f"is unknown: {text[:40]}")

    def find(self, text: str) -> str:
        """Return the code of a code or name, "" where there is not exactly one."""
        try:
            return self.code(text)
        except Refused:
            return ""


def load(session: Session, viewer: Viewer, table: FactTable) -> dict[str, Names]:
    """Return the names for each part of the key that has any.

    Units are only those that the viewer may write: of all others nothing is said, not even that they exist.
    """
    tree, known = units.load_tree(session), channels.load(session)
    action = Action.WRITE_TARGETS if table is TARGETS else Action.WRITE_FACTS
    writable = units.visible(tree, viewer, action)
    right = "目标" if table is TARGETS else "填报"
    unknown = f"没有这个单元，或没有它的{right}权限：{{text}}"
    found = {"unit": Names("单元", ((node.code, node.name) for node in writable), unknown)}
    for dim in table.dims:
        of_kind = ((row.code, row.name) for row in known.values() if row.kind in dim.channels)
        found[dim.key] = Names(dim.name.zh, of_kind) if dim.channels else _FIXED[dim.key]
    return found


_FIXED = {
    "customer_kind": Names(
        "客户类型",
        ((kind.value, kind.text.zh) for kind in CustomerKind),
        words={kind.value: (kind.text.en, kind.text.zh + "户") for kind in CustomerKind},
    ),
    "day_n": Names(
        "留存日",
        ((str(n), f"{n}日") for n in RETENTION_DAYS),
        words={str(n): (f"第{n}日", f"第{n}天", f"d{n}", f"{n}天", *_DAY_WORDS[n].split()) for n in RETENTION_DAYS},
    ),
    "metric": Names(
        "指标",
        ((metric.key, metric.name.zh) for metric in CATALOG.values()),
        words={metric.key: (metric.name.en,) for metric in CATALOG.values()},
    ),
}
