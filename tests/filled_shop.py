"""A shop with at least one row of nearly everything its pages show, and a browser that follows every link."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from itertools import count
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from flask import Flask
from sqlalchemy import update
from werkzeug.exceptions import HTTPException
from werkzeug.test import TestResponse

from app.alerts.service import raise_alert
from app.broadcasts import ending, segments
from app.broadcasts.audience import Audience, Condition, ConditionKind
from app.broadcasts.states import BroadcastState, Way
from app.carts import service as carts
from app.complaints.sync import sync
from app.conversations import desk
from app.conversations.models import Direction, Message
from app.conversations.quick_replies import add_quick_reply
from app.core import clock
from app.core.db import db, transaction
from app.core.long_jobs import service as long_jobs
from app.entrances.models import EntranceKind
from app.entrances.posters import add_place
from app.entrances.scenes import SceneDraft, add_scene, new_scene
from app.entrances.service import code_for, find_by_code
from app.entrances.visits import record_visit
from app.followers import addresses, tags
from app.followers.addresses import AddressInput
from app.followers.models import Follower
from app.golive import records
from app.golive.checks.contract import fail
from app.orders.models import Order
from app.orders.service import cancel, mark_paid
from app.orders.shipping import Parcel, ship
from app.payments.refunds.quote import Wish
from app.payments.states import AttemptState
from app.promotions.holding import collect, list_offered
from app.seed.folder import seed_shop
from app.staff.roles import SERVICE
from app.staff.service import find_usernames
from app.wechat.menus.versions import get_default
from app.words.models import Words
from app.words.service import publish
from tests.broadcasts import begin, make_draft, state
from tests.complaints import NUMBER, FakeComplaintDesk
from tests.factories import make_attempt, make_follower, make_order, make_sku
from tests.follower_phone import HOME
from tests.offers import make_flash, make_reduction, make_template
from tests.refunds import ask, member
from tests.staff import make_role

DEMO = Path("demo")
MOST_OF_ONE_KIND = (2, 3)  # rows of one kind, values of one filter


def fill(app: Flask, openid: str) -> None:
    """Everything belongs to the follower `openid` and to the user `owner`; both may be there already."""
    with app.app_context():
        seed_shop(DEMO)
        follower_id = _follow(openid)
        _sell(follower_id)
        _talk(openid)
        _complain(openid)
        _broadcast()
        _set_up()


def _follow(openid: str) -> int:
    row = db.session.query(Follower).filter_by(openid=openid).first() or make_follower(openid)
    tags.put_on(row.id, tags.create_tag("常客"), origin="scan")
    addresses.add(row.id, AddressInput(**HOME))
    make_follower()
    return row.id


def _broadcast() -> None:
    """A draft to a saved audience, and one that was begun and stopped."""
    segments.create("老客", Audience((Condition(ConditionKind.BOUGHT),)), actor="staff:1")
    make_draft(Condition(ConditionKind.NEW, 30), way=Way.MASS)
    stopped = make_draft()
    begin(stopped)
    if state(stopped) is BroadcastState.SENDING:
        ending.stop(stopped, actor="staff:1")


def _sell(follower_id: int) -> None:
    entrance = find_by_code(code_for(EntranceKind.KEYWORD, "1", "关键词：茶"))
    assert entrance is not None
    record_visit(entrance.id, "ann", clock.today())
    follower, sku = db.session.get_one(Follower, follower_id), make_sku(stock=100)
    unpaid, cancelled, paid, shipped = (make_order(follower=follower, sku=sku) for _ in range(4))
    with transaction() as session:
        cancel(cancelled, reason="expired")
        for order in (paid, shipped):
            mark_paid(order, paid_at=clock.now(), cause="notification")
        session.execute(update(Order).where(Order.id == paid.id).values(entrance_id=entrance.id))
    ship(shipped, Parcel("顺丰速运", "SF1440012345678"), actor="staff:1")
    _refund(paid)
    raise_alert("refund_due", "7", order_no=unpaid.order_no)
    carts.add(f"follower:{follower_id}", sku.id, 1)
    collect(list_offered(follower_id)[0].coupon.id, follower_id=follower_id)
    make_reduction()
    make_flash(make_sku(title="秒杀茶"))
    make_template()
    add_place(sku.product.slug, sku.product.title, "柜台")


def _refund(order: Order) -> None:
    """Some of its money goes back, by goods and by sum; one waits for a second person."""
    values = {"transaction_id": "4200000000000000000000000000", "state": AttemptState.PAID}
    make_attempt(order, "XPfilled", paid_at=clock.now(), **values)
    ask(order, Wish(other_fen=100))
    ask(order, Wish(quantities={order.lines[0].id: 1}), by=member(SERVICE, 2))


def _talk(openid: str) -> None:
    with transaction() as session:
        for words, answered_by in (("茶", "rule:1"), ("有没有白茶", "fallback"), ("人工", "")):
            session.add(
                Message(
                    at=clock.now(),
                    openid=openid,
                    direction=Direction.IN,
                    kind="text",
                    content=words,
                    payload="",
                    answered_by=answered_by,
                )
            )
    desk.record_message(openid, clock.now(), "人工")
    desk.ask_for_person(openid, clock.now())
    add_quick_reply("发货", "今天发货。")


def _complain(openid: str) -> None:
    wechat = FakeComplaintDesk()
    wechat.complain(openid=openid)
    sync(NUMBER, wechat)


def _set_up() -> None:
    make_role()
    get_default()
    add_scene(SceneDraft("收银台"), scene=new_scene(), is_permanent=True, actor="staff:1")
    publish(Words.FAQ, "怎么退货？", seen=0, actor="staff:1")
    owner = next(actor for actor, name in find_usernames().items() if name == "owner")
    long_jobs.start("sample", owner=owner, title="导出", file_name="a.csv")
    run_id, _is_new = records.begin_run("command")
    records.record_finding(run_id, "ip_list", fail("missing", address="203.0.113.8"), took_ms=5)
    records.finish_run(run_id)


class Walk:
    """Opens every address it finds: links, and the choices of forms that only ask.

    `visited` are endpoint and status of each answer.
    """

    def __init__(self, app: Flask, open_page: Callable[[str], TestResponse], below: str) -> None:
        self._open, self._below = open_page, below
        self._ways = app.url_map.bind("shop.example.cn")
        self._seen: defaultdict[str, dict[object, None]] = defaultdict(dict)
        self.visited: list[tuple[str, str, int]] = []

    def start(self, *paths: str) -> "Walk":
        """Go, until nothing new is found."""
        waiting = list(paths)
        for step in count():
            if step >= len(waiting):
                return self
            if (endpoint := self._endpoint(waiting[step])) is None:
                continue
            answer = self._open(waiting[step])
            self.visited.append((endpoint, waiting[step], answer.status_code))
            if answer.location:
                waiting.append(answer.location)
            if answer.mimetype == "text/html":
                waiting += _Addresses(waiting[step], answer.text).found
        raise AssertionError

    @property
    def broken(self) -> list[str]:
        """Addresses that answered with an error of ours."""
        return [f"{path}: {status}" for _, path, status in self.visited if status >= 500]

    @property
    def endpoints(self) -> set[str]:
        """What was really shown."""
        return {endpoint for endpoint, _, status in self.visited if status == 200}

    def _endpoint(self, address: str) -> str | None:
        """Its endpoint when it is worth opening: ours, a page, and not seen often enough."""
        parts = urlsplit(address)
        if parts.hostname not in (None, "shop.example.cn") or not parts.path.startswith(self._below):
            return None
        try:
            endpoint, _values = self._ways.match(parts.path, "GET")
        except HTTPException:
            return None
        if "static" in endpoint or not self._is_new(str(endpoint), parts.path, parts.query):
            return None
        return str(endpoint)

    def _is_new(self, endpoint: str, path: str, query: str) -> bool:
        """Whether it is another row, or asks for something that was not asked for on this page yet."""
        seen = self._seen[endpoint]
        asked = {path} if not query else {*parse_qsl(query)}
        fresh = {
            each
            for each in asked - seen.keys()
            if sum(self._kind(other) == self._kind(each) for other in seen) < MOST_OF_ONE_KIND[bool(query)]
        }
        seen.update(dict.fromkeys(fresh))
        return bool(fresh)

    @staticmethod
    def _kind(asked: object) -> object:
        return asked[0] if isinstance(asked, tuple) else ""


class _Addresses(HTMLParser):
    """The addresses that a page leads to without changing anything."""

    def __init__(self, here: str, page: str) -> None:
        super().__init__()
        self._here, self._action, self._select = here, "", ""
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, given: list[tuple[str, str | None]]) -> None:
        fields = {name: value or "" for name, value in given}
        for name in ("href", "data-poll", "data-job", "data-sync", "data-doctor"):
            if fields.get(name):
                self.found.append(urljoin(self._here, fields[name]).partition("#")[0])
        if tag == "form":
            asks = fields.get("method", "get").lower() == "get"
            self._action = urljoin(self._here, fields.get("action", "") or self._here) if asks else ""
        elif tag == "select":
            self._select = fields.get("name", "")
        elif self._action:
            self.found += self._choices(tag, fields)

    def _choices(self, tag: str, fields: dict[str, str]) -> Iterator[str]:
        if tag == "option" and self._select and fields.get("value"):
            yield self._asking(self._select, fields["value"])
        if tag == "input" and fields.get("name") and fields.get("type", "text") not in ("hidden", "submit"):
            words = {"date": "2026-11-21", "number": "1", "month": "2026-11"}
            kind = fields.get("type", "text")
            yield self._asking(fields["name"], fields.get("value") or words.get(kind, "茶"))

    def _asking(self, name: str, value: str) -> str:
        return f"{self._action.partition('?')[0]}?{urlencode({name: value})}"
