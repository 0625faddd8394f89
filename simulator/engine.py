"""The hub: one object that holds every part of the simulator and starts and stops them together."""

from __future__ import annotations

import threading
from typing import Any

from simulator.alipay.notifier import AlipayNotifier
from simulator.alipay.trades import Trades
from simulator.chats import Chats
from simulator.clock import Clock
from simulator.desk import Desk
from simulator.events import Events
from simulator.faults import Faults
from simulator.followers import Followers
from simulator.limits import Limits
from simulator.pay.cashier import Cashier
from simulator.pay.complaint_notifier import ComplaintNotifier
from simulator.pay.complaints import Complaints
from simulator.pay.notifier import Notifier
from simulator.pay.orders import Orders
from simulator.pay.refund_notifier import RefundNotifier
from simulator.pay.refunds import Refunds
from simulator.platform.agents import Agents
from simulator.platform.articles import Articles
from simulator.platform.drafts import Drafts
from simulator.platform.mass import Mass
from simulator.platform.media import MediaStore
from simulator.platform.menus import Menus
from simulator.platform.notices import Notices
from simulator.platform.oauth import OAuth
from simulator.platform.publishing import Publishing
from simulator.platform.pushes import Pushes
from simulator.platform.qrcodes import QrCodes
from simulator.platform.quotas import Quotas
from simulator.platform.rids import Rids
from simulator.platform.tags import Tags
from simulator.platform.templates import Templates
from simulator.platform.tokens import Tokens
from simulator.sent_log import SentLog
from simulator.settings import Settings
from simulator.store import Store
from simulator.timer import Timer
from simulator.wirelog import WireLog

# A shop keeps these for hours and would not notice a reset: menu, tickets, tokens, printed codes.
GIVEN_TO_THE_SHOP = (
    *("tokens", "tickets", "menu", "conditional_menu", "qrcodes", "tags"),
    *("materials", "articles", "publications", "drafts", "templates", "industry", "agents", "complaint_url"),
)

EXPIRING = (  # kind, its key, when it ends
    ("tokens", "token", "expires_at"),
    ("tickets", "ticket", "expires_at"),
    ("codes", "code", "expires_at"),
    ("sns", "access_token", "refresh_until"),
    ("prepays", "prepay_id", "expires_at"),
    ("bill_files", "token", "expires_at"),
    ("alipay_visits", "id", "ends_at"),
    ("alipay_bill_files", "token", "expires_at"),
)


class Engine:
    def __init__(self, settings: Settings) -> None:
        account, merchant = settings.account, settings.merchant
        self.settings = settings
        self.stopping = threading.Event()
        self.store = Store(settings.folder / "state.sqlite3")
        saved = self.store.find("clock", "clock") or {"offset": 0.0, "speed": 1.0}
        self.clock = Clock(saved["offset"], saved["speed"])
        self.clock.listen(self._keep_clock)
        self.events = Events()
        secrets = [account.appsecret, account.aes_key, account.token, merchant.apiv3_key]
        self.wire = WireLog(self.store, self.events, self.clock, secrets)
        self.faults = Faults(self.store, self.events)
        self.timer = Timer(self.store, self.clock)
        self.limits = Limits(self.store, settings.limits)
        self.followers = Followers(self.store, self.events, self.clock, account=account, limits=self.limits)
        self.chats = Chats(self.store, self.events, self.clock)
        self.sent = SentLog(self.store, self.clock)
        self.chats.also(self._sent_to)
        self.tokens = Tokens(self)
        self.quotas = Quotas(self)
        self.rids = Rids(self.clock)
        self.media = MediaStore(self)
        self.articles = Articles(self)
        self.drafts = Drafts(self)
        self.menus = Menus(self)
        self.tags = Tags(self)
        self.oauth = OAuth(self)
        self.qrcodes = QrCodes(self)
        self.pushes = Pushes(self)
        self.mass = Mass(self)
        self.publishing = Publishing(self)
        self.templates = Templates(self)
        self.notices = Notices(self)
        self.chats.also(self.mass.received_by)
        self.agents = Agents(self)
        self.desk = Desk(self)
        self.orders = Orders(self)
        self.notifier = Notifier(self)
        self.refunds = Refunds(self)
        self.refund_notifier = RefundNotifier(self)
        self.complaints = Complaints(self)
        self.complaint_notifier = ComplaintNotifier(self)
        self.cashier = Cashier(self)
        self.alipay = Trades(self)
        self.alipay_notifier = AlipayNotifier(self)
        self.followers.seed()
        self.templates.seed()
        self._forget_expired()

    def start(self) -> None:
        self.timer.start()

    def stop(self) -> None:
        """Wakes whoever waits; nothing is waited for."""
        self.stopping.set()
        self.timer.stop()
        self.events.close()

    def close(self) -> None:
        self._keep_clock()
        self.followers.crowd.save()
        self.sent.save()
        self.store.close()

    def reset(self, *, everything: bool) -> None:
        """Back to the beginning; identities stay, and unless `everything` what the shop was given, too."""
        self.store.clear(keep=() if everything else GIVEN_TO_THE_SHOP)
        self.wire.clear()
        self.media.sweep()
        self.clock.reset()
        self.sent.load()
        self.followers.seed()
        self.templates.seed()
        self.events.publish("state", what="reset")

    def deliver(self, follower: dict[str, Any], shown: dict[str, Any]) -> None:
        """A message to one follower: always logged, and shown; whoever is kept singly has a chat of his own, too."""
        seq, openid = self.sent.add(follower["number"], shown), follower["openid"]
        if follower.get("crowd"):
            self.chats.tell(openid, seq, **shown)
        else:
            self.chats.add(openid, "out", seq=seq, **shown)

    def _sent_to(self, openid: str) -> list[dict[str, Any]]:
        """The messages to one of the crowd, whose chat nobody keeps."""
        number = self.followers.crowd.number(openid)
        return [] if number is None else [{"openid": openid, **row} for row in self.sent.chat(number)]

    def _forget_expired(self) -> None:
        """Credentials that ended more than a day ago are of no use even for a good error code."""
        limit = self.clock.now() - 86_400
        for kind, key, end in EXPIRING:
            for document in self.store.all(kind):
                if document[end] < limit:
                    self.store.remove(kind, document[key])

    def _keep_clock(self) -> None:
        offset = self.clock.offset_seconds
        self.store.put("clock", "clock", {"offset": max(0.0, offset), "speed": self.clock.speed})
