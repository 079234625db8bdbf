"""Kept board pages: each of its viewer, gone with the login, and new after each write."""

from sqlalchemy import update

from app.models import User
from app.observe.figures import Figures
from tests.served import Site, put

PATH = "/growth?unit=article&from=2023-05-01&to=2023-05-07"
ROW = {"day": "2023-05-04", "unit": "article", "channel": "parcel_card", "reach": 9, "adds": 9, "losses": 0}


def made(site: Site) -> float:
    labels = {"cache": "answers", "result": "miss"}
    return Figures.of(site.app).registry.get_sample_value("luopan_cache_answers_total", labels) or 0


def test_a_page_is_made_once_and_sent_again(site: Site) -> None:
    before = made(site)
    first, second = site.get(PATH), site.get(PATH)
    assert first.text == second.text
    assert made(site) - before == 1
    assert first.headers["content-encoding"] == "br"
    assert first.headers["vary"] == "Cookie, Accept-Encoding"
    again = site.get(PATH, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_c19_a_board_leaves_nothing_in_the_browser(site: Site) -> None:
    etag = site.get(PATH).headers["etag"]
    for headers in ({}, {"If-None-Match": etag}):
        assert site.get(PATH, headers=headers).headers["cache-control"] == "no-store"


def test_c16_each_viewer_sees_their_own_name_and_menu(site: Site) -> None:
    people = {name: site.of(name) for name in ("ada", "mo", "vic")}
    for _ in range(2):
        for name, own in people.items():
            page = own.page(PATH)
            assert page.one("aside").one("a", href="/account").text.split()[1] == name
            assert ("/people" in [link["href"] for link in page.one("aside").all("a")]) == (name == "ada")
    assert site.of("olga").get(PATH).status_code == 403


def test_c13_an_ended_login_and_somebody_switched_off_get_nothing_that_is_kept(site: Site) -> None:
    vic, mo = site.of("vic"), site.of("mo")
    etags = [own.get(PATH).headers["etag"] for own in (vic, mo)]
    cookies = dict(vic.client.cookies)
    vic.post("/logout", {})
    vic.client.cookies.update(cookies)
    with site.database.write() as session:
        session.execute(update(User).where(User.name == "mo").values(active=False))
    for own, etag in zip((vic, mo), etags, strict=True):
        for headers in ({}, {"If-None-Match": etag}):
            answer = own.get(PATH, headers=headers)
            assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (303, "/login")


def test_a_page_shows_a_write_at_once(site: Site) -> None:
    before = site.get(PATH).text
    put(site.database, "friends", [ROW])
    after = site.get(PATH).text
    assert after != before
    assert site.get(PATH).text == after
