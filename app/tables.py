"""Every table of the shop, imported in one place so that the schema is complete wherever this is imported."""

from app.alerts.models import Alert
from app.broadcasts.automatic.models import AutomaticCause, AutomaticDay, AutomaticRule, StockRequest
from app.broadcasts.models import (
    Broadcast,
    BroadcastOptOut,
    BroadcastPart,
    BroadcastRecipient,
    Segment,
)
from app.broadcasts.notices.models import NoticeAcceptance
from app.carts.models import CartLine
from app.catalog.models import Category, Product, ProductPicture, Sku, StockMove
from app.complaints.models import (
    Complaint,
    ComplaintAct,
    ComplaintEntry,
    ComplaintNotification,
    ComplaintPicture,
    ComplaintSweep,
)
from app.conversations.models import Conversation, DismissedSentence, Message, QuickReply
from app.core.audit import AuditEntry, AuditHead
from app.core.db import Base
from app.core.long_jobs.models import LongJob
from app.core.marks import Mark
from app.core.outbox import OutboxJob
from app.core.preferences import Preference
from app.core.rates import RateWindow
from app.core.states import StateEvent
from app.core.timetable import TimetableRun
from app.delivery.models import FreightGoods, FreightTemplate, FreightZone, PickupPoint
from app.entrances.models import Entrance, EntranceVisit, SceneCode, SceneScan
from app.figures.models import (
    DayMessages,
    DayMoney,
    DayShare,
    DayState,
    DayVisits,
    FigureChange,
    MessagePlace,
    VisitDay,
)
from app.followers.app_customers import AppCustomer, AppSession
from app.followers.models import Address, Follower, FollowerPush, FollowerSync, FollowerTag, Tag
from app.golive.models import DoctorFinding, DoctorRun, GoLiveTick
from app.keywords.models import KeywordRule, StandingReply
from app.materials.models import Material
from app.notice_templates.models import NoticeTemplate
from app.notices.models import Notice
from app.orders.acceptance import OrderAcceptance
from app.orders.models import Order, OrderLine, Pickup, Shipment, ShipmentLine
from app.payments.models import PaymentAttempt, PaymentNotification
from app.payments.opening import PayOpening, PayTester
from app.payments.refunds.models import Refund, RefundLine
from app.promotions.models import (
    Coupon,
    FlashItem,
    FlashSale,
    FlashTake,
    FollowerCoupon,
    Reduction,
)
from app.reconciliation.models import Bill, BillDay, BillRow, Difference, FundRow
from app.staff.models import LoginTry, RecoveryCode, StaffRole, StaffSession, StaffUser
from app.wechat.menus.models import AccountMenu, MenuVersion
from app.wechat.models import WechatToken
from app.words.models import Wording

METADATA = Base.metadata

__all__ = [
    "METADATA",
    "AccountMenu",
    "Address",
    "Alert",
    "AppCustomer",
    "AppSession",
    "AuditEntry",
    "AuditHead",
    "AutomaticCause",
    "AutomaticDay",
    "AutomaticRule",
    "Bill",
    "BillDay",
    "BillRow",
    "Broadcast",
    "BroadcastOptOut",
    "BroadcastPart",
    "BroadcastRecipient",
    "CartLine",
    "Category",
    "Complaint",
    "ComplaintAct",
    "ComplaintEntry",
    "ComplaintNotification",
    "ComplaintPicture",
    "ComplaintSweep",
    "Conversation",
    "Coupon",
    "DayMessages",
    "DayMoney",
    "DayShare",
    "DayState",
    "DayVisits",
    "Difference",
    "DismissedSentence",
    "DoctorFinding",
    "DoctorRun",
    "Entrance",
    "EntranceVisit",
    "FigureChange",
    "FlashItem",
    "FlashSale",
    "FlashTake",
    "Follower",
    "FollowerCoupon",
    "FollowerPush",
    "FollowerSync",
    "FollowerTag",
    "FreightGoods",
    "FreightTemplate",
    "FreightZone",
    "FundRow",
    "GoLiveTick",
    "KeywordRule",
    "LoginTry",
    "LongJob",
    "Mark",
    "Material",
    "MenuVersion",
    "Message",
    "MessagePlace",
    "Notice",
    "NoticeAcceptance",
    "NoticeTemplate",
    "Order",
    "OrderAcceptance",
    "OrderLine",
    "OutboxJob",
    "PayOpening",
    "PayTester",
    "PaymentAttempt",
    "PaymentNotification",
    "Pickup",
    "PickupPoint",
    "Preference",
    "Product",
    "ProductPicture",
    "QuickReply",
    "RateWindow",
    "RecoveryCode",
    "Reduction",
    "Refund",
    "RefundLine",
    "SceneCode",
    "SceneScan",
    "Segment",
    "Shipment",
    "ShipmentLine",
    "Sku",
    "StaffRole",
    "StaffSession",
    "StaffUser",
    "StandingReply",
    "StateEvent",
    "StockMove",
    "StockRequest",
    "Tag",
    "TimetableRun",
    "VisitDay",
    "WechatToken",
    "Wording",
]
