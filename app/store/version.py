"""The data version, raised last in every write."""

from secrets import token_hex

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.models import DataVersion
from app.queries import version


def bump(session: Session, *, structure: bool = False) -> int:
    """Raise the data version and return it; its row is locked until the transaction ends, so call it last.

    `structure` says that units, channels or settings changed.
    """
    more = {"structure": DataVersion.structure + 1} if structure else {}
    session.execute(update(DataVersion).values(version=DataVersion.version + 1, **more))
    return version.current(session)


def renew(session: Session) -> None:
    """Begin another epoch: the same versions mean other data from here on, as after a restore."""
    session.execute(update(DataVersion).values(epoch=token_hex(16)))
