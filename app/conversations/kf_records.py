"""What was said at WeChat's own desk, fetched into the log: there it is pushed to nobody.

Source: https://developers.weixin.qq.com/doc/service/api/customer/session/api_getmsglist.html
"""

import logging
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import func, select

from app.conversations.log import first_id_since
from app.conversations.models import Direction, Message, Sending
from app.conversations.window import WECHAT_DESK
from app.core import clock
from app.core.db import db, transaction
from app.core.insert_once import insert_once
from app.wechat.client import AccountClient

logger = logging.getLogger(__name__)

ENDPOINT = "https://api.weixin.qq.com/customservice/msgrecord/getmsglist"
LONGEST_SPAN = timedelta(hours=24)  # WeChat's limit for one question
OVERLAP = timedelta(minutes=30)  # records may appear late
PAGE = 10_000
AGENT_SAID, FOLLOWER_SAID = 2002, 2003
FOLLOWER_AT_DESK = "wechat_desk"  # `answered_by` of what he wrote there


def import_records(client: AccountClient) -> int:
    """Fetch what was said since the last time, twice if need be; returns how many messages are new.

    Raises: PlatformError. Opens a transaction of its own.
    """
    end = clock.now()
    oldest = end - LONGEST_SPAN + OVERLAP
    start = max(_last_imported_at() or oldest, oldest) - OVERLAP
    records = list(_fetch(client, start, end))
    seen: Counter[str] = Counter()
    new = 0
    with transaction():
        for record in records:
            key = _key(record)
            seen[key] += 1  # the same words in the same second stay two messages
            new += _keep(record, f"{key}:{seen[key]}")
    if new:
        logger.info("desk records imported", extra={"records": new})
    return new


def fetch_said(client: AccountClient, start: datetime, end: datetime) -> Iterator[tuple[str, datetime]]:
    """To whom the account said something in this span of a day at most, and when, as WeChat recorded it.

    Raises: PlatformError.
    """
    for record in _fetch(client, start, end):
        if record.get("opercode") == AGENT_SAID:
            yield str(record.get("openid", "")), clock.from_timestamp(int(record.get("time") or 0))


def _last_imported_at() -> datetime | None:
    recent = Message.id >= first_id_since(clock.now() - 2 * LONGEST_SPAN)
    theirs = Message.answered_by.like(f"{WECHAT_DESK}%")
    return db.session.scalar(select(func.max(Message.at)).where(recent, theirs))


def _fetch(client: AccountClient, start: datetime, end: datetime) -> Iterator[Mapping[str, Any]]:
    position = 1
    while True:
        span = {"starttime": int(start.timestamp()), "endtime": int(end.timestamp())}
        answer = client.post(ENDPOINT, data={**span, "msgid": position, "number": PAGE})
        records = answer.get("recordlist") or []
        yield from records
        if len(records) < PAGE or int(answer.get("msgid") or 0) <= position:
            return
        position = int(answer["msgid"])


def _key(record: Mapping[str, Any]) -> str:
    parts = (record.get(name, "") for name in ("openid", "time", "opercode", "worker", "text"))
    return f"kf:{sha256(repr(tuple(parts)).encode()).hexdigest()}"


def _keep(record: Mapping[str, Any], key: str) -> bool:
    if record.get("opercode") not in (AGENT_SAID, FOLLOWER_SAID):
        return False
    at = clock.from_timestamp(int(record.get("time") or 0))
    by_agent = record["opercode"] == AGENT_SAID
    return insert_once(
        Message,
        dedupe_key=key,
        at=at,
        openid=str(record.get("openid", ""))[:64],
        direction=Direction.OUT if by_agent else Direction.IN,
        kind="text",
        content=str(record.get("text", "")).replace("\0", ""),
        payload="",
        answered_by=f"{WECHAT_DESK}{record.get('worker', '')}"[:80] if by_agent else FOLLOWER_AT_DESK,
        sending=Sending.SENT if by_agent else None,
    )
