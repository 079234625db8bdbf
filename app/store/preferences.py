"""What people set for themselves: the language of the interface, and the cards of their morning page."""

from collections.abc import Sequence

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.domain.errors import Invalid
from app.domain.roles import Action, Viewer
from app.domain.text import Language, Text
from app.metrics.catalog import CATALOG
from app.models import User
from app.store.version import bump

MOST_CARDS = 12


def set_language(session: Session, viewer: Viewer, language: Language) -> None:
    """Let the interface speak a language to the viewer from now on."""
    viewer.require(Action.ACCOUNT)
    session.execute(update(User).where(User.id == viewer.user_id).values(language=language))


def begin_in(session: Session, user_id: int, language: Language) -> None:
    """Take the language in which somebody logs in for theirs, if it is not the first one and they have chosen none."""
    if language is not Language.ZH:
        unchosen = update(User).where(User.id == user_id, User.language.is_(None))
        session.execute(unchosen.values(language=language))


def set_cards(session: Session, viewer: Viewer, cards: Sequence[str] | None) -> None:
    """Keep which metrics the viewer's cards show, in order; None for the usual ones.

    Invalid for none, for too many, for one twice, or for one that is not in the catalogue. The data version is
    raised: pages that are kept hold them.
    """
    viewer.require(Action.ACCOUNT)
    if cards is not None and (not 0 < len(cards) <= MOST_CARDS or len(set(cards)) < len(cards)):
        message = Text("请选择 1 至 {most} 张不同的卡片", "must be 1 to {most} different cards")
        raise Invalid.one("cards", message.fill(most=MOST_CARDS))
    if unknown := [key for key in cards or () if key not in CATALOG]:
        raise Invalid.one("cards", Text("没有这个指标：{key}", "unknown metric: {key}").fill(key=unknown[0][:40]))
    session.execute(
        update(User).where(User.id == viewer.user_id).values(cards=None if cards is None else " ".join(cards))
    )
    bump(session)
