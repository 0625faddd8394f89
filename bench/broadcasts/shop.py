"""A shop whose followers have all just written."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import insert, select, update

from app import create_app
from app.broadcasts.audience import Audience
from app.broadcasts.automatic.limits import Limits, keep_limits
from app.broadcasts.automatic.models import AutomaticRule, RuleKind
from app.broadcasts.automatic.rules import RuleValues, change_rule, list_rules
from app.broadcasts.composing import Draft, confirm, create
from app.broadcasts.content import Content, Item
from app.broadcasts.gathering import gather_more
from app.broadcasts.notices.models import NoticeAcceptance
from app.broadcasts.states import Way
from app.catalog.models import Sku
from app.conversations.models import Conversation, Holder
from app.core import clock
from app.core.db import db, transaction
from app.followers.models import Follower
from app.notice_templates.assigned import assign, find_template_id
from app.notice_templates.known import ask_templates
from app.notice_templates.purposes import KIND_OF, Purpose
from app.notice_templates.values import guess_fields, read_keywords
from app.orders.models import Order, OrderLine
from app.orders.states import OrderState
from app.tables import METADATA
from app.wechat.account import get_account
from bench.callback.servers import serving
from bench.callback.shop import build as build_web
from bench.callback.shop import environ
from bootstrap.services import running_postgres
from config import load_settings
from tests.conftest import create_postgres_database
from tests.factories import make_sku
from tests.pushes import AES_KEY, APPID, TOKEN

SECRET = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
TITLE = "铁观音"
BATCH = 5_000
PLATFORM = {"SIM_APPID": APPID, "SIM_APPSECRET": SECRET}
# Which templates serve them: some that the account has in WeChat in a box.
TEMPLATES = {Purpose.DELAY: "订单延迟发货通知", Purpose.OPENING: "预约提醒"}


class What(StrEnum):
    """What is sent."""

    CARD = "card"
    NOTICE = "notice"  # a template message about his paid order
    SUBSCRIPTION = "subscription"  # a subscription notification: each has agreed once

    @property
    def purpose(self) -> Purpose | None:
        return {What.NOTICE: Purpose.DELAY, What.SUBSCRIPTION: Purpose.OPENING}.get(self)


def open_database(stack: ExitStack, folder: Path, *, postgres: bool) -> str:
    """The address of an empty database; a PostgreSQL server is ended with `stack`."""
    if not postgres:
        return f"sqlite:///{folder}/shop.db"
    return create_postgres_database(stack.enter_context(running_postgres(folder / "postgres")), "bench")


@contextmanager
def listening(folder: Path, database: str) -> Iterator[dict[str, str]]:
    """A web process of the shop that hears WeChat's events; yields what WeChat in a box must know of it."""
    web = build_web(folder, database)
    with web.app_context():
        METADATA.create_all(db.engine)
        db.engine.dispose()
    with serving("the shop", "gunicorn", mode="plain", folder=folder, database=database) as (port, _pid):
        yield {
            "SIM_UPSTREAM": f"http://127.0.0.1:{port}",
            "SIM_TOKEN": TOKEN,
            "SIM_AES_KEY": AES_KEY,
            "SIM_PUSH_MODE": "plain",
        }


def build(folder: Path, database: str, api_base: str, per_second: int) -> Flask:
    """The shop, its WeChat behind `api_base`."""
    more = {"WECHAT_API_BASE": api_base, "BROADCAST_PER_SECOND": str(per_second)}
    return create_app(load_settings(environ(folder, database) | more))


def find_spent() -> set[str]:
    """The openids whose agreement was used up."""
    return set(
        db.session.scalars(select(NoticeAcceptance.openid).where(NoticeAcceptance.spent_at.is_not(None)))
    )


