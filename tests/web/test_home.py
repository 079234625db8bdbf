"""今日 and 对账: what is missing, and what does not add up, each a link to where it is mended."""

from tests.served import UNIT, Site, put, shown

KEY = {"unit": UNIT}


def friends(day: str, channel: str = "video", **measures: int) -> dict[str, object]:
    return {**KEY, "day": day, "channel": channel, **measures}


def test_yesterday_is_shown_by_unit_and_kind_with_the_missing_channels(site: Site) -> None:
    put(site.database, "friends", [friends("2023-10-07", c, adds=1) for c in ("video", "douyin")])
    put(site.database, "friends", [friends("2023-10-08", adds=1)])
    put(site.database, "pushes", [{**KEY, "day": "2023-10-07", "touchpoint": "sms", "pushes": 9}])
    page = site.page("/")
    assert page.one("h1").text == "今日"
    heads, *rows = page.all("table", "cm")[0].all("tr")
    place = [cell.text for cell in heads.all("th")].index("电商私域组")
    cells = [row.all("td")[place] for row in rows[:3]]
    assert [cell.text for cell in cells] == ["缺 1 渠道 抖音", "—", "未填"]
    assert cells[0].one("a")["href"] == f"/entry/friends?unit={UNIT}&day=2023-10-08"
    assert page.one("p", "big").text == "0 / 2 0.00%"
    assert page.one("a", "pri")["href"] == f"/entry/friends?unit={UNIT}&day=2023-10-08"
    assert "去补填 2 项" in page.text


def test_days_of_the_month_without_numbers_lead_to_their_forms(site: Site) -> None:
    put(site.database, "friends", [friends(f"2023-10-{day:02}", adds=1) for day in (2, 3, 6)])
    page = site.of("olga").page("/")
    (unit,) = page.one("ul", "gaps").all("li")
    assert "缺 4 天" in unit.text
    assert [link["href"][-10:] for link in unit.all("a")] == ["2023-10-04", "2023-10-05", "2023-10-07", "2023-10-08"]


def test_a_stock_count_that_disagrees_is_shown_with_the_days_between(site: Site) -> None:
    put(site.database, "stock-counts", [{**KEY, "day": "2023-10-01", "cumulative": 1000, "current": 500}])
    put(site.database, "friends", [friends("2023-10-01", adds=99), friends("2023-10-03", adds=40, losses=10)])
    put(site.database, "stock-counts", [{**KEY, "day": "2023-10-05", "cumulative": 1040, "current": 520}])
    put(site.database, "stock-counts", [{**KEY, "day": "2023-10-06", "cumulative": 1040, "current": 520}])
    for path in ("/recounts", "/"):
        table = next(table for table in site.page(path).all("table") if "盘点日" in table.text)
        assert [row[-5:] for row in table.cells()[1:]] == [
            ["累计好友", "1,040", "1,040", "0", "10/2–10/5 · 核对填报 · 查看改动"],
            ["现好友", "530", "520", "−10"],
        ]
        links = [link["href"] for link in table.all("a")]
        assert f"/growth?unit={UNIT}&from=2023-10-02&to=2023-10-05" in links
        assert f"/history?unit={UNIT}&from=2023-10-02&to=2023-10-05&kind=friends" in links
        for link in links:
            assert shown(site.get(link))
    assert "没有差异" in site.page("/recounts?range=last_month&unit=ecommerce").text
    assert site.of("olga").get("/recounts?unit=stores").status_code == 403
