"""What stands before and after in the audit log, in words: names of fields, and values as a merchant reads them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.core.audit import AuditEntry
from app.core.money import format_yuan
from app.pricing.freight import Counting
from app.pricing.offers import CouponKind
from app.reconciliation.words import name_kind
from app.staff.rights import get_catalogue
from app.staff.roles import get_role
from console.frame.carriers import carrier_label
from console.frame.labels import Labels
from console.frame.moments import full_moment
from console.frame.purpose_labels import purpose_label
from console.frame.role_labels import role_label
from console.frame.state_labels import closed_label, state_label
from console.frame.wording_labels import wording_label

# What the log is about: what stands before the colon of a subject. A number follows, so each is about one thing.
kind_label = Labels(
    {
        "automatic": _l("自动消息"),
        "notice_template": _l("通知模板"),
        "bill_difference": _l("对账差异"),
        "broadcast": _l("群发"),
        "bills": _l("账单"),
        "complaint": _l("投诉单号"),
        "coupon": _l("优惠券"),
        "flash_sale": _l("秒杀"),
        "follower": _l("粉丝编号"),
        "followers": _l("粉丝名单"),
        "freight": _l("运费模板"),
        "menu": _l("菜单"),
        "notification": _l("支付通知编号"),
        "order": _l("订单号"),
        "orders": _l("订单流水"),
        "pickup_point": _l("自提点编号"),
        "product": _l("商品编号"),
        "reduction": _l("满减"),
        "role": _l("角色"),
        "segment": _l("人群"),
        "shipping_fee_fen": _l("默认运费"),
        "shipping_free_from_fen": _l("满额包邮"),
        "shop": _l("店铺"),
        "sku": _l("规格编号"),
        "staff": _l("成员账号"),
        "words": _l("页面文字"),
    }
)
# What stands behind the colon where that is no number.
part_label = Labels(
    {
        "automatic": _l("自动消息"),
        **{purpose.value: label for purpose, label in purpose_label.table.items()},
        "complaints": _l("微信投诉"),
        "face": _l("门面"),
        "opening": _l("开业"),
        "settings": _l("营业设置"),
    }
)
opening_label = Labels({"closed": _l("没有开业"), "released": _l("已开业")})
field_label = Labels(
    {
        "template_id": _l("模板编号"),
        "is_on": _l("自动发送"),
        "delay_hours": _l("过多久发"),
        "cap": _l("每位粉丝最多"),
        "cap_days": _l("多少天里"),
        "quiet_from": _l("免打扰从几点"),
        "quiet_to": _l("免打扰到几点"),
        "summary": _l("摘要"),
        "address": _l("地址"),
        "adjustment_fen": _l("店主改价"),
        "buttons": _l("按钮"),
        "buyers": _l("新老买家"),
        "by": _l("日期按"),
        "carrier": _l("快递公司"),
        "colour": _l("主题色"),
        "counting": _l("计费方式"),
        "day": _l("日期"),
        "days": _l("日期"),
        "delivery": _l("发货"),
        "difference": _l("差异"),
        "ends_at": _l("结束"),
        "entrance_id": _l("来源"),
        "file": _l("文件"),
        "first": _l("从"),
        "first_fee_fen": _l("首费"),
        "first_units": _l("首重或首件"),
        "follower_id": _l("买家"),
        "free_from_fen": _l("满多少包邮"),
        "goods": _l("商品"),
        "hour": _l("时段"),
        "hours": _l("营业时间"),
        "is_active": _l("启用"),
        "is_default": _l("默认"),
        "is_listed": _l("公开"),
        "is_served": _l("配送"),
        "items": _l("内容"),
        "kind": _l("种类"),
        "left": _l("还没有发的件数"),
        "last": _l("到"),
        "number": _l("单号"),
        "least_fen": _l("金额从"),
        "logo": _l("标志"),
        "may_pay": _l("可以付款"),
        "menuid": _l("微信给菜单的编号"),
        "message_days": _l("消息保留（天）"),
        "message_payload_days": _l("消息原文保留（天）"),
        "money": _l("钱款"),
        "most_fen": _l("最多"),
        "name": _l("名称"),
        "next_fee_fen": _l("续费"),
        "next_units": _l("续重或续件"),
        "notice": _l("公告"),
        "orders": _l("订单数"),
        "per_person": _l("每人限量"),
        "personal": _l("个性化菜单"),
        "order_ttl_seconds": _l("未付款订单保留（秒）"),
        "phone": _l("电话"),
        "pieces": _l("数量"),
        "price_fen": _l("价格"),
        "product_ids": _l("商品"),
        "reason": _l("原因"),
        "refund_limit_fen": _l("一次最多可退"),
        "regions": _l("地区"),
        "restores": _l("退回到第几版"),
        "rights": _l("权限"),
        "role": _l("角色"),
        "seed": _l("随机种子"),
        "sha256": _l("全文指纹"),
        "shipping_fee_fen": _l("默认运费"),
        "shipping_free_from_fen": _l("满额包邮"),
        "slug": _l("商品"),
        "price": _l("价格"),
        "searched": _l("按文字找过"),
        "sku": _l("规格"),
        "starts_at": _l("开始"),
        "state": _l("状态"),
        "steps": _l("档位"),
        "stock": _l("库存"),
        "tag_id": _l("标签"),
        "threshold_fen": _l("门槛"),
        "title": _l("名称"),
        "total_fen": _l("合计"),
        "tracking_no": _l("运单号"),
        "until": _l("最后一天到几点"),
        "valid_days": _l("有效天数"),
        "value": _l("优惠"),
        "version": _l("版本"),
        "who": _l("范围"),
        "zones": _l("分区"),
    }
)
_KINDS = {CouponKind.FIXED: _l("减固定金额"), CouponKind.PERCENT: _l("打折")}
_COUNTINGS = {Counting.PIECE: _l("按件数"), Counting.WEIGHT: _l("按重量")}


@dataclass(frozen=True, slots=True)
class Change:
    """One field, as it was and as it became; `is_new` when the two differ."""

    label: str
    was: str
    became: str

    @property
    def is_new(self) -> bool:
        """Whether it changed."""
        return self.was != self.became


def changes_of(entry: AuditEntry) -> list[Change]:
    """Every field of an entry, those that changed first."""
    was, became = entry.was, entry.became
    fields = [
        Change(field_label(name), _side(name, was), _side(name, became)) for name in sorted({*was, *became})
    ]
    return sorted(fields, key=lambda each: not each.is_new)


def subject_label(subject: str, names: Mapping[str, str]) -> str:
    """`sku:7` → `规格 7`; people and roles by their names."""
    kind, _colon, number = subject.partition(":")
    if kind == "role":
        number = role_label(get_role(number))
    elif not number.isdecimal():
        number = wording_label(number) if number in wording_label else part_label(number)
    number = names.get(subject, number)
    return f"{kind_label(kind)} {number}".strip()


def _side(name: str, values: Mapping[str, Any]) -> str:
    return _say(name, values[name]) if name in values else "—"


def _say(name: str, value: Any) -> str:
    if value is None or value == "":
        return "—"
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, int) and name.endswith("_fen"):
        return f"¥{format_yuan(value)}"
    if isinstance(value, list):
        return "\n".join(_say(name, each) for each in value) or "—"
    if isinstance(value, dict):
        return " · ".join(f"{field_label(each)} {_say(each, part)}" for each, part in value.items())
    return _say_text(name, str(value))


def _say_text(name: str, value: str) -> str:
    if name == "rights":
        return next(
            (
                str(each.label)
                for group in get_catalogue().groups
                for each in group.rights
                if each.name == value
            ),
            value,
        )
    if name == "state":
        return state_label(value) if value in state_label else opening_label(value)
    if name == "carrier":
        return carrier_label(value)
    if name == "reason":
        return closed_label(value)
    if name == "role":
        return role_label(get_role(value))
    if name == "kind":
        return str(_KINDS.get(value, value))
    if name == "difference":
        return name_kind(value)
    if name == "counting":
        return str(_COUNTINGS.get(value, value))
    if name.endswith("_at"):
        try:
            return full_moment(datetime.fromisoformat(value))
        except ValueError:
            return value
    return value
