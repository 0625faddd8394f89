"""Every table of the shop, imported in one place so that the schema is complete wherever this is imported."""

from app.alerts.models import Alert
from app.carts.models import CartLine
from app.catalog.models import Category, Product, ProductPicture, Sku, StockMove
from app.core.db import Base
from app.core.outbox import OutboxJob
from app.core.states import StateEvent
from app.core.timetable import TimetableRun
from app.entrances.models import Entrance
from app.followers.models import Address, Follower
from app.keywords.models import KeywordRule
from app.notices.models import Notice
from app.orders.models import Order, OrderLine, Shipment
from app.payments.models import PaymentAttempt, PaymentNotification
from app.staff.models import LoginTry, StaffSession, StaffUser
from app.wechat.models import MenuPublication, WechatPush, WechatToken

METADATA = Base.metadata

__all__ = [
    "METADATA",
    "Address",
    "Alert",
    "CartLine",
    "Category",
    "Entrance",
    "Follower",
    "KeywordRule",
    "LoginTry",
    "MenuPublication",
    "Notice",
    "Order",
    "OrderLine",
    "OutboxJob",
    "PaymentAttempt",
    "PaymentNotification",
    "Product",
    "ProductPicture",
    "Shipment",
    "Sku",
    "StaffSession",
    "StaffUser",
    "StateEvent",
    "StockMove",
    "TimetableRun",
    "WechatPush",
    "WechatToken",
]
