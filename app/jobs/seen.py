"""When tokens and logins were last used: remembered with each request, written every half minute."""

import asyncio
import logging
from datetime import UTC, datetime
from threading import Lock

from sqlalchemy.exc import SQLAlchemyError

from app.db import Database
from app.domain.roles import Viewer
from app.store import sessions, throttle, tokens

log = logging.getLogger("luopan")

EVERY = 30.0


class Seen:
    """What was used since it was last written; a request costs no write of its own for it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._tokens: dict[int, datetime] = {}
        self._sessions: dict[str, datetime] = {}

    def note(self, viewer: Viewer) -> None:
        """Remember that somebody was here now."""
        with self._lock:
            if viewer.token_id is not None:
                self._tokens[viewer.token_id] = datetime.now(UTC)
            if viewer.session is not None:
                self._sessions[viewer.session] = datetime.now(UTC)

    def flush(self, database: Database) -> None:
        """Write it down; a database that is busy or away keeps it for the next time."""
        with self._lock:
            used, seen = self._tokens, self._sessions
            self._tokens, self._sessions = {}, {}
        if not used and not seen:
            return
        try:
            with database.write() as session:
                tokens.touch(session, used)
                sessions.touch(session, seen)
                throttle.clean(session)
        except (SQLAlchemyError, OSError):
            log.warning("when tokens and logins were last used could not be written; it will be tried again")
            with self._lock:
                self._tokens, self._sessions = used | self._tokens, seen | self._sessions

    def token(self, token_id: int) -> datetime | None:
        """Return when a token was used since it was last written down."""
        return self._tokens.get(token_id)

    def session(self, id_hash: str) -> datetime | None:
        """Return when a login was used since it was last written down."""
        return self._sessions.get(id_hash)

    async def run(self, database: Database) -> None:
        """Write it down every half minute, until cancelled."""
        while True:
            await asyncio.sleep(EVERY)
            await asyncio.to_thread(self.flush, database)
