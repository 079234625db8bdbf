"""Static files under content-hashed addresses, and plotly.js from the installed package."""

import gzip
import hashlib
import mimetypes
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from fastapi import APIRouter, HTTPException, Request, Response

from app.observe.figures import Figures
from app.settings import ROOT

router = APIRouter(prefix="/static", include_in_schema=False)

FOLDER = ROOT / "static"
FOREVER = "public, max-age=31536000, immutable"

_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".json": "application/json"}


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


_COMPRESSED: dict[Path, bytes] = {}


def _compressed(path: Path) -> bytes:
    if path not in _COMPRESSED:
        _COMPRESSED[path] = gzip.compress(path.read_bytes(), 9)
    return _COMPRESSED[path]


@router.get("/{version}/{path:path}")
def get_static(request: Request, version: str, path: str) -> Response:
    """Serve a static file; only the address with its present hash may be kept for ever."""
    file = _plotly() if path == "plotly.min.js" else _files().get(path)
    if file is None:
        raise HTTPException(404)
    kind = _TYPES.get(file.suffix) or mimetypes.guess_type(file.name)[0]
    headers = {"Cache-Control": FOREVER if version == _hash(file) else "no-cache", "Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        Figures.of(request.app).cached("static", hit=file in _COMPRESSED)
        return Response(_compressed(file), media_type=kind, headers={**headers, "Content-Encoding": "gzip"})
    return Response(file.read_bytes(), media_type=kind, headers=headers)
