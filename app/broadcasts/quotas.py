"""How much of WeChat's allowances is used: calls of each interface today, mass messages of each follower this month.

Source: https://developers.weixin.qq.com/doc/service/api/apimanage/openapi/api_getapiquota.html
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from app.broadcasts.models import Broadcast, BroadcastRecipient
from app.broadcasts.reach import A_MONTH, month_began
from app.broadcasts.states import RecipientState, Way
from app.core import clock
from app.core.db import db
from app.core.errors import PlatformError, PlatformUnreachable
from app.core.preferences import find_preference, keep_preference
from app.followers.models import Follower
from app.wechat.client import AccountClient

logger = logging.getLogger(__name__)

PATHS = (  # those that sending to many uses up, the most important first
    "/cgi-bin/message/custom/send",
    "/cgi-bin/message/mass/sendall",
    "/cgi-bin/message/mass/send",
    "/cgi-bin/message/mass/preview",
    "/cgi-bin/draft/add",
    "/cgi-bin/material/add_material",
    "/cgi-bin/media/uploadimg",
    "/cgi-bin/message/template/send",
    "/cgi-bin/message/subscribe/bizsend",
)
PREFERENCE = "api_quotas"
HIGH_PER_CENT = 80


@dataclass(frozen=True, slots=True)
class ApiQuota:
    """Calls of one interface today. `errcode`: WeChat's number when it does not tell; then the rest is 0."""

    path: str
    limit: int = 0
    used: int = 0
    errcode: int = 0

    @property
    def per_cent(self) -> int:
        """How much of it is used."""
        return 100 * self.used // self.limit if self.limit else 0

    @property
    def is_high(self) -> bool:
        """Whether somebody should know."""
        return self.per_cent >= HIGH_PER_CENT


@dataclass(frozen=True, slots=True)
class Asked:
    """What WeChat said, and when (aware UTC)."""

    at: datetime
    quotas: Sequence[ApiQuota]

    @property
    def is_todays(self) -> bool:
        """Whether it is of this Beijing day: the counters begin anew at midnight."""
        return clock.beijing_day(self.at) == clock.today()


def ask_quotas(client: AccountClient, *, actor: str) -> Asked:
    """Ask WeChat about each and keep what it says. Opens a transaction after the calls.

    Raises: PlatformUnreachable.
    """
    asked = Asked(clock.now(), [_ask(client, path) for path in PATHS])
    rows = [asdict(quota) for quota in asked.quotas]
    keep_preference(PREFERENCE, {"at": asked.at.isoformat(), "quotas": rows}, actor=actor)
    return asked


def find_asked() -> Asked | None:
    """What WeChat said last; None when it was never asked."""
    kept = find_preference(PREFERENCE)
    if not kept:
        return None
    return Asked(datetime.fromisoformat(kept["at"]), [ApiQuota(**row) for row in kept["quotas"]])


def count_by_use() -> Sequence[int]:
    """How many followers had 0, 1, 2, 3, and 4 or more mass messages this month, as far as we sent them."""
    line = BroadcastRecipient
    used = func.count().label("used")
    had = (
        select(line.follower_id, used)
        .join(Broadcast, Broadcast.id == line.broadcast_id)
        .join(Follower, Follower.id == line.follower_id)
        .where(
            Broadcast.way == Way.MASS,
            line.state == RecipientState.SENT,
            line.asked_at >= month_began(),
            Follower.is_subscribed,
        )
        .group_by(line.follower_id)
        .subquery()
    )
    found: Mapping[int, int] = dict(
        db.session.execute(select(had.c.used, func.count()).group_by(had.c.used)).all()
    )
    everybody = db.session.scalar(select(func.count()).where(Follower.is_subscribed)) or 0
    full = sum(number for times, number in found.items() if times >= A_MONTH)
    return [
        everybody - sum(found.values()),
        *(found.get(times, 0) for times in range(1, A_MONTH)),
        full,
    ]


def _ask(client: AccountClient, path: str) -> ApiQuota:
    try:
        answer = client.post("openapi/quota/get", data={"cgi_path": path})
        return _read(path, answer.get("quota") or {})
    except PlatformUnreachable:
        raise
    except PlatformError as error:
        logger.info("quota not told", extra={"api": path, "errcode": error.errcode})
        return ApiQuota(path, errcode=error.errcode)


def _read(path: str, quota: Mapping[str, Any]) -> ApiQuota:
    try:
        return ApiQuota(path, limit=int(quota.get("daily_limit", 0)), used=int(quota.get("used", 0)))
    except (TypeError, ValueError):
        return ApiQuota(path)
