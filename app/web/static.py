"""Static files under content-hashed addresses, and plotly.js from the installed package."""

import gzip
import hashlib
import mimetypes
from collections import defaultdict
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from threading import Lock

from fastapi import APIRouter, HTTPException, Request, Response

from app.kept.coding import BROTLI, GZIP, accepts, packed_file
from app.observe.figures import Figures
from app.settings import ROOT

router = APIRouter(prefix="/static", include_in_schema=False)

FOLDER = ROOT / "static"
FOREVER = "public, max-age=31536000, immutable"

_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".json": "application/json"}


@cache
def _files() -> dict[str, Path]:
    """Return every file that may be served, by its path: what is not listed does not exist."""
    return {path.relative_to(FOLDER).as_posix(): path for path in FOLDER.rglob("*") if path.suffix in _TYPES}


@cache
def _hash(path: Path) -> str:
    """Return the version of a file; modules of one folder import each other by name, so they share theirs."""
    together = sorted(path.parent.glob("*.js")) if path.parent.parent == FOLDER / "js" else [path]
    return hashlib.sha256(b"".join(file.read_bytes() for file in together)).hexdigest()[:12]


@cache
def static_url(path: str) -> str:
    """Return the address of a static file; it changes with the file's content."""
    return f"/static/{_hash(FOLDER / path)}/{path}"


@cache
def _plotly() -> Path:
    # Found without importing plotly, which costs half a second and is only needed for this file.
    spec = find_spec("plotly")
    if spec is None or spec.origin is None:
        raise RuntimeError("plotly is not installed")
    return Path(spec.origin).parent / "package_data" / "plotly.min.js"


@cache
def plotly_url() -> str:
    """Return the address of plotly.js."""
    return f"/static/{_hash(_plotly())}/plotly.min.js"


Packing = tuple[Path, str]

_packed: dict[Packing, bytes] = {}
_locks: defaultdict[Packing, Lock] = defaultdict(Lock)


def _pack(file: Path, coding: str) -> bytes:
    """Return a file packed in a coding; whoever asks while that is being done waits for it."""
    with _locks[file, coding]:
        if (file, coding) not in _packed:
            _packed[file, coding] = packed_file(file) if coding == BROTLI else gzip.compress(file.read_bytes(), 9)
        return _packed[file, coding]


def pack_all() -> None:
    """Pack every file as browsers will ask for it, so that none of them has to wait for that."""
    for file in (*_files().values(), _plotly()):
        _pack(file, BROTLI)


@router.get("/{version}/{path:path}")
def get_static(request: Request, version: str, path: str) -> Response:
    """Serve a static file; only the address with its present hash may be kept for ever.

    Browsers take brotli over https and from this machine, and gzip everywhere.
    """
    file = _plotly() if path == "plotly.min.js" else _files().get(path)
    if file is None:
        raise HTTPException(404)
    kind = _TYPES.get(file.suffix) or mimetypes.guess_type(file.name)[0]
    headers = {"Cache-Control": FOREVER if version == _hash(file) else "no-cache", "Vary": "Accept-Encoding"}
    taken = request.headers.get("Accept-Encoding", "")
    coding = next((coding for coding in (BROTLI, GZIP) if accepts(taken, coding)), None)
    if coding is None:
        return Response(file.read_bytes(), media_type=kind, headers=headers)
    Figures.of(request.app).cached("static", hit=(file, coding) in _packed)
    return Response(_pack(file, coding), media_type=kind, headers={**headers, "Content-Encoding": coding})
