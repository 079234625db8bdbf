"""Units, channels, wording and errors: the small words of the product."""

import pytest

from app.domain.errors import Busy, Conflict, Forbidden, Invalid, Issue, LuopanError, NotFound, Unauthenticated
from app.domain.facts import ChannelKind
from app.domain.scope import ChannelRef, GroupBy, Scope, UnitKind
from app.domain.terms import Fact, Source, Span, Take, Total
from app.domain.text import Language, Text
from app.domain.tree import Tree, UnitNode

NODES = [
    UnitNode(1, "co", "Company", UnitKind.COMPANY, None, active=True),
    UnitNode(2, "north", "North", UnitKind.DIVISION, 1, active=True),
    UnitNode(3, "east", "East", UnitKind.STORE, 2, active=True),
    UnitNode(4, "desk", "Desk", UnitKind.ACCOUNT, 1, active=False),
    UnitNode(5, "alien", "Alien", UnitKind.COMPANY, None, active=True),
]
TREE = Tree.of(NODES)


def test_a_lineage_goes_up_to_the_root() -> None:
    assert TREE.lineage(3) == (3, 2, 1)
    assert TREE.lineage(5) == (5,)


def test_a_subtree_holds_the_unit_and_all_below_it() -> None:
    assert [node.code for node in TREE.subtree(1)] == ["co", "north", "east", "desk"]
    assert [node.code for node in TREE.subtree(3)] == ["east"]


def test_a_tree_finds_units_by_code_and_by_parent() -> None:
    assert TREE.by_code["desk"].id == 4
    assert [node.code for node in TREE.children[None]] == ["co", "alien"]
    assert [TREE.is_leaf(node.id) for node in NODES] == [False, False, True, True, True]


def test_kinds_of_unit_go_downward_team_and_store_side_by_side() -> None:
    assert {kind.value: kind.level for kind in UnitKind} == {
        "company": 0,
        "division": 1,
        "team": 2,
        "store": 2,
        "account": 3,
    }
    assert [kind.text.zh for kind in UnitKind] == ["公司", "事业部", "团队", "门店", "账号"]


def test_a_scope_is_everything_unless_narrowed() -> None:
    assert Scope(1) == Scope(1, channel=None, customer_kind=None, by=None)
    assert Scope(1, ChannelRef(2, "card", ChannelKind.SOURCE), by=GroupBy.UNIT) != Scope(1)


def test_a_fact_knows_its_table_and_column() -> None:
    assert (Fact.COHORT_ADDS.source, Fact.COHORT_ADDS.column) == (Source.COHORTS, "adds")
    assert (Fact.PUSH_COST.source, Fact.PUSH_COST.column) == (Source.PUSHES, "push_cost")


def test_terms_are_their_own_keys() -> None:
    assert {Total(Fact.ADDS): 1}[Total(Fact.ADDS)] == 1
    assert Total(Fact.ADDS) != Total(Fact.ADDS, span=Span.MONTH_TO_DATE)
    assert [take.value for take in Take] == ["opening", "closing", "month_opening"]


def test_wording_in_both_languages() -> None:
    text = Text("没有：{code}", "no {code}").fill(code="x")
    assert (text.say(Language.ZH), text.say(Language.EN)) == ("没有：x", "no x")


@pytest.mark.parametrize(
    ("error", "status"), [(LuopanError, 500), (Unauthenticated, 401), (Forbidden, 403), (NotFound, 404)]
)
def test_an_error_has_a_status_and_words(error: type[LuopanError], status: int) -> None:
    raised = error(Text("不行", "no"))
    assert (raised.status, raised.message.zh, str(raised)) == (status, "不行", "no")


def test_a_busy_database_asks_to_try_again() -> None:
    assert Busy().status == 503
    assert "Try again" in str(Busy())


def test_a_refusal_lists_every_issue() -> None:
    refused = Invalid([Issue("adds", Text("少了", "is less"), 0), Issue("unit", Text("没有", "unknown"))])
    assert (refused.status, str(refused)) == (422, "2 value(s) were refused")
    assert [(issue.field, issue.row) for issue in refused.issues] == [("adds", 0), ("unit", None)]
    (alone,) = Invalid.one("day", Text("将来", "is to come"), 7).issues
    assert alone == Issue("day", Text("将来", "is to come"), 7)


def test_a_conflict_tells_what_is_stored() -> None:
    found = Conflict(Text("变了", "changed"), [{"row": 0, "stored": 3}])
    assert (found.status, found.conflicts) == (409, ({"row": 0, "stored": 3},))
    assert Conflict(Text("变了", "changed")).conflicts == ()