def fill(app: Flask, openids: Sequence[str], what: What = What.CARD) -> int:
    """Followers, and a broadcast to all of them that waits to be sent; returns its number."""
    with app.app_context():
        _fill_followers(openids)
        sku, purpose = make_sku(title=TITLE), what.purpose
        if purpose:
            _choose_template(purpose)
        if what is What.NOTICE:
            _order_for_all(sku)
        elif what is What.SUBSCRIPTION:
            _agree_all(openids)
        content = Content((Item(sku.product.slug),))
        way = Way.NOTICE if purpose else Way.CARD
        draft = Draft("量一量", way, content, Audience(), purpose=purpose)
        broadcast_id = create(draft, actor="staff:1")
        confirm(broadcast_id, version=1, at=None, actor="staff:1")
        while gather_more(broadcast_id):
            pass
    return broadcast_id


def fill_due(app: Flask, openids: Sequence[str]) -> None:
    """Followers to whom a welcome is due by itself; nobody sleeps."""
    with app.app_context():
        _fill_followers(openids)
        keep_limits(Limits(quiet_from=0, quiet_to=0), actor="staff:1")
        rule = next(row for row in list_rules() if row.kind is RuleKind.WELCOME)
        values = RuleValues(is_on=True, delay_hours=1, slug=make_sku(title=TITLE).product.slug)
        change_rule(rule.id, values, version=rule.version, actor="staff:1")
        with transaction() as session:
            began, followed = clock.now() - timedelta(hours=3), clock.now() - timedelta(hours=2)
            session.execute(update(AutomaticRule).values(on_since=began).where(AutomaticRule.id == rule.id))
            session.execute(update(Follower).values(subscribed_at=followed))


def _choose_template(purpose: Purpose) -> None:
    known = ask_templates(get_account().client, actor="staff:1")
    template = next(each for each in known.templates[KIND_OF[purpose]] if each.title == TEMPLATES[purpose])
    fields = guess_fields(read_keywords(template.content), purpose)
    assign(purpose, template, fields, version=0, actor="staff:1")


def _agree_all(openids: Sequence[str]) -> None:
    """Each has agreed once."""
    template_id, at = find_template_id(Purpose.OPENING), clock.now()
    told = [
        {"openid": openid, "template_id": template_id, "message_id": number, "at": at}
        for number, openid in enumerate(openids, 1)
    ]
    for batch in _batches(told):
        with transaction() as session:
            session.execute(insert(NoticeAcceptance), batch)


def _order_for_all(sku: Sku) -> None:
    """A paid order of each follower."""
    now, price = clock.now(), sku.price_fen
    sums = {"goods_fen": price, "shipping_fen": 0, "total_fen": price}
    address = {
        "receiver": "王小茶",
        "phone": "13800001234",
        "region": "福建省 厦门市",
        "address": "湖滨南路 1 号",
    }
    order = {
        "state": OrderState.PAID,
        "created_at": now,
        "expires_at": now,
        "paid_at": now,
        **sums,
        **address,
    }
    line = {"sku_id": sku.id, "product_slug": sku.product.slug, "title": TITLE}
    line |= {"unit_price_fen": price, "quantity": 1}
    numbers = db.session.scalars(select(Follower.id).order_by(Follower.id)).all()
    for batch in _batches(numbers):
        rows = [{**order, "follower_id": n, "order_no": f"B{n}", "checkout_token": f"t{n}"} for n in batch]
        with transaction() as session:
            ids = session.scalars(insert(Order).returning(Order.id), rows).all()
            session.execute(insert(OrderLine), [{**line, "order_id": order_id} for order_id in ids])


def _fill_followers(openids: Sequence[str]) -> None:
    METADATA.create_all(db.engine)
    for batch in _batches(openids):
        _write_down(batch)


def _batches(rows: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (rows[first : first + BATCH] for first in range(0, len(rows), BATCH))


def _write_down(openids: Sequence[str]) -> None:
    now = clock.now()
    wrote_at = now - timedelta(minutes=1)
    follower = {"is_subscribed": True, "first_seen_at": now, "last_seen_at": now}
    talk = {"state": Holder.BOT, "last_message_at": wrote_at, "last_activity_at": wrote_at}
    with transaction() as session:
        session.execute(insert(Follower), [{"openid": openid, **follower} for openid in openids])
        session.execute(insert(Conversation), [{"openid": openid, **talk} for openid in openids])
