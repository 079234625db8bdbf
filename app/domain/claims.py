"""Which roles the claims of a login elsewhere give, by a mapping that the installation sets."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from app.domain.roles import Role

_CODE = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_SHAPE = 'must be JSON like {"groups": {"luopan-admins": "admin", "shanghai-ops": "operator:stores"}}'


@dataclass(frozen=True, slots=True)
class Rule:
    """Whoever has `value` in the claim at `path` holds `role` on the unit with this code; None means everything."""

    path: str
    value: str
    role: Role
    unit: str | None


@dataclass(frozen=True, slots=True)
class GrantMapping:
    """The rules of an installation; without any, nobody gets a role by claims."""

    rules: tuple[Rule, ...] = ()

    def held(self, claims: Mapping[str, object]) -> frozenset[tuple[Role, str | None]]:
        """Return the roles that these claims give, each with the code of a unit or None."""
        return frozenset((rule.role, rule.unit) for rule in self.rules if rule.value in _values(claims, rule.path))


def grant_mapping(text: str | None) -> GrantMapping:
    """Read the mapping from JSON; ValueError with one sentence for a shape or role that does not exist."""
    if text is None or not text.strip():
        return GrantMapping()
    try:
        read = json.loads(text, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        raise ValueError(_SHAPE) from None
    if not isinstance(read, dict) or not all(isinstance(values, dict) for values in read.values()):
        raise ValueError(_SHAPE)
    return GrantMapping(
        tuple(_rule(path, value, role) for path, values in read.items() for value, role in values.items())
    )


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Refuse a key that stands twice: JSON would silently keep the last one."""
    if len(dict(pairs)) < len(pairs):
        raise ValueError(_SHAPE)
    return dict(pairs)


def _rule(path: str, value: str, given: object) -> Rule:
    if not isinstance(given, str) or not path.strip() or not value.strip():
        raise ValueError(_SHAPE)
    name, colon, unit = given.partition(":")
    if name not in set(Role):
        raise ValueError(f"gives {value!r} the role {name!r}, but there are only {', '.join(Role)}")
    if colon and not _CODE.fullmatch(unit):
        raise ValueError(f"gives {value!r} a role on {unit!r}, which cannot be the code of a unit")
    return Rule(path, value, Role(name), unit if colon else None)


def _values(claims: object, path: str) -> frozenset[str]:
    """Return the texts at a path; a claim's own name may have dots too, so the longest name that fits is taken."""
    if not isinstance(claims, Mapping):
        return frozenset()
    if path in claims:
        found = claims[path]
        several = found if isinstance(found, list | tuple) else [found]
        return frozenset(str(one) for one in several if isinstance(one, str | int) and not isinstance(one, bool))
    names = path.split(".")
    for cut in range(len(names) - 1, 0, -1):
        head = ".".join(names[:cut])
        if head in claims:
            return _values(claims[head], ".".join(names[cut:]))
    return frozenset()
