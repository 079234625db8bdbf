"""Who may do what: the table is complete, and grants reach down the tree but never up or beside."""

import pytest

from app.domain.errors import Forbidden
from app.domain.roles import ALLOWED, SYSTEM, Action, Grant, Role, TokenScope, Viewer, scopes_of

TABLE = {
    "admin": "read write_facts write_targets account manage administer",
    "manager": "read write_targets account",
    "operator": "read write_facts account",
    "viewer": "read account",
}
COMPANY_WIDE = {"manage", "administer"}
LINEAGE = (3, 2, 1)
"""A store in a division in a company."""


def viewer(role: Role, unit_id: int | None = None) -> Viewer:
    """Return somebody with one grant."""
    return Viewer("somebody", (Grant(role, unit_id),))


def test_the_table_is_complete() -> None:
    assert {role.value: {action.value for action in ALLOWED[role]} for role in Role} == {
        role: set(actions.split()) for role, actions in TABLE.items()
    }
    assert {action.value for action in Action} == set(TABLE["admin"].split())


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("unit_id", [None, 1, 2, 3])
def test_a_grant_holds_on_its_unit_and_below(role: Role, action: Action, unit_id: int | None) -> None:
    who, may = viewer(role, unit_id), action.value in TABLE[role.value].split()
    may = may and (unit_id is None or action.value not in COMPANY_WIDE)
    assert who.may(action, LINEAGE) == may
    assert who.may(action) == may  # somewhere at all
    assert not who.may(action, (9,)) or unit_id is None
    assert who.may(action, ()) == (may and unit_id is None)  # everywhere


@pytest.mark.parametrize("action", Action)
def test_a_grant_does_not_reach_up(action: Action) -> None:
    assert not viewer(Role.ADMIN, 3).may(action, (2, 1))


def test_grants_add_up() -> None:
    both = Viewer("somebody", (Grant(Role.VIEWER, 1), Grant(Role.OPERATOR, 3)))
    assert both.may(Action.WRITE_FACTS, LINEAGE)
    assert not both.may(Action.WRITE_FACTS, (2, 1))
    assert both.may(Action.READ, (2, 1))
    assert not Viewer("nobody", ()).may(Action.READ)


def test_what_may_not_be_done_is_forbidden() -> None:
    viewer(Role.VIEWER, 1).require(Action.READ, LINEAGE)
    with pytest.raises(Forbidden):
        viewer(Role.VIEWER, 1).require(Action.WRITE_FACTS, LINEAGE)
    with pytest.raises(Forbidden):
        viewer(Role.ADMIN, 1).require_everywhere(Action.MANAGE)
    viewer(Role.ADMIN).require_everywhere(Action.MANAGE)


def test_the_command_line_may_do_everything() -> None:
    assert all(SYSTEM.may(action, ()) for action in Action)
    assert SYSTEM.origin == "command"


@pytest.mark.parametrize(("role", "name"), [*zip(Role, ("管理员", "主管", "运营", "只读"), strict=True)])
def test_a_role_has_a_name(role: Role, name: str) -> None:
    assert role.text.zh == name
    assert role.text.en


def test_whoever_logs_in_looks_after_the_own_account_and_a_token_never_does() -> None:
    assert Viewer("new", (), user_id=1).may(Action.ACCOUNT)
    assert not Viewer("new", (), user_id=1).may(Action.READ)
    limited = Viewer("token", (Grant(Role.ADMIN),), token_id=1, limit=frozenset({Action.READ}))
    assert not limited.may(Action.ACCOUNT)
    assert limited.may(Action.READ, ())


def test_a_token_may_what_it_and_its_owner_both_may() -> None:
    token = Viewer(
        "token", (Grant(Role.OPERATOR, 1),), token_id=1, owned=(Grant(Role.OPERATOR, 3), Grant(Role.VIEWER, 2))
    )
    assert token.may(Action.WRITE_FACTS, LINEAGE)
    assert not token.may(Action.WRITE_FACTS, (2, 1))
    assert token.may(Action.READ, (2, 1))
    assert not token.may(Action.READ, (1,))


@pytest.mark.parametrize("scope", TokenScope)
def test_a_scope_has_a_name_and_belongs_to_the_roles_that_can_use_it(scope: TokenScope) -> None:
    assert scope.text.zh
    assert scope in scopes_of(Role.ADMIN)
    assert (scope in scopes_of(Role.VIEWER)) == (scope is TokenScope.READ)
