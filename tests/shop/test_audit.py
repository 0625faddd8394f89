"""The audit log: kept with its cause, one chain however many write, refused changes, and a walk that finds any."""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from app.core import audit, audit_chain
from app.core.audit import AuditEntry, AuditHead
from app.core.db import db, transaction
from tests.threads import run_in_threads

KEPT = "rows of audit_entries are only ever added"


def write(*numbers: int) -> None:
    for number in numbers:
        audit.record(
            actor="staff:1",
            action="product.price",
            subject=f"sku:{number}",
            before={"price_fen": number},
            after={"price_fen": number + 100},
        )


def entries() -> list[AuditEntry]:
    return list(db.session.scalars(select(AuditEntry).order_by(AuditEntry.number)))


@contextmanager
def the_guard_is_off() -> Iterator[None]:
    """What somebody can do who owns the database: take the triggers away and change what he likes."""
    with transaction() as session:
        if db.engine.dialect.name == "postgresql":
            session.execute(text("SET LOCAL session_replication_role = replica"))
        else:
            for verb in ("UPDATE", "DELETE", "replace"):
                session.execute(text(f"DROP TRIGGER audit_entries_kept_{verb}"))
        yield


def test_an_entry_says_who_did_what_to_which_thing_before_and_after(shop: Flask) -> None:
    write(7)

    entry = entries()[0]
    assert (entry.number, entry.actor, entry.action, entry.subject) == (
        1,
        "staff:1",
        "product.price",
        "sku:7",
    )
    assert (entry.was, entry.became) == ({"price_fen": 7}, {"price_fen": 107})


def test_each_entry_holds_the_hash_of_the_one_before(shop: Flask) -> None:
    write(1, 2, 3)

    first, second, third = entries()
    assert first.previous_hash == ""
    assert [second.previous_hash, third.previous_hash] == [first.hash, second.hash]
    assert audit.verify() == audit_chain.Verdict(3, third.hash)


def test_several_entries_of_one_transaction_follow_each_other(shop: Flask) -> None:
    with transaction():
        write(1, 2, 3)

    assert [entry.subject for entry in entries()] == ["sku:1", "sku:2", "sku:3"]
    assert audit.verify().count == 3


def test_what_is_rolled_back_was_never_written_down(shop: Flask) -> None:
    with pytest.raises(RuntimeError, match="power"), transaction():
        write(1)
        raise RuntimeError("power cut")
    write(2)

    assert [(entry.number, entry.subject) for entry in entries()] == [(1, "sku:2")]


def test_a_change_that_changes_nothing_is_no_entry(shop: Flask) -> None:
    same = {"price_fen": 7}
    audit.record(actor="staff:1", action="product.price", subject="sku:7", before=same, after=dict(same))

    assert entries() == []


def test_many_writers_at_once_make_one_chain(app: Flask) -> None:
    def write_two(number: int) -> bool:
        with transaction():
            write(number, number)
        return True

    with app.app_context():
        results = run_in_threads(app, [lambda number=number: write_two(number) for number in range(8)])

        assert all(results)
        verdict = audit.verify()
        assert (verdict.count, verdict.broken) == (16, 0)


@pytest.mark.parametrize(
    "statement",
    [
        update(AuditEntry).values(actor="staff:2"),
        delete(AuditEntry),
        text("UPDATE audit_entries SET actor = 'staff:2' WHERE number = 1"),
        text("DELETE FROM audit_entries WHERE number = 2"),
    ],
    ids=["update", "delete", "update in SQL", "delete in SQL"],
)
def test_the_database_refuses_to_change_what_is_written(shop: Flask, statement: object) -> None:
    write(1, 2)

    with pytest.raises(DBAPIError, match=KEPT), transaction() as session:
        session.execute(statement)  # type: ignore[call-overload]

    assert audit.verify().count == 2


def test_no_trick_of_the_database_puts_another_row_in_the_place_of_one(shop: Flask) -> None:
    write(1)
    is_postgresql = db.engine.dialect.name == "postgresql"
    first = entries()[0]
    forged = insert(AuditEntry).values(
        number=1,
        at=first.at,
        actor="x",
        action="x",
        subject="x",
        before="",
        after="",
        previous_hash="",
        hash="x",
    )
    trick = text("TRUNCATE audit_entries") if is_postgresql else forged.prefix_with("OR REPLACE")

    with pytest.raises(DBAPIError, match=KEPT), transaction() as session:
        session.execute(trick)


def test_a_row_changed_past_the_guard_is_found_and_named(shop: Flask) -> None:
    write(1, 2, 3)
    with the_guard_is_off():
        db.session.execute(update(AuditEntry).where(AuditEntry.number == 2).values(actor="staff:2"))

    verdict = audit.verify()

    assert (verdict.broken, verdict.count) == (2, 1)


def test_the_newest_row_is_missed_when_it_is_deleted(shop: Flask) -> None:
    write(1, 2, 3)
    with the_guard_is_off():
        db.session.execute(delete(AuditEntry).where(AuditEntry.number == 3))

    assert audit.verify().broken == 3


def test_a_cut_that_moves_the_end_back_shows_against_a_row_written_down_elsewhere(
    shop: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "app.core.audit"):
        write(1, 2)
    noted = [(record.number, record.hash) for record in caplog.records]  # type: ignore[attr-defined]
    with the_guard_is_off():
        db.session.execute(delete(AuditEntry).where(AuditEntry.number == 2))
        db.session.execute(update(AuditHead).values(number=1, hash=noted[0][1]))

    assert audit.verify().broken == 0
    assert audit.verify(noted).broken == 2


def test_a_chain_longer_than_a_piece_is_walked_to_its_end(
    shop: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "BATCH", 4)
    with transaction():
        write(*range(10))

    assert audit.verify().count == 10


def test_text_in_any_script_is_kept_letter_for_letter(shop: Flask) -> None:
    after = {"name": "春茶 🍵 <b>\u2028\"'", "none": None, "many": [1, {"a": True}]}
    audit.record(actor="staff:1", action="settings.changed", subject="setting:shop", after=after)

    assert entries()[0].became == after
    assert json.loads(entries()[0].before) is None
    assert audit.verify().broken == 0


def test_the_command_says_that_the_chain_is_whole_or_which_row_is_not(shop: Flask) -> None:
    write(1, 2)
    run = shop.test_cli_runner()

    whole = run.invoke(args=["audit", "verify"])
    kept = whole.output.split()[-1]
    again = run.invoke(args=["audit", "verify", "--known", kept])
    longer = run.invoke(args=["audit", "verify", "--known", f"3:{'0' * 64}"])
    with the_guard_is_off():
        db.session.execute(update(AuditEntry).where(AuditEntry.number == 2).values(actor="staff:9"))
    broken = run.invoke(args=["audit", "verify"])

    assert (whole.exit_code, whole.output.splitlines()[0]) == (0, "2 rows, one chain, none changed.")
    assert [each.exit_code for each in (again, longer, broken)] == [0, 1, 1]
    assert "Row 2 is broken" in broken.output
