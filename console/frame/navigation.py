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
                NavigationEntry("console.jobs.index", _("后台任务"), "refresh"),
            ],
        ),
        (
            _("店铺"),
            [
                NavigationEntry("console.orders.index", _("订单"), "receipt"),
                NavigationEntry("console.products.index", _("商品"), "package"),
                NavigationEntry("console.entrances.index", _("来源"), "chart"),
                NavigationEntry("console.alerts.index", _("告警"), "bell", badge="alerts"),
            ],
        ),
        (
            _("对话"),
            [
                NavigationEntry("console.desk.index", _("接待台"), "headset", badge="desk"),
                NavigationEntry("console.messages.index", _("消息记录"), "article"),
                NavigationEntry("console.service_hours.show", _("服务时间"), "clock"),
                NavigationEntry("console.desk_wechat.index", _("微信客服"), "users"),
            ],
        ),
        (
            _("自动回复"),
            [
                NavigationEntry("console.rules.index", _("关键词规则"), "reply"),
                NavigationEntry("console.standing.index", _("固定回复"), "anchor"),
                NavigationEntry("console.unanswered.index", _("没答上的话"), "unknown"),
                NavigationEntry("console.lab.show", _("关键词实验室"), "flask"),
                NavigationEntry("console.materials.index", _("素材"), "picture"),
            ],
        ),
        (
            _("粉丝"),
            [
                NavigationEntry("console.followers.index", _("粉丝名单"), "users"),
                NavigationEntry("console.followers_tags.index", _("标签"), "tag"),
            ],
        ),
        (
            _("公众号"),
            [
                NavigationEntry("console.menus.index", _("菜单"), "menu"),
                NavigationEntry("console.codes.index", _("渠道码"), "qr"),
            ],
        ),
        (
            _("开店"),
            [
                NavigationEntry("console.doctor.show", _("检查"), "pulse"),
                NavigationEntry("console.opening.show", _("支付测试与开业"), "flag"),
            ],
        ),
    ]
    return [NavigationSection(title, tuple(entries), waiting) for title, entries in sections if entries]
