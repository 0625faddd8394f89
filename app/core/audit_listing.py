"""The audit log read: by person, action, subject and day, a page at a time or all of it in batches."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select

from app.core.audit import BATCH, AuditEntry
from app.core.days import Days
from app.core.db import db

PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to look for; whatever is empty does not narrow. A subject is its `kind`, its `number`, or both."""

    actor: str = ""
    action: str = ""
    kind: str = ""
    number: str = ""
    days: Days | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """Newest first; `next_before` is where the older ones go on, 0 at the end."""

    rows: Sequence[AuditEntry]
    next_before: int


def find_entries(wanted: Wanted, before: int = 0, limit: int = PER_PAGE) -> Found:
    """Those with numbers below `before`, or the newest."""
    query = select(AuditEntry).where(*_conditions(wanted))
    if before:
        query = query.where(AuditEntry.number < before)
    rows = db.session.scalars(query.order_by(AuditEntry.number.desc()).limit(limit + 1)).all()
    return Found(rows[:limit], rows[limit - 1].number if len(rows) > limit else 0)


def every_entry(wanted: Wanted) -> Iterator[AuditEntry]:
    """All that fit, newest first, however many."""
    before = 0
    while True:
        found = find_entries(wanted, before, BATCH)
        yield from found.rows
        if not (before := found.next_before):
            return


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.actor:
        found.append(AuditEntry.actor == wanted.actor)
    if wanted.action:
        found.append(AuditEntry.action == wanted.action)
    if wanted.kind and wanted.number:
        found.append(AuditEntry.subject == f"{wanted.kind}:{wanted.number}")
    elif wanted.kind:
        is_one = AuditEntry.subject == wanted.kind
        found.append(is_one | AuditEntry.subject.startswith(f"{wanted.kind}:", autoescape=True))
    elif wanted.number:
        found.append(AuditEntry.subject.endswith(f":{wanted.number}", autoescape=True))
    if wanted.days:
        found.append(wanted.days.hold(AuditEntry.at))
    return found
