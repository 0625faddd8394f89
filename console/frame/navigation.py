"""The side navigation: only what there is, grouped by what the merchant does. A page more is a line more."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask import request
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString


@dataclass(frozen=True, slots=True)
class NavigationEntry:
    """One entry; `badge` names what waits there: a key of `navigation`'s `waiting`."""

    endpoint: str
    label: LazyString
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


SECTIONS: tuple[tuple[LazyString | str, tuple[NavigationEntry, ...]], ...] = (
    (
        "",
        (
            NavigationEntry("console.overview.show", _l("总览"), "home"),
            NavigationEntry("console.figures.index", _l("经营数据"), "chart"),
            NavigationEntry("console.jobs.index", _l("后台任务"), "refresh"),
        ),
    ),
    (
        _l("店铺"),
        (
            NavigationEntry("console.orders.index", _l("订单流水"), "receipt"),
            NavigationEntry("console.refunds.index", _l("退款"), "return", badge="refunds"),
            NavigationEntry("console.bills.index", _l("账单对账"), "coin", badge="bills"),
            NavigationEntry("console.payments.index", _l("收款记录"), "history"),
            NavigationEntry("console.complaints.index", _l("微信投诉"), "alert", badge="complaints"),
            NavigationEntry("console.products.index", _l("商品"), "package"),
            NavigationEntry("console.categories.index", _l("商品分类"), "tag"),
            NavigationEntry("console.entrances.index", _l("来源"), "link"),
            NavigationEntry("console.alerts.index", _l("告警"), "bell", badge="alerts"),
        ),
    ),
    (
        _l("营销"),
        (
            NavigationEntry("console.broadcasts.index", _l("群发"), "send"),
            NavigationEntry("console.coupons.index", _l("优惠券"), "ticket"),
            NavigationEntry("console.reductions.index", _l("满减"), "coin"),
            NavigationEntry("console.flash_sales.index", _l("秒杀"), "bolt"),
        ),
    ),
    (
        _l("配送"),
        (
            NavigationEntry("console.freight.index", _l("运费"), "truck"),
            NavigationEntry("console.pickup_points.index", _l("自提点"), "pin"),
            NavigationEntry("console.pickup.show", _l("自提核销"), "check"),
        ),
    ),
    (
        _l("对话"),
        (
            NavigationEntry("console.desk.index", _l("接待台"), "headset", badge="desk"),
            NavigationEntry("console.messages.index", _l("消息记录"), "article"),
            NavigationEntry("console.service_hours.show", _l("服务时间"), "clock"),
            NavigationEntry("console.desk_wechat.index", _l("微信客服"), "users"),
        ),
    ),
    (
        _l("自动回复"),
        (
            NavigationEntry("console.rules.index", _l("关键词规则"), "reply"),
            NavigationEntry("console.standing.index", _l("固定回复"), "anchor"),
            NavigationEntry("console.unanswered.index", _l("没答上的话"), "unknown"),
            NavigationEntry("console.lab.show", _l("关键词实验室"), "flask"),
            NavigationEntry("console.materials.index", _l("素材"), "picture"),
        ),
    ),
    (
        _l("粉丝"),
        (
            NavigationEntry("console.followers.index", _l("粉丝名单"), "users"),
            NavigationEntry("console.followers_tags.index", _l("标签"), "tag"),
        ),
    ),
    (
        _l("公众号"),
        (
            NavigationEntry("console.menus.index", _l("菜单"), "menu"),
            NavigationEntry("console.codes.index", _l("渠道码"), "qr"),
        ),
    ),
    (
        _l("开店"),
        (
            NavigationEntry("console.guide.show", _l("开店向导"), "pin"),
            NavigationEntry("console.doctor.show", _l("检查"), "pulse"),
            NavigationEntry("console.opening.show", _l("支付测试与开业"), "flag"),
            NavigationEntry("console.words.show", _l("门面与文字"), "article"),
            NavigationEntry("console.settings.show", _l("营业设置"), "key"),
        ),
    ),
    (
        _l("团队"),
        (
            NavigationEntry("console.members.index", _l("成员"), "user"),
            NavigationEntry("console.roles.index", _l("角色与权限"), "key"),
            NavigationEntry("console.audit_log.index", _l("操作记录"), "history"),
        ),
    ),
)


def navigation(waiting: Mapping[str, int], may: Callable[[str], bool]) -> list[NavigationSection]:
    """The sections from top to bottom, without what the reader may not open.

    `waiting`: how much waits, by the entries' `badge`.
    """
    open_to_him = [
        (title, tuple(each for each in entries if may(each.endpoint))) for title, entries in SECTIONS
    ]
    return [NavigationSection(str(title), entries, waiting) for title, entries in open_to_him if entries]
