"""A shop whose followers have all just written."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

from flask import Flask
from sqlalchemy import insert, update

from app import create_app
from app.broadcasts.audience import Audience
from app.broadcasts.automatic.limits import Limits, keep_limits
from app.broadcasts.automatic.models import AutomaticRule, RuleKind
from app.broadcasts.automatic.rules import RuleValues, change_rule, list_rules
from app.broadcasts.composing import Draft, confirm, create
from app.broadcasts.content import Content, Item
from app.broadcasts.gathering import gather_more
from app.broadcasts.states import Way
from app.conversations.models import Conversation, Holder
from app.core import clock
from app.core.db import db, transaction
from app.followers.models import Follower
from app.tables import METADATA
from bench.callback.shop import environ
from config import load_settings
from tests.factories import make_sku
from tests.pushes import APPID

SECRET = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
TITLE = "铁观音"
BATCH = 5_000
PLATFORM = {"SIM_APPID": APPID, "SIM_APPSECRET": SECRET}


def build(folder: Path, database: str, api_base: str, per_second: int) -> Flask:
    """The shop, its WeChat behind `api_base`."""
    more = {"WECHAT_API_BASE": api_base, "BROADCAST_PER_SECOND": str(per_second)}
    return create_app(load_settings(environ(folder, database) | more))


def fill(app: Flask, openids: Sequence[str]) -> int:
    """Followers, and a broadcast to all of them that waits to be sent; returns its number."""
    with app.app_context():
        _fill_followers(openids)
        content = Content((Item(make_sku(title=TITLE).product.slug),))
        broadcast_id = create(Draft("量一量", Way.CARD, content, Audience()), actor="staff:1")
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


def _fill_followers(openids: Sequence[str]) -> None:
    METADATA.create_all(db.engine)
    for batch in _batches(openids):
        _write_down(batch)


def _batches(openids: Sequence[str]) -> Iterator[Sequence[str]]:
    return (openids[first : first + BATCH] for first in range(0, len(openids), BATCH))


def _write_down(openids: Sequence[str]) -> None:
    now = clock.now()
    wrote_at = now - timedelta(minutes=1)
    follower = {"is_subscribed": True, "first_seen_at": now, "last_seen_at": now}
    talk = {"state": Holder.BOT, "last_message_at": wrote_at, "last_activity_at": wrote_at}
    with transaction() as session:
        session.execute(insert(Follower), [{"openid": openid, **follower} for openid in openids])
        session.execute(insert(Conversation), [{"openid": openid, **talk} for openid in openids])
