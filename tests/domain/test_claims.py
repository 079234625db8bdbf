"""Claims give the roles that the mapping says, and a mapping that cannot be meant is refused."""

import pytest

from app.domain.claims import grant_mapping
from app.domain.roles import Role

MAPPING = grant_mapping(
    '{"groups": {"luopan-admins": "admin", "shanghai-ops": "operator:stores", "all": "viewer"},'
    ' "realm_access.roles": {"luopan-admins": "admin", "boss": "manager"},'
    ' "https://sso.example/roles": {"boss": "viewer:stores"},'
    ' "resource_access.luopan.web.roles": {"boss": "viewer"},'
    ' "department": {"12": "operator:shop_12"}}'
)


@pytest.mark.parametrize(
    ("claims", "held"),
    [
        ({"groups": ["luopan-admins", "shanghai-ops"]}, {(Role.ADMIN, None), (Role.OPERATOR, "stores")}),
        ({"groups": "all"}, {(Role.VIEWER, None)}),
        ({"groups": ["all"], "realm_access": {"roles": ["boss"]}}, {(Role.VIEWER, None), (Role.MANAGER, None)}),
        ({"groups": ["luopan-admins"], "realm_access": {"roles": ["luopan-admins"]}}, {(Role.ADMIN, None)}),
        ({"https://sso.example/roles": ["boss"]}, {(Role.VIEWER, "stores")}),
        ({"resource_access": {"luopan.web": {"roles": ["boss"]}}}, {(Role.VIEWER, None)}),
        ({"department": [1, 12]}, {(Role.OPERATOR, "shop_12")}),
        ({"groups": ["Luopan-Admins", " all", "luopan-admins,all", "al"]}, set()),
        ({"groups": {"all": True}}, set()),
        ({"groups": [["all"], {"all": 1}, None, True, 1.5]}, set()),
        ({"groups": None, "realm_access": "boss", "department": True}, set()),
        ({}, set()),
    ],
)
def test_claims_give_exactly_the_roles_of_the_mapping(claims: dict[str, object], held: set[object]) -> None:
    assert MAPPING.held(claims) == held


@pytest.mark.parametrize("text", [None, "", "  ", "{}", '{"groups": {}}'])
def test_without_a_rule_nobody_gets_a_role(text: str | None) -> None:
    assert grant_mapping(text).held({"groups": ["admin", "luopan-admins"]}) == frozenset()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("admins", "must be JSON like"),
        ("[]", "must be JSON like"),
        ('{"groups": "admin"}', "must be JSON like"),
        ('{"groups": {"a": ["admin"]}}', "must be JSON like"),
        ('{"groups": {"": "admin"}}', "must be JSON like"),
        ('{" ": {"a": "admin"}}', "must be JSON like"),
        ('{"groups": {"a": "admin", "a": "viewer"}}', "must be JSON like"),
        ("[" * 100_000, "must be JSON like"),
        ('{"groups": {"a": "boss"}}', "gives 'a' the role 'boss', but there are only admin, manager, operator, viewer"),
        ('{"groups": {"a": "Admin"}}', "gives 'a' the role 'Admin', but"),
        ('{"groups": {"a": "admin:"}}', "gives 'a' a role on '', which cannot be the code of a unit"),
        ('{"groups": {"a": "viewer:上海"}}', "gives 'a' a role on '上海', which cannot"),
    ],
)
def test_a_mapping_that_cannot_be_meant_is_refused_in_a_sentence(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        grant_mapping(text)
