"""The metric catalogue, typed in by hand from section 3 of the metric contract."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """One metric: how it is shown, which way is better, and the terms it is made of."""

    shape: str  # flow, net (a difference of two flows), stock or ratio
    unit: str  # count, yuan or rate
    terms: tuple[str, ...]
    better: str = "up"
    factor: int = 1


# The sums: table, measure, and the customer kinds that count (none named: all).
SUMS: dict[str, tuple[str, str, str | None]] = {
    "reach": ("friends", "reach", None),
    "adds": ("friends", "adds", None),
    "losses": ("friends", "losses", None),
    "gmv": ("sales", "gmv", None),
    "orders": ("sales", "orders", None),
    "buyers": ("sales", "buyers", None),
    "refunds": ("sales", "refunds", None),
    "member_gmv": ("sales", "member_gmv", None),
    "gmv_new": ("sales", "gmv", "new"),
    "orders_new": ("sales", "orders", "new"),
    "buyers_new": ("sales", "buyers", "new"),
    "gmv_old": ("sales", "gmv", "old"),
    "orders_old": ("sales", "orders", "old"),
    "buyers_old": ("sales", "buyers", "old"),
    "pushes": ("pushes", "pushes", None),
    "push_cost": ("pushes", "push_cost", None),
    "push_gmv": ("pushes", "push_gmv", None),
    "push_losses": ("pushes", "push_losses", None),
}

# The levels: which of the two stocks, and at the close of which day.
LEVELS: dict[str, tuple[str, str]] = {
    "current_close": ("current", "close"),
    "cumulative_close": ("cumulative", "close"),
    "current_open": ("current", "open"),
    "current_month_open": ("current", "month_open"),
}

CATALOGUE: dict[str, Entry] = {
    "reach": Entry("flow", "count", ("reach",)),
    "friends_added": Entry("flow", "count", ("adds",)),
    "friends_lost": Entry("flow", "count", ("losses",), "down"),
    "friends_net": Entry("net", "count", ("adds", "losses")),
    "friends_cumulative": Entry("stock", "count", ("cumulative_close",)),
    "friends_current": Entry("stock", "count", ("current_close",)),
    "retention_total": Entry("ratio", "rate", ("current_close", "cumulative_close")),
    "churn_rate": Entry("ratio", "rate", ("losses", "current_open"), "down"),
    "churn_rate_mtd": Entry("ratio", "rate", ("losses_mtd", "current_month_open"), "down"),
    "add_rate": Entry("ratio", "rate", ("adds_with_reach", "reach")),
    "retention_d1": Entry("ratio", "rate", ("retained_1", "cohort_adds_1")),
    "retention_d7": Entry("ratio", "rate", ("retained_7", "cohort_adds_7")),
    "retention_d30": Entry("ratio", "rate", ("retained_30", "cohort_adds_30")),
    "gmv": Entry("flow", "yuan", ("gmv",)),
    "orders": Entry("flow", "count", ("orders",)),
    "buyers": Entry("flow", "count", ("buyers",)),
    "refunds": Entry("flow", "yuan", ("refunds",), "down"),
    "gmv_net": Entry("net", "yuan", ("gmv", "refunds")),
    "aov": Entry("ratio", "yuan", ("gmv", "orders")),
    "gmv_per_buyer": Entry("ratio", "yuan", ("gmv", "buyers")),
    "gmv_new": Entry("flow", "yuan", ("gmv_new",)),
    "orders_new": Entry("flow", "count", ("orders_new",)),
    "buyers_new": Entry("flow", "count", ("buyers_new",)),
    "aov_new": Entry("ratio", "yuan", ("gmv_new", "orders_new")),
    "gmv_old": Entry("flow", "yuan", ("gmv_old",)),
    "orders_old": Entry("flow", "count", ("orders_old",)),
    "buyers_old": Entry("flow", "count", ("buyers_old",)),
    "aov_old": Entry("ratio", "yuan", ("gmv_old", "orders_old")),
    "new_share": Entry("ratio", "rate", ("gmv_new", "gmv")),
    "repeat_share": Entry("ratio", "rate", ("gmv_old", "gmv")),
    "member_gmv": Entry("flow", "yuan", ("member_gmv",)),
    "member_share": Entry("ratio", "rate", ("member_gmv", "gmv")),
    "refund_rate": Entry("ratio", "rate", ("refunds", "gmv"), "down"),
    "first_order_rate": Entry("ratio", "rate", ("buyers_new", "adds")),
    "old_conversion": Entry("ratio", "rate", ("buyers_old", "current_open")),
    "pushes": Entry("flow", "count", ("pushes",)),
    "push_cost": Entry("flow", "yuan", ("push_cost",), "down"),
    "push_gmv": Entry("flow", "yuan", ("push_gmv",)),
    "push_loss_rate": Entry("ratio", "rate", ("push_losses", "pushes"), "down"),
    "push_cpm": Entry("ratio", "yuan", ("push_cost", "pushes"), "down", 1000),
    "push_rpm": Entry("ratio", "yuan", ("push_gmv", "pushes"), "up", 1000),
}


def tables_of(term: str) -> tuple[str, ...]:
    """Name the tables a term reads."""
    if term in SUMS:
        return (SUMS[term][0],)
    if term in LEVELS:
        return ("friends", "stock-counts")
    if term in {"losses_mtd", "adds_with_reach"}:
        return ("friends",)
    return ("retention", "friends")
