"""Static files: kept for ever under an address that changes with their content, and nothing else is served."""

import gzip
import hashlib
from pathlib import Path

import plotly
import pytest

from app.settings import ROOT
from app.web.static import FOLDER, FOREVER, plotly_url, static_url
from tests.served import Site

TRICKS = (
    "../app/settings.py",
    "..%2fapp%2fsettings.py",
    "%2e%2e/%2e%2e/etc/passwd",
    "..%5c..%5capp%5csettings.py",
    "....//app/settings.py",
    "js/../../app/settings.py",
    "js/%2e%2e/%2e%2e/app/settings.py",
    "/etc/passwd",
    "%2fetc%2fpasswd",
    "js/theme.js%00.css",
    "js/theme.js/",
    "js",
    "",
    "JS/THEME.JS",
    "js//theme.js",
    "file:///etc/passwd",
    "app/settings.py",
    "data/luopan.db",
)


def files() -> list[str]:
    return sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*") if path.is_file())


@pytest.mark.parametrize("path", files())
def test_every_file_is_served_for_ever_under_its_hash(reading: Site, path: str) -> None:
    content = (FOLDER / path).read_bytes()
    address = static_url(path)
    # Modules of a folder import each other by name, so that all of them change with any of them.
    together = sorted((FOLDER / path).parent.glob("*.js")) if path.count("/") > 1 else [FOLDER / path]
    assert hashlib.sha256(b"".join(file.read_bytes() for file in together)).hexdigest()[:12] in address
    nobody = reading.of("")
    plain = nobody.get(address, headers={"Accept-Encoding": "identity"})
    assert (plain.status_code, plain.content) == (200, content)
    assert plain.headers["cache-control"] == FOREVER
    assert "immutable" in FOREVER
    packed = nobody.get(address, headers={"Accept-Encoding": "gzip, deflate, br"})
    assert packed.headers["content-encoding"] == "br"
    zipped = nobody.get(address, headers={"Accept-Encoding": "gzip, deflate, br;q=0"})
    assert zipped.headers["content-encoding"] == "gzip"
    assert int(zipped.headers["content-length"]) == len(gzip.compress(content, 9))
    assert packed.content == zipped.content == content
    for answer in (plain, packed, zipped):
        assert answer.headers["vary"] == "Accept-Encoding"
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_files_have_the_type_that_browsers_insist_on(reading: Site) -> None:
    kinds = {"js/theme.js": "text/javascript", "css/base.css": "text/css", "icon.svg": "image/svg+xml"}
    for path, kind in kinds.items():
        assert reading.get(static_url(path)).headers["content-type"].partition(";")[0] == kind


def test_a_file_under_an_old_hash_is_there_but_not_kept(reading: Site) -> None:
    for version in ("0" * 12, "x", hashlib.sha256(b"").hexdigest()):
        answer = reading.get(f"/static/{version}/js/theme.js")
        assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-cache")


@pytest.mark.parametrize("trick", TRICKS)
def test_nothing_else_is_served(reading: Site, trick: str) -> None:
    for prefix in ("/static/x/", "/static/"):
        answer = reading.get(f"{prefix}{trick}")
        assert answer.status_code == 404
        assert "LUOPAN_" not in answer.text
        assert "root:" not in answer.text


def test_plotly_js_is_that_of_the_installed_package(reading: Site) -> None:
    installed = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
    answer = reading.of("").get(plotly_url())
    assert answer.status_code == 200
    assert answer.content == installed.read_bytes()
    assert answer.headers["content-encoding"] == "br"
    assert int(answer.headers["content-length"]) < 1_320_000
    assert answer.headers["cache-control"] == FOREVER
    assert answer.headers["content-type"].partition(";")[0] == "text/javascript"
    assert not list((ROOT / "static").rglob("plotly*.js"))


def test_pages_with_figures_ask_for_plotly_and_others_do_not(reading: Site) -> None:
    paths = ("/growth?unit=article&from=2023-05-01&to=2023-05-07", "/units")
    filled, plain = ([s.attrs.get("src") for s in reading.page(path).all("script")] for path in paths)
    assert plotly_url() in filled
    assert plotly_url() not in plain
