"""The side navigation: only what there is, grouped by what the merchant does. A page more is a line more."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import request
from flask_babel import gettext as _


@dataclass(frozen=True, slots=True)
class NavigationEntry:
    """One entry; `badge` names what waits there: a key of `navigation`'s `waiting`."""

    endpoint: str
    label: str
    icon: str
    badge: str = ""

    @property
    def is_here(self) -> bool:
        """Whether the page shown belongs to this entry."""
        return request.blueprint == self.endpoint.rpartition(".")[0]


@dataclass(frozen=True, slots=True)
class NavigationSection:
    """Entries under one heading; the first section has none."""

    title: str
    entries: tuple[NavigationEntry, ...]
    waiting: Mapping[str, int]

    def count(self, entry: NavigationEntry) -> int:
        """How much waits behind this entry."""
        return self.waiting.get(entry.badge, 0)


def navigation(waiting: Mapping[str, int]) -> list[NavigationSection]:
    """The sections from top to bottom. `waiting`: how much waits, by the entries' `badge`."""
    sections: list[tuple[str, list[NavigationEntry]]] = [
        (
            "",
            [
                NavigationEntry("console.overview.show", _("总览"), "home"),
            ],
        ),
        (_("对话"), []),
        (_("自动回复"), []),
        (_("粉丝"), []),
        (_("公众号"), []),
        (
            _("店铺"),
            [
                NavigationEntry("console.orders.index", _("订单"), "receipt"),
                NavigationEntry("console.products.index", _("商品"), "package"),
                NavigationEntry("console.alerts.index", _("告警"), "bell", badge="alerts"),
            ],
        ),
    ]
    return [NavigationSection(title, tuple(entries), waiting) for title, entries in sections if entries]
