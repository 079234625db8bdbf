"""Who sends things to a served Luopan: an admin with a token and a login, and files as the import page sends them."""

import json
from typing import Any

from app.db import Database
from app.domain.roles import SYSTEM, Role
from app.settings import Settings
from app.store import tokens, users
from app.store.users import Given
from app.web.guard import COOKIE
from tests.api.kit import load_master
from tests.process import Client
from tests.served import begin_session


def admitted(database: Database) -> tuple[str, str]:
    """Fill a database with the small company; return a token and a cookie of an admin."""
    load_master(database)
    with database.write() as session:
        users.add(session, SYSTEM, "ada", [Given(Role.ADMIN)])
        token = tokens.create(session, SYSTEM, "probe", Given(Role.ADMIN))
    return token, f"{COOKIE}={begin_session(database, Settings(), 'ada')}"


def imported(client: Client, what: str, csv: str, fingerprint: str = "", **reading: Any) -> Any:  # noqa: ANN401 (JSON)
    """Send a csv to be previewed or written, and return the last line of the answer."""
    parts = {"reading": json.dumps(reading), "fingerprint": fingerprint, 'file"; filename="f.csv': csv}
    body = "".join(
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n' for name, text in parts.items()
    )
    form = "multipart/form-data; boundary=x"
    answer = client.ask(f"/import/{what}", "POST", f"{body}--x--\r\n".encode(), Content_Type=form)
    return json.loads(answer.text.splitlines()[-1])
