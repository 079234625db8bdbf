"""Sending files to the import page as its script does."""

import json
from typing import Any

from httpx2 import Response

from tests.served import Site

CSV = "日报.csv"


def send(site: Site, what: str, data: bytes, name: str = CSV, **fields: str) -> Response:
    """Send a file and return the answer."""
    files = {"file": (name, data)}
    headers = {"Sec-Fetch-Site": "same-origin"}
    return site.client.post(f"/import/{what}", data=fields, files=files, headers=headers)


def last(answer: Response) -> dict[str, Any]:
    """Return the last line of a stream."""
    line: dict[str, Any] = json.loads(answer.text.splitlines()[-1])
    return line


class File:
    """A file on its way through the page: looked at, corrected by constants, previewed, written."""

    def __init__(self, site: Site, data: bytes, name: str = CSV, kind: str = "", **constants: str) -> None:
        self.site, self.data, self.name = site, data, name
        answer = send(site, "inspect", data, name, **({"kind": kind} if kind else {}))
        assert answer.status_code == 200, answer.text
        self.found = answer.json()
        self.reading = self.found["reading"]
        self.reading["constants"] |= constants

    @property
    def fields(self) -> dict[str, str]:
        return {"reading": json.dumps(self.reading)}

    def preview(self) -> dict[str, Any]:
        """Return what writing it would do."""
        answer = send(self.site, "preview", self.data, self.name, **self.fields)
        assert answer.status_code == 200, answer.text
        result: dict[str, Any] = last(answer)["result"]
        return result

    def commit(self, fingerprint: str | None = None, **fields: str) -> Response:
        """Write it as it was previewed."""
        seen = self.preview()["fingerprint"] if fingerprint is None else fingerprint
        return send(self.site, "commit", self.data, self.name, **self.fields, fingerprint=seen, **fields)
