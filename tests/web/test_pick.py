"""Choosing a unit among thousands: a short list, and a search that finds only what its asker may see."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from app.db import Database
from app.domain.roles import Role
from app.models import OrgUnit
from app.store.version import bump
from app.web.pick import FOUND, MOST
from tests.page import Node
from tests.served import OTHER, Site, copied, frozen, lent

SHOPS = 1000
PICKERS = (
    "/growth",
    "/sales",
    "/targets",
    "/",
    "/entry/friends",
    "/plan",
    "/recounts",
    "/export",
    "/history",
    "/people",
)


def add_shops(database: Database) -> None:
    """Add many shops below the stores, the first of them with shelves of its own."""
    with database.write() as session:
        above = session.execute(select(OrgUnit.id).where(OrgUnit.code == OTHER)).scalar_one()
        shop = {"kind": "account", "active": True, "parent_id": above}
        session.execute(insert(OrgUnit), [{"code": f"s{n}", "name": f"门店 {n}", **shop} for n in range(SHOPS)])
        bump(session)


@pytest.fixture(scope="module")
def chain(served_file: Path) -> Iterator[Site]:
    """An admin of a company with a thousand shops."""
    with copied(served_file) as database:
        add_shops(database)
        yield Site(lent(database), database, frozen(), "ada")


def offered(page: Node) -> list[str]:
    return [option["value"] for option in page.one("select", name="unit").all("option") if option["value"]]


def found(site: Site, asked: str, **more: str) -> list[str]:
    answer = site.client.get("/units.json", params={"q": asked, **more})
    assert answer.status_code == 200
    return [unit["code"] for unit in answer.json()["units"]]


def test_a_small_organisation_is_offered_as_a_whole(reading: Site) -> None:
    page = reading.page("/growth")
    assert {"luopan", OTHER, "article"} <= set(offered(page))
    assert page.one("span", data_unit_for="unit")["data-unit-tree"] == "/units.json?for=read"


@pytest.mark.parametrize("path", PICKERS)
def test_no_page_grows_with_the_organisation(chain: Site, path: str) -> None:
    page = chain.page(path)
    assert 1 < len(offered(page)) <= MOST
    assert page.one("span", data_unit_for="unit")["data-unit-tree"].startswith("/units.json?for=")


def test_the_list_holds_what_is_one_step_away(chain: Site) -> None:
    last = f"s{SHOPS - 1}"
    codes = offered(chain.page(f"/growth?unit={last}"))
    assert {"luopan", OTHER, last} <= set(codes)
    assert len(codes) == MOST
    assert {"luopan", OTHER, "s0", "s100"} <= set(offered(chain.page(f"/growth?unit={OTHER}")))
    assert set(offered(chain.page("/growth?unit=luopan"))) >= {"luopan", OTHER, "ecommerce", "article"}
    assert next(o["value"] for o in chain.page(f"/growth?unit={last}").all("option") if "selected" in o.attrs) == last


def test_the_search_finds_by_name_and_code_the_best_first(chain: Site) -> None:
    assert found(chain, "s7")[0] == "s7"
    assert found(chain, " 门店 77 ")[0] == "s77"
    assert found(chain, "STORES") == [OTHER]
    assert len(found(chain, "门店")) == FOUND
    assert found(chain, "") == found(chain, "nowhere") == found(chain, "%") == []


def test_c16_the_search_finds_nothing_out_of_reach(chain: Site) -> None:
    east = chain.add_person("east", Role.OPERATOR, "s7")
    assert found(east, "门店") == ["s7"]
    assert found(east, OTHER) == []
    label = east.get("/units.json?q=s7").json()["units"][0]["label"]
    assert label == "门店 7（s7）"
    assert chain.get("/units.json?q=s7").json()["units"][0]["label"].endswith(" / 门店 7（s7）")
    assert found(chain.of("vic"), "门店", **{"for": "write_facts"}) == []


def rows(site: Site, **asked: str) -> list[tuple[str, int, bool]]:
    answer = site.client.get("/units.json", params=asked)
    assert answer.status_code == 200, answer.text
    return [(unit["code"], unit["level"], unit["open"]) for unit in answer.json()["units"]]


def test_the_tree_opens_down_to_the_chosen_unit_and_level_by_level(chain: Site) -> None:
    top = rows(chain, at="")
    assert {("luopan", 1, False), ("article", 1, False)} <= set(top)
    assert all(level == 1 for _, level, _ in top)
    last = f"s{SHOPS - 1}"
    opened = rows(chain, at=last)
    assert opened[0] == ("luopan", 1, True)
    assert (OTHER, 2, True) in opened
    assert (last, 3, False) in opened
    assert len(opened) <= MOST + 12
    below = rows(chain, under=OTHER)
    assert [code for code, _, _ in below] == [*(f"s{n}" for n in range(MOST)), ""]
    assert f"另有 {SHOPS - MOST} 个" in chain.get(f"/units.json?under={OTHER}").json()["units"][-1]["name"]
    assert rows(chain, under="s7") == []


def test_c16_the_tree_shows_nothing_out_of_reach(chain: Site) -> None:
    west = chain.add_person("west", Role.OPERATOR, OTHER)
    assert rows(west, at="luopan")[0] == (OTHER, 1, True)
    assert {level for _, level, _ in rows(west, at="luopan")[1:]} == {2}
    assert west.get("/units.json?under=luopan").status_code == 403
    assert chain.get("/units.json?under=nowhere").status_code == 422
    assert rows(chain.of("vic"), at="", **{"for": "write_facts"}) == []


def test_units_are_searched_for_known_purposes_only(chain: Site) -> None:
    for purpose in ("administer", "x", ""):
        assert chain.get(f"/units.json?q=s7&for={purpose}").status_code == 422
