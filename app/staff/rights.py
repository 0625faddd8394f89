"""Rights: what a role may allow, each named after the first of the console's addresses it opens.

Each package of the console lists its rights beside its blueprints, so a new page is one more name in a line. The
owner has every right; whatever no right names is closed to everybody else.
"""

from collections.abc import Iterable, Sequence
from typing import cast

from flask import Flask, current_app
from flask_babel.speaklater import LazyString

OWNER, OPERATOR, SERVICE, FINANCE = "owner", "operator", "service", "finance"
BUILT_IN = (OWNER, OPERATOR, SERVICE, FINANCE)
EXTENSION = "rights"


class Right:
    """`label` as the merchant reads it; `endpoints` it opens; `roles`: which built-in ones have it, the owner apart."""

    def __init__(self, label: LazyString, *endpoints: str, roles: Sequence[str] = ()) -> None:
        self.label, self.endpoints, self.roles = label, endpoints, frozenset((OWNER, *roles))

    @property
    def name(self) -> str:
        """What a role keeps: the first endpoint."""
        return self.endpoints[0]


class RightGroup:
    """The rights of one subject, under its heading."""

    def __init__(self, label: LazyString, *rights: Right) -> None:
        self.label, self.rights = label, rights


class Catalogue:
    """All rights there are."""

    def __init__(self, groups: Iterable[RightGroup], free: Iterable[str] = ()) -> None:
        """`free`: endpoints that need no right. Raises: ValueError when two rights have the same name."""
        self.groups, self.free = tuple(groups), frozenset(free)
        rights = [right for group in self.groups for right in group.rights]
        self.names = frozenset(right.name for right in rights)
        if len(self.names) < len(rights):
            raise ValueError("two rights begin with the same endpoint")
        self._opening: dict[str, tuple[Right, ...]] = {}
        for right in rights:
            for endpoint in right.endpoints:
                self._opening[endpoint] = (*self._opening.get(endpoint, ()), right)

    @property
    def endpoints(self) -> frozenset[str]:
        """Every endpoint that some right opens."""
        return frozenset(self._opening)

    def that_open(self, endpoint: str) -> tuple[Right, ...]:
        """The rights of which any one opens this endpoint."""
        return self._opening.get(endpoint, ())

    def of_built_in(self, role: str) -> frozenset[str]:
        """Names of the rights of a built-in role."""
        rights = (right for group in self.groups for right in group.rights)
        return frozenset(right.name for right in rights if role in right.roles)


def install(app: Flask, groups: Iterable[RightGroup], free: Iterable[str]) -> None:
    """Called by the door that has the pages."""
    app.extensions[EXTENSION] = Catalogue(groups, free)


def get_catalogue() -> Catalogue:
    """The rights of the running app."""
    return cast("Catalogue", current_app.extensions[EXTENSION])
