"""Work after the commit: nothing is lost, whoever dies."""

import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app import tasks
from app.core import clock, outbox
from app.core.db import db, transaction
from app.core.outbox import OutboxJob
from app.core.timetable import Entry, run_entry
from app.tasks import HANDLERS, TIMETABLE
from tests.processes import start_in_shop
from tests.statements import count_statements

LEASE = timedelta(seconds=60)
Advance = Callable[[timedelta], None]


def enqueue(**ids: int | str) -> None:
    with transaction():
        outbox.enqueue("greet", **ids)


def count_open() -> int:
    return len(db.session.scalars(select(OutboxJob.id).where(OutboxJob.done_at.is_(None))).all())


def job() -> OutboxJob:
    db.session.rollback()
    return db.session.scalars(select(OutboxJob)).one()


def test_a_job_is_done_once_with_its_ids(shop: Flask) -> None:
    seen: list[int] = []
    enqueue(order_id=7)

    outbox.run_due({"greet": lambda order_id: seen.append(order_id)}, lease=LEASE)
    outbox.run_due({"greet": lambda order_id: seen.append(order_id)}, lease=LEASE)

    assert seen == [7]
    assert job().done_at is not None


def test_what_is_rolled_back_leaves_no_job(shop: Flask) -> None:
    with pytest.raises(ZeroDivisionError), transaction():
        outbox.enqueue("greet")
        _ = 1 / 0

    assert count_open() == 0


def test_the_bell_rings_after_the_commit_and_not_before(shop: Flask) -> None:
    rings: list[int] = []
    outbox.use_bell(lambda: rings.append(count_open()))
    try:
        with transaction():
            outbox.enqueue("greet")
            assert rings == []
    finally:
        outbox.use_bell(None)

    assert rings == [1]


def test_a_failing_job_is_tried_again_after_growing_pauses_and_given_up_in_the_end(
    shop: Flask, advance: Advance
) -> None:
    enqueue()
    pauses = []

    for _ in range(outbox.MAX_TRIES):
        outbox.run_due({"greet": _fail}, lease=LEASE)
        pauses.append((job().due_at - clock.now()).total_seconds())
        advance(job().due_at - clock.now())

    assert pauses[:4] == [5, 10, 20, 40]
    assert max(pauses) == 3600
    assert job().given_up_at is not None
    assert job().last_error == "ValueError"


def test_a_job_whose_worker_died_is_found_when_its_lease_is_over(shop: Flask, advance: Advance) -> None:
    enqueue()
    assert outbox._lease_one(("greet",), LEASE) is not None  # and then the worker was gone

    assert outbox.run_due({"greet": lambda: None}, lease=LEASE) == 0
    advance(timedelta(seconds=61))
    assert outbox.run_due({"greet": lambda: None}, lease=LEASE) == 1


def test_a_worker_that_was_only_slow_does_not_undo_what_another_has_done(
    shop: Flask, advance: Advance
) -> None:
    enqueue()
    slow = outbox._lease_one(("greet",), LEASE)
    assert slow is not None
    advance(timedelta(seconds=61))
    outbox.run_due({"greet": lambda: None}, lease=LEASE)

    outbox._run(slow, _fail)

    assert job().done_at is not None
    assert job().last_error == ""


def test_a_timetable_entry_runs_once_for_all_workers_and_again_when_its_time_has_come(
    shop: Flask, advance: Advance
) -> None:
    runs: list[int] = []
    entry = Entry("greeting", timedelta(seconds=10), lambda: runs.append(1))

    assert [run_entry(entry), run_entry(entry)] == [True, False]
    advance(timedelta(seconds=10))
    run_entry(entry)

    assert len(runs) == 2


def test_nobody_asks_about_an_entry_before_it_may_be_begun_again(
    shop: Flask, advance: Advance, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran_at: list[datetime] = []
    entry = Entry("greeting", timedelta(seconds=3), lambda: ran_at.append(clock.now()))
    monkeypatch.setattr(tasks, "TIMETABLE", (entry,))
    began, asked = clock.now(), []

    class Seconds(threading.Event):
        """Seven of them, each over at once."""

        def wait(self, timeout: float | None = None) -> bool:
            asked.append(len(statements))
            advance(timedelta(seconds=1))
            return len(asked) > 7

    with count_statements() as statements:
        tasks.run_timetable(shop, Seconds())

    assert [(at - began).total_seconds() for at in ran_at] == [1, 4, 7]
    assert asked[1] == asked[2] == asked[3] < asked[4]


def test_a_failing_timetable_entry_does_not_stop_the_clockwork(shop: Flask) -> None:
    assert run_entry(Entry("bad", timedelta(seconds=1), _fail)) is True


def test_every_entry_and_handler_has_a_name_of_its_own() -> None:
    assert len({entry.name for entry in TIMETABLE}) == len(TIMETABLE)
    assert {"send_notice", "raise_alert", "close_siblings"} <= set(HANDLERS)


def test_a_worker_killed_in_the_middle_of_a_job_loses_nothing(
    app: Flask, settings: dict[str, Any], tmp_path: Path
) -> None:
    with app.app_context():
        enqueue(file=str(tmp_path / "done"))
    first = start_in_shop(work_on, settings, tmp_path, 60)
    _wait_for(tmp_path / "started")
    first.kill()
    first.join()
    (tmp_path / "started").unlink()

    second = start_in_shop(work_on, settings, tmp_path, 0)
    try:
        _wait_for(tmp_path / "done")
    finally:
        second.kill()
        second.join()


def work_on(folder: Path, sleeps: float) -> None:
    def greet(file: str) -> None:
        (folder / "started").touch()
        time.sleep(sleeps)
        Path(file).touch()

    while True:
        outbox.run_due({"greet": greet}, lease=timedelta(seconds=2))
        time.sleep(0.1)


def _wait_for(file: Path) -> None:
    give_up_at = time.monotonic() + 60
    while not file.exists():
        assert time.monotonic() < give_up_at, f"{file.name} never came"
        time.sleep(0.05)


def _fail() -> None:
    raise ValueError("no")
