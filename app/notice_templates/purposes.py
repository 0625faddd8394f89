"""What a notification may be for, and which of WeChat's two kinds carries it.

WeChat forbids advertising in both. A template message goes to whoever follows, so it is only for what concerns an order
of his; a subscription notification goes to whoever agreed to it, once for each time he agreed.
Source: https://developers.weixin.qq.com/doc/service/guide/product/template_message/Template_Message_Operation_Specifications.html
"""

from collections.abc import Mapping
from enum import StrEnum


class NoticeKind(StrEnum):
    """WeChat's word for it."""

    TEMPLATE = "template"  # 模板消息
    SUBSCRIPTION = "subscription"  # 订阅通知


class Purpose(StrEnum):
    """What it is for."""

    BACK_IN_STOCK = "back_in_stock"  # 到货: goes by itself to whoever asked
    OPENING = "sale_opening"  # 开售: he wanted to be told when a sale begins
    DELAY = "delay"  # 延迟发货: his paid order with this product is sent later
    RECALL = "recall"  # 商品问题: something is wrong with what he bought
    PAID = "paid"  # the three by which an order tells its buyer of itself, as `app.notices` calls them
    SHIPPED = "shipped"
    REFUNDED = "refunded"


KIND_OF: Mapping[Purpose, NoticeKind] = {
    Purpose.BACK_IN_STOCK: NoticeKind.SUBSCRIPTION,
    Purpose.OPENING: NoticeKind.SUBSCRIPTION,
    Purpose.DELAY: NoticeKind.TEMPLATE,
    Purpose.RECALL: NoticeKind.TEMPLATE,
    Purpose.PAID: NoticeKind.TEMPLATE,
    Purpose.SHIPPED: NoticeKind.TEMPLATE,
    Purpose.REFUNDED: NoticeKind.TEMPLATE,
}
BY_HAND = (Purpose.OPENING, Purpose.DELAY, Purpose.RECALL)  # what a merchant can compose
ABOUT_ORDERS = (Purpose.DELAY, Purpose.RECALL)  # composed, and each is told of his own order
BY_ORDERS = (Purpose.PAID, Purpose.SHIPPED, Purpose.REFUNDED)  # never composed: an order sends them by itself
