"""Saving a form: merge with what others changed, check, write, and answer a page or its script."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from fastapi import Request, Response
from fastapi.responses import JSONResponse
from sqlalchemy.orm import Session

from app.db import Database
from app.domain.errors import Busy, Closed, Conflict, Invalid, Issue
from app.domain.roles import Viewer
from app.domain.text import Text
from app.i18n import say, sentence
from app.queries import history, units
from app.store import facts as store
from app.web.changes import UNRECORDED
from app.web.forms import Asked, Form, messages, validated
from app.web.merge import Clash, Merged, merge, rebased
from app.web.render import saved

ATTEMPTS = 5
"""How often a save is merged again because somebody else was quicker."""
REASON_LENGTH = 200
CHANGED = Text(
    "有数据在打开后被他人修改，已保留本页填写的内容；核对后再次保存会以本页为准",
    "Somebody else changed data after you opened this page. Your entries are kept; saving again writes them",
)

Reading = Callable[[Session], Form]
PageRule = Callable[[Session, Form, list[Asked]], Issue | None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a save: the form as it stands after it, and what is in the way, if anything."""

    form: Form
    status: int = 200
    clashes: tuple[Clash, ...] = ()
    refusal: str = ""
    written: int = 0
    """How many cells were written."""


def wants_json(request: Request) -> bool:
    """Say whether the script of a page is asking, which updates the page in place."""
    return "application/json" in request.headers.get("Accept", "")


def save_form(
    database: Database,
    viewer: Viewer,
    today: date,
    reading: Reading,
    rule: PageRule | None = None,
    *,
    reason: str = "",
) -> Outcome:
    """Write what of a form was typed; whoever was quicker is merged with, a bounded number of times."""
    for _ in range(ATTEMPTS):
        with database.read() as session:
            form = reading(session)
            merged = merge(form)
            broken = rule(session, form, merged.changed) if rule else None
        if merged.clashes:
            return Outcome(rebased(form, merged), 409, tuple(merged.clashes), say(CHANGED))
        try:
            return _written(database, viewer, today, form, merged, broken, reason)
        except Closed as error:
            return Outcome(form, 409, refusal=sentence(error.message))
        except Conflict:
            continue  # between the reading and the writing somebody else saved
    raise Busy


def _written(
    database: Database, viewer: Viewer, today: date, form: Form, merged: Merged, broken: Issue | None, reason: str
) -> Outcome:
    try:
        rows = validated(form, merged.changed)
        if broken:
            raise Invalid([broken])  # noqa: TRY301 (one place turns refusals into messages)
        if rows:
            why = reason.strip()[:REASON_LENGTH] or None
            database.transact(lambda session: store.put(session, viewer, form.sheet.table, rows, today, reason=why))
    except Invalid as error:
        found = messages(form, merged.changed, error)
        return Outcome(replace(form, errors=found), 422)
    return Outcome(form, written=sum(len(row.model_fields_set & _measures(form)) for row in rows))


def _measures(form: Form) -> set[str]:
    return {measure.key for measure in form.sheet.table.measures}


def as_json(outcome: Outcome, database: Database, viewer: Viewer, now: datetime) -> Response:
    """Answer the script of a page: what was saved, what is refused by cell, or which cells to decide."""
    body: dict[str, Any] = {"message": outcome.refusal, "written": outcome.written, "errors": dict(outcome.form.errors)}
    if outcome.clashes:
        body |= {"bases": outcome.form.bases(), "clashes": clashes(outcome, database, viewer, now)}
    return JSONResponse(body, outcome.status)


def clashes(outcome: Outcome, database: Database, viewer: Viewer, now: datetime) -> list[dict[str, str]]:
    """Return the cells that both sides changed, as people read them."""
    form, labels = outcome.form, outcome.form.labels()
    with database.read() as session:
        tree = units.load_tree(session)
        unit_id = tree.by_code[form.unit].id
        found = []
        for clash in outcome.clashes:
            entry = form.sheet.entries[clash.prefix]
            key = {form.sheet.table.day_key: entry.day, "unit": form.unit, **entry.dims}
            steps = history.of_cell(session, viewer, tree, form.sheet.table, unit_id, key, clash.measure, 1)
            found.append(
                {
                    "name": clash.name,
                    "label": labels[clash.name],
                    "mine": clash.mine or say(UNRECORDED),
                    "theirs": clash.theirs or say(UNRECORDED),
                    "by": saved(history.Saved(steps[0].at, steps[0].actor), now) or "" if steps else "",
                }
            )
    return found


def shown_outcome(outcome: Outcome, database: Database, viewer: Viewer, now: datetime) -> dict[str, Any]:
    """Return what a page says about a save that did not happen, beside the form as it was typed."""
    found = clashes(outcome, database, viewer, now) if outcome.clashes else []
    flash = {"tone": "warn", "text": outcome.refusal} if outcome.refusal else None
    return {"flash": flash, "clashes": found}
