"""Builders and players for tests of broadcasts."""

import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from flask import current_app

from app.broadcasts.audience import Audience, Condition
from app.broadcasts.composing import Draft, confirm, create
from app.broadcasts.content import Content, Item
from app.broadcasts.ending import count_states
from app.broadcasts.fanout import FanOut
from app.broadcasts.gathering import gather_more
from app.broadcasts.models import Broadcast, BroadcastRecipient
from app.broadcasts.states import BroadcastState, RecipientState, Way
from app.conversations.models import Conversation, Holder
from app.core import clock
from app.core.db import db, transaction
from app.followers.models import Follower
from tests.factories import make_follower, make_sku
from tests.fake_platform import FakePlatform

SEND = "/cgi-bin/message/custom/send"
RECORDS = "/customservice/msgrecord/getmsglist"


def make_writers(number: int) -> list[Follower]:
    """Followers who wrote an hour ago: they can be written to."""
    followers = [make_follower() for _ in range(number)]
    at = clock.now() - timedelta(hours=1)
    with transaction() as session:
        for each in followers:
            session.add(
                Conversation(openid=each.openid, state=Holder.BOT, last_message_at=at, last_activity_at=at)
            )
    return followers


def make_draft(
    *conditions: Condition, way: Way = Way.CARD, items: Sequence[Item] = (), name: str = "秋茶上新"
) -> int:
    """A draft with one product of its own unless `items` says which; returns its number."""
    content = Content(tuple(items) or (Item(make_sku(title="铁观音").product.slug),))
    return create(Draft(name, way, content, Audience(conditions)), actor="staff:1")


def confirm_now(broadcast_id: int) -> None:
    """Press the last button."""
    confirm(broadcast_id, version=load(broadcast_id).version, at=None, actor="staff:1")


def begin(broadcast_id: int) -> None:
    """Confirm it and write everybody down."""
    confirm_now(broadcast_id)
    while gather_more(broadcast_id):
        pass


def send_all(*, per_second: int = 10_000, seconds: float = 20) -> None:
    """Be a worker until there is nothing left to send."""
    sender = FanOut(per_second=per_second, base_url=current_app.config["BASE_URL"])
    until = time.monotonic() + seconds
    try:
        while sender.turn():
            assert time.monotonic() < until, "it never ends"
            threading.Event().wait(0.01)
    finally:
        sender.close()


def load(broadcast_id: int) -> Broadcast:
    """As it stands in the database now."""
    db.session.rollback()
    return db.session.get_one(Broadcast, broadcast_id)


def state(broadcast_id: int) -> BroadcastState:
    return load(broadcast_id).state


def counts(broadcast_id: int) -> Mapping[RecipientState, int]:
    db.session.rollback()
    return count_states(broadcast_id)


def lines(broadcast_id: int) -> dict[str, tuple[RecipientState, str]]:
    """What became of whom, by openid."""
    db.session.rollback()
    rows = db.session.query(BroadcastRecipient).filter_by(broadcast_id=broadcast_id)
    return {row.openid: (row.state, row.reason) for row in rows}


def received(platform: FakePlatform) -> Counter[str]:
    """How often each openid was written to."""
    return Counter(asked.json["touser"] for asked in platform.asked if asked.path == SEND)


def record_of(openids: Sequence[str]) -> dict[str, Any]:
    """WeChat's record in which the account said something to these just now."""
    at = int(clock.now().timestamp())
    rows = [{"openid": openid, "opercode": 2002, "text": "", "time": at, "worker": ""} for openid in openids]
    return {"errcode": 0, "errmsg": "ok", "recordlist": rows, "number": len(rows), "msgid": 1}
