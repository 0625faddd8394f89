"""Credentials of the account that all processes share: kept in the database, renewed by one at a time.

Who renews takes a lease by a guarded UPDATE, asks WeChat outside of any transaction and writes what it got.
The others go on with the old credential while it lives, or wait for the new one. A failure is remembered for
a few seconds, so that a hundred waiting requests do not become a hundred calls.
"""

import logging
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, or_, select, update

from app.core import clock
from app.core.db import db, transaction
from app.core.errors import PlatformError, PlatformUnreachable
from app.core.insert_once import insert_once
from app.wechat.models import WechatToken
from app.wechat.platform_errors import make_unreachable

logger = logging.getLogger(__name__)

RENEW_BEFORE = timedelta(minutes=10)  # renew while the old one still lives that long
RENEW_PAUSE = timedelta(seconds=60)  # stable_token hands out the same token until shortly before its end
LEASE = timedelta(seconds=10)  # a little longer than asking for a token can take
FAILURE_PAUSE = timedelta(seconds=5)  # nobody asks again so soon after a failure
FORCE_PAUSE = timedelta(seconds=30)  # WeChat refuses forced renewals that follow faster
LONGEST_WAIT_SECONDS = 12.0  # for another process's renewal
POLL_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Fresh:
    """What WeChat issued, and for how many seconds it lives."""

    value: str
    expires_in: int


@dataclass(frozen=True, slots=True)
class Kept:
    """The row as it was read."""

    value: str
    expires_at: datetime | None
    refreshed_at: datetime | None
    forced_at: datetime | None
    leased_until: datetime | None
    leased_by: str
    error: dict[str, Any] | None

    def is_alive(self, now: datetime) -> bool:
        """Whether it can still be used."""
        return bool(self.value) and self.expires_at is not None and self.expires_at > now

    def needs_renewal(self, now: datetime) -> bool:
        """Whether somebody should fetch a new one."""
        if not self.is_alive(now) or self.expires_at is None:
            return True
        is_settled = self.refreshed_at is None or now - self.refreshed_at >= RENEW_PAUSE
        return self.expires_at - now < RENEW_BEFORE and is_settled

    def is_leased(self, now: datetime) -> bool:
        """Whether nobody else may renew it now."""
        return self.leased_until is not None and self.leased_until > now

    def failed_lately(self, now: datetime) -> bool:
        """Whether the last try failed a moment ago."""
        return self.error is not None and self.is_leased(now) and not self.leased_by

    def to_error(self) -> PlatformError:
        """The remembered failure, as it was raised in the process that met it."""
        kept = self.error or {}
        kind = PlatformUnreachable if kept.get("unreachable") else PlatformError
        return kind(int(kept.get("errcode", -1)), str(kept.get("errmsg", "")), str(kept.get("message", "")))


_ROW = select(
    WechatToken.value,
    WechatToken.expires_at,
    WechatToken.refreshed_at,
    WechatToken.forced_at,
    WechatToken.leased_until,
    WechatToken.leased_by,
    WechatToken.error,
)


class SharedCredential:
    """One credential by name. `fetch(force)` asks WeChat for it; it is called outside of transactions."""

    def __init__(self, name: str, fetch: Callable[[bool], Fresh]) -> None:
        self._name, self._fetch = name, fetch

    def get(self) -> str:
        """A credential that lives. Never call it inside a transaction.

        Raises: PlatformError, PlatformUnreachable.
        """
        give_up_at = time.monotonic() + LONGEST_WAIT_SECONDS
        while True:
            kept, now = self._read(), clock.now()
            if kept is not None and not kept.needs_renewal(now):
                return kept.value
            if lease := self._take_lease(kept):
                return self._renew(lease, force=False)
            if kept is not None and kept.is_alive(now):
                return kept.value
            if kept is not None and kept.failed_lately(now):
                raise kept.to_error()
            _wait(give_up_at)

    def replace(self, refused: str) -> str | None:
        """Another credential than the one WeChat just refused; None when there is none to be had now.

        Forces a renewal, unless another process has renewed since or did so by force a moment ago.
        """
        give_up_at = time.monotonic() + LONGEST_WAIT_SECONDS
        while True:
            kept, now = self._read(), clock.now()
            if kept is not None and kept.value != refused and kept.is_alive(now):
                return kept.value
            if kept is None or kept.failed_lately(now):
                return None
            if kept.forced_at is not None and now - kept.forced_at < FORCE_PAUSE and kept.value == refused:
                return None
            if lease := self._take_lease(kept):
                return self._renew(lease, force=True)
            _wait(give_up_at)

    def _read(self) -> Kept | None:
        # A connection of its own: the caller's page may be reading from a snapshot that never changes.
        with db.engine.connect() as connection:
            row = connection.execute(_ROW.where(WechatToken.name == self._name)).one_or_none()
        return Kept(*row) if row is not None else None

    def _take_lease(self, kept: Kept | None) -> str:
        """Our lease's mark, or nothing when somebody else holds one or was faster."""
        now, mark = clock.now(), secrets.token_hex(8)
        if kept is not None and kept.is_leased(now):
            return ""  # who only waits takes no lock from the one who renews
        with transaction() as session:
            if kept is None:
                insert_once(WechatToken, name=self._name, value="", leased_by="")
            seen = kept.refreshed_at if kept is not None else None
            unchanged = (
                WechatToken.refreshed_at.is_(None) if seen is None else WechatToken.refreshed_at == seen
            )
            statement = (
                update(WechatToken)
                .where(WechatToken.name == self._name, unchanged)
                .where(or_(WechatToken.leased_until.is_(None), WechatToken.leased_until <= now))
                .values(leased_until=now + LEASE, leased_by=mark)
            )
            taken = cast("CursorResult[Any]", session.execute(statement)).rowcount == 1
        return mark if taken else ""

    def _renew(self, lease: str, *, force: bool) -> str:
        try:
            fresh = self._fetch(force)
        except PlatformError as error:
            logger.warning("renewal failed", extra={"credential": self._name, "errcode": error.errcode})
            self._give_back(lease, _failure(error, force))
            raise
        except BaseException:
            self._give_back(lease, {"leased_until": None})
            raise
        now = clock.now()
        values = {
            "value": fresh.value,
            "expires_at": now + timedelta(seconds=fresh.expires_in),
            "refreshed_at": now,
            "leased_until": None,
            "error": None,
        }
        self._give_back(lease, values | ({"forced_at": now} if force else {}))
        logger.info("renewed", extra={"credential": self._name, "forced": force, "lives": fresh.expires_in})
        return fresh.value

    def _give_back(self, lease: str, values: dict[str, Any]) -> None:
        with transaction() as session:
            mine = (WechatToken.name == self._name) & (WechatToken.leased_by == lease)
            session.execute(update(WechatToken).where(mine).values(leased_by="", **values))


def _failure(error: PlatformError, force: bool) -> dict[str, Any]:
    now = clock.now()
    kept = {
        "errcode": error.errcode,
        "errmsg": error.errmsg[:300],
        "message": error.message,
        "unreachable": isinstance(error, PlatformUnreachable),
    }
    values: dict[str, Any] = {"error": kept, "leased_until": now + FAILURE_PAUSE}
    return values | ({"forced_at": now} if force else {})


def _wait(give_up_at: float) -> None:
    if time.monotonic() > give_up_at:
        raise make_unreachable("waited too long for another process")
    time.sleep(POLL_SECONDS)
