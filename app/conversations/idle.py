"""Conversations that nobody goes on with return to the bot by themselves."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from flask_babel import gettext as _
from sqlalchemy import func, select

from app.conversations.desk import give_back, note_session, wechat_session_closed, window_of
from app.conversations.models import Conversation, Holder
from app.conversations.sending import queue_reply
from app.conversations.window import MESSAGE_LASTS
from app.core import clock
from app.core.db import db, lock, transaction
from app.core.errors import InputInvalid
from app.core.preferences import find_preference, keep_preference
from app.wechat.replies import TextReply

logger = logging.getLogger(__name__)

PREFERENCE = "desk"
SHORTEST_MINUTES, LONGEST_MINUTES, USUAL_MINUTES = 5, 24 * 60, 30
LONGEST_GOODBYE = 300
SESSION_MAY_BE_OVER = timedelta(minutes=30)  # WeChat ends a session of its desk after so long without a word
BATCH = 50
DESK = "desk"  # who says goodbye


@dataclass(frozen=True, slots=True)
class IdleRule:
    """After how long, and what is said then; empty: nothing."""

    minutes: int = USUAL_MINUTES
    goodbye: str = ""


def load_idle_rule() -> IdleRule:
    """What the merchant set."""
    return IdleRule(**(find_preference(PREFERENCE) or {}))


def keep_idle_rule(rule: IdleRule, *, actor: str) -> None:
    """Set it. Opens a transaction. Raises: InputInvalid."""
    if not SHORTEST_MINUTES <= rule.minutes <= LONGEST_MINUTES:
        raise InputInvalid(
            _("分钟数要在 %(least)d 到 %(most)d 之间", least=SHORTEST_MINUTES, most=LONGEST_MINUTES)
        )
    if len(rule.goodbye) > LONGEST_GOODBYE:
        raise InputInvalid(_("结束语最多 %(limit)d 个字", limit=LONGEST_GOODBYE))
    keep_preference(PREFERENCE, {"minutes": rule.minutes, "goodbye": rule.goodbye.strip()}, actor=actor)


def give_back_idle() -> int:
    """Return what a person left lying, and whoever waited until nothing could be said; how many."""
    rule, now = load_idle_rule(), clock.now()
    left = (Conversation.state == Holder.PERSON) & (
        Conversation.last_activity_at < now - timedelta(minutes=rule.minutes)
    )
    asked_at = func.coalesce(Conversation.last_message_at, Conversation.waiting_since)
    missed = (Conversation.state == Holder.WAITING) & (asked_at < now - MESSAGE_LASTS)
    done = 0
    for conversation_id in db.session.scalars(
        select(Conversation.id).where(left | missed).limit(BATCH)
    ).all():
        done += _give_back(conversation_id, rule)
    return done


def check_wechat_sessions(find_session: Callable[[str], str]) -> None:
    """Ask WeChat about sessions of its desk that have been silent: their end may not have been pushed.

    `find_session`: which account talks with an openid. Raises: PlatformError.
    """
    query = select(Conversation.openid, Conversation.kf_account).where(
        Conversation.state == Holder.WECHAT_DESK,
        Conversation.last_activity_at < clock.now() - SESSION_MAY_BE_OVER,
    )
    for openid, account in db.session.execute(query.limit(BATCH)).all():
        if find_session(openid):
            note_session(openid)
        else:
            wechat_session_closed(openid, account)


def _give_back(conversation_id: int, rule: IdleRule) -> bool:
    with transaction() as session:
        row = session.get_one(Conversation, conversation_id)
        lock(row)
        was_missed = row.state == Holder.WAITING
        is_fresh = row.last_activity_at >= clock.now() - timedelta(minutes=rule.minutes)
        if row.state not in (Holder.PERSON, Holder.WAITING) or is_fresh:
            return False
        may_speak = not was_missed and window_of(row).is_open
        give_back(row.openid, actor="", cause="missed" if was_missed else "idle")
        if may_speak and rule.goodbye:
            queue_reply(row.openid, TextReply(rule.goodbye), by=DESK)
        return True
