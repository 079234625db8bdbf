"""Settings that people may change: thresholds, with their defaults."""

import json
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Setting
from app.queries import loaded

DEFAULTS = {
    "churn_limit": Decimal("0.05"),
    "pace_behind": Decimal("-0.05"),
    "pace_far_behind": Decimal("-0.15"),
    "level_on_track": Decimal("0.95"),
    "level_behind": Decimal("0.85"),
    "entry_warning_ratio": Decimal(2),
}


_STORED = select(Setting.key, Setting.value).where(Setting.key.in_(DEFAULTS))


@dataclass(frozen=True, slots=True)
class Limits:
    """The thresholds in force."""

    churn_limit: Decimal
    pace_behind: Decimal
    pace_far_behind: Decimal
    level_on_track: Decimal
    level_behind: Decimal
    entry_warning_ratio: Decimal
    """How far a typed value may lie from the mean of a week, as a multiple of it, before it is asked about."""


def limits(session: Session) -> Limits:
    """Return the thresholds: what is stored, else the default; they are loaded once until any changes."""
    return loaded.once(session, "limits", _limits)


def _limits(session: Session) -> Limits:
    rows = session.connection().execute(_STORED)
    stored = {key: Decimal(json.loads(value)) for key, value in rows}
    return Limits(**{**DEFAULTS, **stored})
