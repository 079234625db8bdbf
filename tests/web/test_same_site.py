"""A form that another site sends in somebody's name changes nothing."""

import pytest

from app.domain.facts import FRIENDS, TARGETS
from tests.served import PASSWORD, UNIT, Site, addresses, shown

OWN = "http://luopan.test"
FOREIGN: tuple[dict[str, str], ...] = (
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "cross-site", "Origin": OWN},
    {"Sec-Fetch-Site": "something new"},
    {"Origin": "https://evil.test"},
    {"Origin": "null"},
    {"Origin": "http://luopan.test.evil.test"},
    {"Origin": "http://luopan.test@evil.test"},
    {"Origin": "http://luopan.test:8080"},
    {"Origin": "http://["},
    {"Origin": ""},
)
HOME: tuple[dict[str, str], ...] = (
    {"Sec-Fetch-Site": "same-origin", "Origin": OWN},
    {"Sec-Fetch-Site": "none"},
    {"Origin": OWN},
    {},
)
"""What a browser says of a form of this site, an old browser, and a program."""
FORM = {
    "unit": UNIT,
    "day": "2023-10-08",
    "month": "2023-10",
    "video.adds": "7",
    "gmv.-.-.value": "7",
    "code": "new",
    "name": "新单元",
    "kind": "team",
}


@pytest.mark.parametrize("headers", FOREIGN)
def test_c17_a_form_from_another_site_is_refused_and_changes_nothing(site: Site, headers: dict[str, str]) -> None:
    before = site.stored(FRIENDS), site.stored(TARGETS), site.page("/units").one("table").text
    for path in addresses(site.app, "POST"):
        answer = site.client.post(path, data=FORM, headers=headers)
        assert "其他网站" in shown(answer, 403).text, path
    assert before == (site.stored(FRIENDS), site.stored(TARGETS), site.page("/units").one("table").text)


@pytest.mark.parametrize("headers", FOREIGN)
def test_c17_another_site_logs_nobody_in_or_out(site: Site, headers: dict[str, str]) -> None:
    nobody = site.of("")
    login = nobody.client.post("/login", data={"name": "ada", "password": PASSWORD}, headers=headers)
    assert login.status_code == 403
    assert "set-cookie" not in login.headers
    assert site.client.post("/logout", headers=headers).status_code == 403
    assert site.get("/units").status_code == 200


@pytest.mark.parametrize("headers", HOME)
def test_c17_a_form_of_this_site_is_taken(site: Site, headers: dict[str, str]) -> None:
    answer = site.client.post("/entry/friends", data=FORM, headers=headers)
    assert answer.status_code == 303
    assert [row["adds"] for row in site.stored(FRIENDS) if str(row["day"]) == "2023-10-08"] == [7]
    nobody = site.of("")
    assert nobody.client.post("/login", data={"name": "ada", "password": PASSWORD}, headers=headers).status_code == 303


def test_a_form_of_a_wrong_kind_changes_nothing(site: Site) -> None:
    before = site.stored(FRIENDS)
    for kind, content in (
        ("application/json", b'{"unit": "ecommerce", "video.adds": "7"}'),
        ("text/plain", b"unit=ecommerce&video.adds=7"),
        ("multipart/form-data", b"video.adds=7"),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data\r\n\r\n7\r\n--x--"),
        ("application/x-www-form-urlencoded", b"\xff\xfe=%ff%00&video.adds=%zz"),
    ):
        answer = site.client.post("/entry/friends", content=content, headers={"Content-Type": kind})
        assert answer.status_code in (303, 400, 422), kind
    assert site.stored(FRIENDS) == before
