"""Example bodies for the OpenAPI document, as `openapi_extra`; a test sends each of them."""

from typing import Any

_ROWS: dict[str, dict[str, Any]] = {
    "friends": {
        "day": "2023-05-04",
        "unit": "article",
        "channel": "parcel_card",
        "reach": 3960,
        "adds": 200,
        "losses": 170,
    },
    "retention": {"cohort_day": "2023-05-04", "unit": "article", "channel": "parcel_card", "day_n": 1, "retained": 181},
    "sales": {
        "day": "2023-05-04",
        "unit": "article",
        "touchpoint": "community",
        "customer_kind": "new",
        "gmv": "2471.00",
        "orders": 100,
        "buyers": 98,
    },
    "pushes": {"day": "2023-05-04", "unit": "article", "touchpoint": "community", "pushes": 12000, "push_losses": 25},
    "stock-counts": {"day": "2023-04-30", "unit": "article", "cumulative": 31774, "current": 10000},
    "targets": {
        "month": "2023-09",
        "unit": "article",
        "metric": "add_rate",
        "channel": "parcel_card",
        "value": "0.14779",
    },
}


def _body(name: str, value: dict[str, Any]) -> dict[str, Any]:
    return {"requestBody": {"content": {"application/json": {"examples": {name: {"value": value}}}}}}


FACTS = {kind: _body("one row", {"rows": [row]}) for kind, row in _ROWS.items()}
UNIT = _body("a new store", {"name": "北区门店", "kind": "store", "parent": "luopan"})
CHANNEL = _body("a new touchpoint", {"name": "视频号直播", "kind": "touchpoint", "color_slot": 7, "position": 7})
