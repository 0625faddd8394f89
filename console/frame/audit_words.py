"""The audit log in words: what was done, and as lines of the history of the thing it was done to."""

from collections.abc import Iterable, Mapping

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.core.audit import COMMAND, SYSTEM, AuditEntry
from console.frame.histories import HistoryLine
from console.frame.labels import Labels

NOBODY = ("", SYSTEM, "seed")

# Every action that is recorded anywhere; a guard test finds those that are forgotten.
action_label = Labels(
    {
        "account.password_changed": _l("改了自己的密码"),
        "account.recovery_codes": _l("换了自己的备用码"),
        "account.second_factor_off": _l("关闭了自己的两步验证"),
        "account.second_factor_on": _l("打开了自己的两步验证"),
        "notice_template.assigned": _l("选了通知模板"),
        "notice_template.removed": _l("不再用通知模板"),
        "automatic.changed": _l("改了自动消息"),
        "automatic.limits": _l("改了自动消息的上限和免打扰时间"),
        "broadcast.confirmed": _l("确认了群发"),
        "broadcast.deleted": _l("删除了群发的文章"),
        "broadcast.discarded": _l("删除了群发草稿"),
        "broadcast.moved": _l("暂停、继续或停止了群发"),
        "broadcast.taken_back": _l("撤回了定时群发"),
        "bills.accepted": _l("说明了一笔对账差异"),
        "bills.exported": _l("导出了收款明细"),
        "bills.original_taken": _l("下载了账单原件"),
        "complaint.approve": _l("同意了投诉的退款"),
        "complaint.complete": _l("把投诉标为处理完成"),
        "complaint.phone_shown": _l("查看了投诉人的手机号"),
        "complaint.reject": _l("拒绝了投诉的退款"),
        "complaint.reply": _l("回复了投诉"),
        "complaints.address_removed": _l("删除了投诉通知地址"),
        "complaints.address_set": _l("设置了投诉通知地址"),
        "coupon.save": _l("保存了优惠券"),
        "coupon.switch": _l("开始或停止发放优惠券"),
        "flash.save": _l("保存了秒杀"),
        "flash.stop": _l("提前结束了秒杀"),
        "freight.delete": _l("删除了运费模板"),
        "freight.save": _l("保存了运费模板"),
        "pickup_point.save": _l("保存了自提点"),
        "reduction.save": _l("保存了满减"),
        "reduction.switch": _l("启用或停用了满减"),
        "follower.addresses_shown": _l("查看了完整收货地址"),
        "follower.opted_in": _l("替粉丝打开了商品消息"),
        "follower.opted_out": _l("替粉丝关闭了商品消息"),
        "followers.sync_started": _l("开始从微信同步粉丝"),
        "followers.exported": _l("导出了粉丝名单"),
        "payment.notification_replayed": _l("重放了支付通知"),
        "menu.published": _l("发布了菜单"),
        "menu.removed": _l("撤下了个性化菜单"),
        "menu.rolled_back": _l("退回了以前的菜单"),
        "menu.stranger_deleted": _l("删除了微信那边别的个性化菜单"),
        "menu.taken_down": _l("撤下了全部菜单"),
        "opening.add_tester": _l("加入了支付测试名单"),
        "opening.change": _l("开业或收回了开业"),
        "opening.remove_tester": _l("从支付测试名单去掉了"),
        "orders.exported": _l("导出了订单流水"),
        "order.fetched": _l("核销了提货码"),
        "order.shipped": _l("寄出了包裹"),
        "order.parcel_corrected": _l("更正了运单号"),
        "order.closed": _l("关闭了未付款的订单"),
        "order.note_added": _l("写了订单备注"),
        "order.price": _l("改了订单价格"),
        "order.printed": _l("打印了发货单"),
        "order.address_shown": _l("查看了完整收货信息"),
        "person.added": _l("添加了成员"),
        "person.logged_out": _l("让成员在所有设备上退出"),
        "person.password_reset": _l("重置了成员的密码"),
        "person.role": _l("换了成员的角色"),
        "person.second_factor_removed": _l("取消了成员的两步验证"),
        "person.switched_off": _l("停用了成员"),
        "person.switched_on": _l("启用了成员"),
        "product.price": _l("改了商品价格"),
        "product.sku_removed": _l("删除了商品规格"),
        "product.state": _l("改了商品状态"),
        "product.stock": _l("改了商品库存"),
        "refund.requested": _l("申请了退款"),
        "refund.approved": _l("批准了退款"),
        "refund.refused": _l("拒绝或撤回了退款"),
        "refund.handled": _l("把异常退款记为已线下处理"),
        "refund.resent": _l("把异常退款改退到银行卡"),
        "role.added": _l("建立了角色"),
        "role.changed": _l("修改了角色的权限"),
        "role.refund_limit": _l("修改了角色的退款上限"),
        "role.removed": _l("删除了角色"),
        "segment.changed": _l("改了人群的条件"),
        "segment.created": _l("保存了人群"),
        "segment.removed": _l("删除了人群"),
        "segment.renamed": _l("改了人群的名称"),
        "shop.filled": _l("用文件夹填入了商品和价格"),
        "shop.seeded": _l("填入了一年的演示数据"),
        "settings.changed": _l("修改了营业设置"),
        "words.face": _l("修改了店名、公告、颜色或标志"),
        "words.published": _l("发布了新的文字"),
    }
)


def tell_entries(entries: Iterable[AuditEntry], names: Mapping[str, str]) -> list[HistoryLine]:
    """The same entries as lines of a history."""
    return [HistoryLine(each.at, action_label(each.action), say_actor(each.actor, names)) for each in entries]


def say_actor(actor: str, names: Mapping[str, str]) -> str:
    """Who did something. `names`: what to call `staff:<id>`."""
    if actor.startswith("follower:"):
        return _("买家")
    if actor == COMMAND:
        return _("命令行")
    return names.get(actor, _("系统") if actor in NOBODY else actor)
