"""Changing what holds for the whole installation: thresholds and the like."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.roles import Action, Viewer
from app.models import Setting
from app.store import history
from app.store.version import bump

KIND = "settings"


def put(session: Session, viewer: Viewer, key: str, value: str) -> None:
    """Set a value, given as JSON; the same again changes nothing."""
    viewer.require_everywhere(Action.MANAGE)
    setting = session.execute(select(Setting).where(Setting.key == key)).scalar_one_or_none()
    before = None if setting is None else {"value": setting.value}
    if before == {"value": value}:
        return
    setting = setting or Setting(key=key)
    setting.value = value
    session.add(setting)
    session.flush()
    history.record(session, viewer, KIND, [history.Changed(None, None, {"key": key}, before, {"value": value})])
    bump(session, structure=True)
