"""What the account says without a rule: to a new follower, to what it did not understand, before a person answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from flask_babel import gettext as _
from sqlalchemy import select

from app.core import clock
from app.core.db import db, transaction
from app.core.errors import InputInvalid
from app.core.preferences import find_preference, keep_preference
from app.keywords.models import Occasion, StandingReply
from app.keywords.replies import MAX_REPLIES, ReplyKind, ReplyMode, ReplySpec, check_specs, read_specs

FALLBACK = "fallback"  # the preference: {cool_down_seconds}
COOL_DOWN = timedelta(minutes=10)
LONGEST_COOL_DOWN = timedelta(days=7)
_ASKED_ALREADY = (Occasion.HAND_OVER, Occasion.HAND_OVER_CLOSED)


@dataclass(frozen=True, slots=True)
class Standing:
    """What is said on an occasion."""

    replies: tuple[ReplySpec, ...]
    reply_mode: ReplyMode = ReplyMode.ALL
    is_active: bool = True


def load_standing() -> Mapping[Occasion, Standing]:
    """The occasions that the merchant set up and switched on; the door has words for the others."""
    return {occasion: standing for occasion, standing in list_standing().items() if standing.is_active}


def list_standing() -> Mapping[Occasion, Standing]:
    """All that were set up, switched off ones too."""
    return {
        row.occasion: Standing(read_specs(row.replies), row.reply_mode, row.is_active)
        for row in db.session.scalars(select(StandingReply))
    }


def change_standing(occasion: Occasion, standing: Standing, *, actor: str) -> None:
    """Say this from now on. Opens a transaction or joins one.

    Raises: InputInvalid with a sentence when it could not be sent.
    """
    if not 1 <= len(standing.replies) <= MAX_REPLIES:
        raise InputInvalid(_("要有 1 到 %(limit)d 条回复", limit=MAX_REPLIES))
    check_specs(standing.replies)
    if occasion in _ASKED_ALREADY and any(spec.kind is ReplyKind.HAND_OVER for spec in standing.replies):
        raise InputInvalid(_("这里已经在转人工，不能再转一次"))
    with transaction() as session:
        session.merge(
            StandingReply(
                occasion=occasion,
                replies=[spec.keep() for spec in standing.replies],
                reply_mode=standing.reply_mode,
                is_active=standing.is_active,
                changed_at=clock.now(),
                changed_by=actor,
            )
        )


def load_cool_down() -> timedelta:
    """How long a follower who got the fallback does not get it again."""
    kept = find_preference(FALLBACK)
    return timedelta(seconds=kept["cool_down_seconds"]) if kept else COOL_DOWN


def keep_cool_down(cool_down: timedelta, *, actor: str) -> None:
    """Opens a transaction or joins one. Raises: InputInvalid when it is negative or longer than a week."""
    if not timedelta() <= cool_down <= LONGEST_COOL_DOWN:
        raise InputInvalid(_("间隔要在 0 到 %(days)d 天之间", days=LONGEST_COOL_DOWN.days))
    keep_preference(FALLBACK, {"cool_down_seconds": int(cool_down.total_seconds())}, actor=actor)
