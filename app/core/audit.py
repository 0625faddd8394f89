"""The audit log: who changed money, rights, prices, stock or settings, or looked at personal data; before and after.

`record` is the one way to write it, and it joins the transaction of what it tells about: either both are kept or
neither is. Rows are only ever added and form one chain (`audit_chain`). They cannot be erased, so neither names,
phones, addresses nor secrets may stand in them: a subject is named by its number.
"""

import json
import logging
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any, cast

from sqlalchemy import BigInteger, CheckConstraint, Index, Integer, String, Table, select
from sqlalchemy.orm import Mapped, mapped_column

from app.core import clock
from app.core.append_only import keep_rows
from app.core.audit_chain import NOTHING, Link, Verdict, get_chain, walk
from app.core.db import Base, CreatedAt, LongText, after_commit, before_commit, db, transaction
from app.core.insert_once import insert_once

logger = logging.getLogger(__name__)

SYSTEM = "system"
COMMAND = "command"  # somebody at the server's own shell
BATCH = 1000  # rows in memory while the chain is walked

Values = Mapping[str, Any]


class AuditEntry(Base):
    """One thing that was done. The database refuses to change or delete a row."""

    __tablename__ = "audit_entries"
    __table_args__ = (Index("ix_audit_entries_subject", "subject", "number"),)

    number: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False
    )
    at: Mapped[CreatedAt] = mapped_column(index=True)
    actor: Mapped[str] = mapped_column(String(80), index=True)  # e.g. `staff:3`, `command`, `system`
    action: Mapped[str] = mapped_column(String(60), index=True)  # e.g. `product.price`
    subject: Mapped[str] = mapped_column(String(120))  # e.g. `sku:7`
    before: Mapped[LongText]  # JSON, letter for letter as it was hashed
    after: Mapped[LongText]
    previous_hash: Mapped[str] = mapped_column(String(64), unique=True)  # so that no chain can fork
    hash: Mapped[str] = mapped_column(String(64), unique=True)

    @property
    def was(self) -> dict[str, Any]:
        """What it was before; empty when there was nothing."""
        return json.loads(self.before) or {}

    @property
    def became(self) -> dict[str, Any]:
        """What it is afterwards; empty when there is nothing."""
        return json.loads(self.after) or {}


class AuditHead(Base):
    """The end of the chain. Whoever adds to it locks this row first, so that there is one chain."""

    __tablename__ = "audit_head"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[str] = mapped_column(String(64))


keep_rows(cast("Table", AuditEntry.__table__), "number", "previous_hash", "hash")


def record(
    *, actor: str, action: str, subject: str, before: Values | None = None, after: Values | None = None
) -> None:
    """Write down what `actor` did to `subject`; joins the open transaction or is one.

    `before` and `after` are plain values by name; when both are given and equal, nothing was done and nothing
    is written. The row is added at the end of the transaction: the lock on the chain is then the last one
    taken and held for a moment only.
    """
    if before is not None and before == after:
        return
    with transaction():
        before_commit(partial(_write, actor or SYSTEM, action, subject, _plain(before), _plain(after)))


def verify(known: Sequence[tuple[int, str]] = ()) -> Verdict:
    """Walk the whole chain, a piece at a time. `known`: numbers and hashes that must be in it."""
    head = db.session.get(AuditHead, 1, populate_existing=True)
    end = [(head.number, head.hash)] if head else []
    query = select(*AuditEntry.__table__.columns).order_by(AuditEntry.number)
    with db.session.execute(query.execution_options(yield_per=BATCH)) as rows:
        return walk(cast("Iterable[Link]", rows), get_chain(), [*end, *known])


def entries_about(subject: str, limit: int = 100) -> Sequence[AuditEntry]:
    """What was done to one subject, newest first."""
    query = select(AuditEntry).where(AuditEntry.subject == subject)
    return db.session.scalars(query.order_by(AuditEntry.number.desc()).limit(limit)).all()


def _write(actor: str, action: str, subject: str, before: str, after: str) -> None:
    """Add the row to the end of the chain; runs as the last of its transaction."""
    session = db.session()
    head = _lock_head()
    row = AuditEntry(
        number=head.number + 1,
        at=clock.now(),
        actor=actor,
        action=action,
        subject=subject,
        before=before,
        after=after,
        previous_hash=head.hash,
    )
    row.hash = get_chain().tie(row)
    session.add(row)
    head.number, head.hash = row.number, row.hash
    session.flush()
    seen = {"number": row.number, "hash": row.hash, "actor": actor, "action": action, "subject": subject}
    after_commit(lambda: logger.info("audit", extra=seen))


def _lock_head() -> AuditHead:
    """The end of the chain, for us alone until the transaction ends; made by whoever comes first."""
    query = select(AuditHead).with_for_update().execution_options(populate_existing=True)
    head = db.session.scalars(query).one_or_none()
    if head is None:
        insert_once(AuditHead, id=1, number=0, hash=NOTHING)
        head = db.session.scalars(query).one()
    return head


def _plain(values: Values | None) -> str:
    """JSON with names in order; what JSON does not know (moments, states) as its text."""
    return json.dumps(values, ensure_ascii=False, sort_keys=True, default=str)
