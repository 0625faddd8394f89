"""The side navigation: only what there is."""

from dataclasses import dataclass

from flask import request
from flask_babel import gettext as _


@dataclass(frozen=True, slots=True)
class NavigationEntry:
    """One entry; `badge` counts what waits there."""

    endpoint: str
    label: str
    icon: str
    badge: int = 0

    @property
    def is_here(self) -> bool:
        """Whether the page shown belongs to this entry."""
        return request.blueprint == self.endpoint.rpartition(".")[0]


def navigation(open_alerts: int) -> list[NavigationEntry]:
    """The entries from top to bottom."""
    return [
        NavigationEntry("console.overview.show", _("总览"), "home"),
        NavigationEntry("console.orders.index", _("订单"), "receipt"),
        NavigationEntry("console.products.index", _("商品"), "package"),
        NavigationEntry("console.alerts.index", _("告警"), "bell", open_alerts),
    ]
