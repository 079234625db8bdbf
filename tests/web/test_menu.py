"""The menu leads to everything."""

import pytest

from tests.served import Site


@pytest.mark.parametrize("path", ["/notes", "/views"])
def test_notes_and_views_stand_in_the_menu(reading: Site, path: str) -> None:
    menu = reading.page("/").one("nav", "side-nav")
    assert menu.one("a", href=path).attrs.get("aria-current") is None
    assert reading.page(path).one("nav", "side-nav").one("a", href=path)["aria-current"] == "page"
