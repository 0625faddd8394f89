"""Keyword rules in the database: finding, adding, changing and removing them. Each change is kept in their history."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, String, cast, func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.core import clock
from app.core.db import db, lock, transaction
from app.core.errors import InputInvalid, NotFound
from app.core.states import StateEvent, record_event
from app.keywords.drafts import RuleDraft, check_draft, draft_of, tidy, to_row, to_rule
from app.keywords.matching import Matcher
from app.keywords.models import KeywordRule

SUBJECT = KeywordRule.__tablename__
_ALIVE = KeywordRule.removed_at.is_(None)


@dataclass(frozen=True, slots=True)
class RulePage:
    """One page of rules, those that answer first on top."""

    rules: Sequence[KeywordRule]
    total: int


def load_matcher() -> Matcher:
    """The active rules, ready for messages. Reads all of them: keep it until the mark ANSWERS moves."""
    return Matcher(to_rule(rule.id, draft_of(rule)) for rule in list_active())


def list_active() -> Sequence[KeywordRule]:
    """Rules that are switched on, the oldest first."""
    return [rule for rule in list_all() if rule.is_active]


def list_all() -> Sequence[KeywordRule]:
    """Every rule that was not removed, the oldest first."""
    return db.session.scalars(select(KeywordRule).where(_ALIVE).order_by(KeywordRule.id)).all()


def list_rules(search: str = "", *, page: int = 1, per_page: int = 20) -> RulePage:
    """Rules whose name, keywords or replies hold `search`; `page` counts from 1."""
    query = select(KeywordRule).where(_ALIVE)
    if words := search.strip()[:40]:
        query = query.where(_holds(words))
    total = db.session.scalar(select(func.count()).select_from(query.subquery())) or 0
    ordered = query.order_by(KeywordRule.priority.desc(), KeywordRule.id)
    rules = db.session.scalars(ordered.limit(per_page).offset((max(page, 1) - 1) * per_page)).all()
    return RulePage(rules, total)


def get_rule(rule_id: int) -> KeywordRule:
    """Raises: NotFound when there is none or it was removed."""
    rule = db.session.get(KeywordRule, rule_id)
    if rule is None or rule.removed_at is not None:
        raise NotFound(_("这条规则已经不在了"))
    return rule


def add_rule(draft: RuleDraft, *, actor: str) -> int:
    """Keep a new rule; returns its id. Opens a transaction or joins one.

    Raises: InputInvalid with a sentence when it cannot be kept as it is.
    """
    draft = tidy(draft)
    check_draft(draft)
    with transaction() as session:
        _check_name(session, draft.name, None)
        rule = KeywordRule(**to_row(draft), changed_at=clock.now(), changed_by=actor)
        session.add(rule)
        _flush(session)
        record_event(rule, new=_state(rule), cause="added", actor=actor, after=_plain(draft))
        return rule.id


def change_rule(rule_id: int, draft: RuleDraft, *, actor: str, seen_mark: int) -> None:
    """Replace what the rule says; `seen_mark` is its change_mark as the editor saw it.

    Opens a transaction or joins one.
    Raises: NotFound; InputInvalid, also when somebody else changed it meanwhile.
    """
    draft = tidy(draft)
    check_draft(draft)
    with transaction() as session:
        rule = _lock(rule_id)
        if rule.change_mark != seen_mark:
            raise InputInvalid(_("别人刚改过这条规则，请重新打开再改"))
        _check_name(session, draft.name, rule_id)
        _change(rule, draft, cause="changed", actor=actor)


def set_active(rule_id: int, is_active: bool, *, actor: str) -> None:
    """Switch the rule on or off; nothing happens when it is so already. Raises: NotFound."""
    with transaction():
        rule = _lock(rule_id)
        if rule.is_active is not is_active:
            draft = draft_of(rule)
            _change(rule, replace(draft, is_active=is_active), cause="switched", actor=actor)


def remove_rule(rule_id: int, *, actor: str) -> None:
    """Take the rule away for good; its name is free again. Raises: NotFound."""
    with transaction():
        rule = _lock(rule_id)
        old, before = _state(rule), _plain(draft_of(rule))
        rule.is_active, rule.removed_at = False, clock.now()
        rule.changed_at, rule.changed_by = clock.now(), actor
        rule.change_mark += 1
        record_event(rule, old=old, new="removed", cause="removed", actor=actor, before=before)


def list_history(rule_id: int) -> Sequence[StateEvent]:
    """Who changed what about this rule, the last change first; `details` holds `before` and `after`."""
    query = select(StateEvent).where(StateEvent.subject == SUBJECT, StateEvent.subject_id == rule_id)
    return db.session.scalars(query.order_by(StateEvent.id.desc())).all()


def _lock(rule_id: int) -> KeywordRule:
    rule = get_rule(rule_id)
    lock(rule)
    return get_rule(rule_id)


def _change(rule: KeywordRule, draft: RuleDraft, *, cause: str, actor: str) -> None:
    """Write what differs, and keep what it was."""
    old, before, after = _state(rule), _plain(draft_of(rule)), _plain(draft)
    changed = [name for name in after if after[name] != before[name]]
    if not changed:
        return
    session = db.session()
    for name, value in to_row(draft).items():
        setattr(rule, name, value)
    rule.changed_at, rule.changed_by = clock.now(), actor
    rule.change_mark += 1
    _flush(session)
    record_event(
        rule,
        old=old,
        new=_state(rule),
        cause=cause,
        actor=actor,
        before={name: before[name] for name in changed},
        after={name: after[name] for name in changed},
    )


def _check_name(session: Session, name: str, rule_id: int | None) -> None:
    taken = session.scalar(select(KeywordRule.id).where(_ALIVE, KeywordRule.name == name))
    if taken is not None and taken != rule_id:
        raise InputInvalid(_("已经有同名的规则"))


def _flush(session: Session) -> None:
    """Write, and say it when somebody else took the name at the same moment."""
    try:
        session.flush()
    except IntegrityError as error:
        raise InputInvalid(_("已经有同名的规则")) from error


def _holds(words: str) -> ColumnElement[bool]:
    """JSON columns keep what is not ASCII escaped, on both databases."""
    escaped = json.dumps(words)[1:-1]
    return or_(
        KeywordRule.name.icontains(words, autoescape=True),
        cast(KeywordRule.keywords, String).icontains(escaped, autoescape=True),
        cast(KeywordRule.replies, String).icontains(escaped, autoescape=True),
    )


def _state(rule: KeywordRule) -> str:
    return "active" if rule.is_active else "inactive"


def _plain(draft: RuleDraft) -> dict[str, Any]:
    """As JSON can hold it."""
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in to_row(draft).items()
    }
