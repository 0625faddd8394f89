"""What the account says without a rule: to a new follower, to what it did not understand, before a person answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import cast

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from app.core import clock
from app.core.db import db, transaction
from app.core.errors import InputInvalid
from app.core.preferences import find_preference, keep_preference
from app.keywords.models import Occasion, StandingReply
from app.keywords.replies import MAX_REPLIES, ReplyKind, ReplyMode, ReplySpec, check_specs, read_specs

OWN_WORDS = "own_words"  # the extension by which the door tells its words for an occasion
FALLBACK = "fallback"  # the preference: {cool_down_seconds}
COOL_DOWN = timedelta(minutes=10)
LONGEST_COOL_DOWN = timedelta(days=7)
_ASKED_ALREADY = (Occasion.HAND_OVER, Occasion.HAND_OVER_CLOSED)


@dataclass(frozen=True, slots=True)
class Standing:
    """What is said on an occasion. `mark` names the state it was read in, empty for what was never kept."""

    replies: tuple[ReplySpec, ...]
    reply_mode: ReplyMode = ReplyMode.ALL
    is_active: bool = True
    mark: str = field(default="", compare=False)


class StandingChanged(InputInvalid):
    """Somebody else changed it meanwhile."""

    code = "standing_changed"
    http_status = 409


def own_words(occasion: Occasion) -> str:
    """What the door says while nothing is set up."""
    return cast("str", current_app.extensions[OWN_WORDS](occasion))


def load_standing() -> Mapping[Occasion, Standing]:
    """The occasions that the merchant set up and switched on; the door has words for the others."""
    return {occasion: standing for occasion, standing in list_standing().items() if standing.is_active}


def list_standing() -> Mapping[Occasion, Standing]:
    """All that were set up, switched off ones too."""
    return {
        row.occasion: Standing(read_specs(row.replies), row.reply_mode, row.is_active, _mark_of(row))
        for row in db.session.scalars(select(StandingReply))
    }


def change_standing(
    occasion: Occasion, standing: Standing, *, actor: str, seen_mark: str | None = None
) -> None:
    """Say this from now on; with `seen_mark` only if nobody changed it since. Opens a transaction or joins one.

    Raises: InputInvalid with a sentence when it could not be sent, StandingChanged.
    """
    if not 1 <= len(standing.replies) <= MAX_REPLIES:
        raise InputInvalid(_("要有 1 到 %(limit)d 条回复", limit=MAX_REPLIES))
    check_specs(standing.replies)
    if occasion in _ASKED_ALREADY and any(spec.kind is ReplyKind.HAND_OVER for spec in standing.replies):
        raise InputInvalid(_("这里已经在转人工，不能再转一次"))
    with transaction():
        row = _find_locked(occasion)
        if seen_mark is not None and seen_mark != (_mark_of(row) if row else ""):
            raise StandingChanged(_("别人刚刚改过这里的回复"))
        _write(row or StandingReply(occasion=occasion), standing, actor)


def _find_locked(occasion: Occasion) -> StandingReply | None:
    """The row, which nobody else changes until the transaction ends."""
    here = StandingReply.occasion == occasion
    db.session.execute(update(StandingReply).where(here).values(occasion=occasion))
    return db.session.get(StandingReply, occasion, populate_existing=True)


def _write(row: StandingReply, standing: Standing, actor: str) -> None:
    row.replies = [spec.keep() for spec in standing.replies]
    row.reply_mode, row.is_active = standing.reply_mode, standing.is_active
    row.changed_at, row.changed_by = clock.now(), actor
    db.session.add(row)
    try:
        db.session.flush()
    except IntegrityError as error:  # of two first ones only one is kept
        raise StandingChanged(_("别人刚刚改过这里的回复")) from error


def _mark_of(row: StandingReply) -> str:
    return row.changed_at.isoformat()


def load_cool_down() -> timedelta:
    """How long a follower who got the fallback does not get it again."""
    kept = find_preference(FALLBACK)
    return timedelta(seconds=kept["cool_down_seconds"]) if kept else COOL_DOWN


def keep_cool_down(cool_down: timedelta, *, actor: str) -> None:
    """Opens a transaction or joins one. Raises: InputInvalid when it is negative or longer than a week."""
    if not timedelta() <= cool_down <= LONGEST_COOL_DOWN:
        raise InputInvalid(_("间隔要在 0 到 %(days)d 天之间", days=LONGEST_COOL_DOWN.days))
    keep_preference(FALLBACK, {"cool_down_seconds": int(cool_down.total_seconds())}, actor=actor)
