"""Keyword rules: which one answers a message, and adding one."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from flask_babel import gettext as _
from sqlalchemy import Engine, func, select

from app.core.db import after_commit, db, transaction
from app.core.errors import InputInvalid
from app.keywords.matching import Match, Matcher, Rule, normalise
from app.keywords.models import KeywordRule, MatchMode, ReplyKind

CHECK_EVERY_SECONDS = 1.0
LONGEST_KEYWORD = 60

_VERSION = select(func.count(KeywordRule.id), func.sum(KeywordRule.change_mark))
_ACTIVE = (
    select(
        KeywordRule.id,
        KeywordRule.name,
        KeywordRule.match,
        KeywordRule.keywords,
        KeywordRule.reply_kind,
        KeywordRule.reply,
        KeywordRule.priority,
    )
    .where(KeywordRule.is_active)
    .order_by(KeywordRule.id)
)


@dataclass(slots=True)
class _Compiled:
    matcher: Matcher
    version: tuple[object, ...]
    checked_at: float  # time.monotonic()


_compiled: WeakKeyDictionary[Engine, _Compiled] = WeakKeyDictionary()


def find_reply(text: str) -> Match | None:
    """What the rules answer to `text`. Rules changed by another process count within a second."""
    return _get_matcher().find(text)


def add_rule(
    name: str,
    *,
    keywords: Sequence[str],
    match: MatchMode,
    reply_kind: ReplyKind,
    reply: str,
    priority: int = 0,
) -> int:
    """Add an active rule; returns its id. Opens a transaction or joins one.

    Raises: InputInvalid when a keyword or the reply is empty or too long, or the name is taken.
    """
    if not keywords or any(not normalise(k) or len(k) > LONGEST_KEYWORD for k in keywords):
        raise InputInvalid(_("关键词不能为空，也不能超过 60 个字"))
    if not reply.strip() or not name.strip():
        raise InputInvalid(_("规则名称和回复内容不能为空"))
    with transaction() as session:
        if session.scalar(select(KeywordRule.id).where(KeywordRule.name == name)) is not None:
            raise InputInvalid(_("已经有同名的规则"))
        rule = KeywordRule(
            name=name,
            keywords=list(keywords),
            match=match,
            reply_kind=reply_kind,
            reply=reply,
            priority=priority,
        )
        session.add(rule)
        session.flush()
        after_commit(_forget_compiled)
        return rule.id


def _forget_compiled() -> None:
    _compiled.pop(db.engine, None)


def _get_matcher() -> Matcher:
    engine, now = db.engine, time.monotonic()
    known = _compiled.get(engine)
    if known is not None and now - known.checked_at < CHECK_EVERY_SECONDS:
        return known.matcher
    version = tuple(db.session.execute(_VERSION).one())
    if known is None or known.version != version:
        rules = [Rule(*row) for row in db.session.execute(_ACTIVE)]
        known = _Compiled(Matcher(rules), version, now)
        _compiled[engine] = known
    known.checked_at = now
    return known.matcher
