"""Long jobs: whoever dies, nothing is lost and nothing is done twice; only the owner gets at what they make."""

import os
import signal
from collections.abc import Callable, Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.core import outbox
from app.core.db import db, transaction
from app.core.errors import InputInvalid, NotFound
from app.core.long_jobs import files, service
from app.core.long_jobs.models import LongJob
from app.core.long_jobs.running import KINDS, MOST_TRIES, Run, Work
from app.core.long_jobs.states import JobState
from app.core.preferences import Preference, keep_preference
from app.tasks import LONG_HANDLERS
from tests.processes import start_in_shop

LEASE = timedelta(seconds=60)
Advance = Callable[[timedelta], None]
Start = Callable[[Work], LongJob]


@pytest.fixture
def start(shop: Flask, monkeypatch: pytest.MonkeyPatch) -> Start:
    """Start a job of a kind that does this."""

    def begin(work: Work) -> LongJob:
        monkeypatch.setitem(KINDS, "sample", work)
        return service.start("sample", owner="staff:1", title="样品", file_name="样品.txt", number=7)

    return begin


def work_on() -> None:
    outbox.run_due(LONG_HANDLERS, lease=LEASE)


def fresh(job: LongJob) -> LongJob:
    db.session.rollback()
    db.session.refresh(job)
    return job


def folder_of(shop: Flask) -> Path:
    return Path(shop.config["DATA_DIR"], files.FOLDER)


def count_kept() -> int:
    return db.session.scalar(select(func.count()).select_from(Preference)) or 0


def test_a_job_is_done_once_and_gives_its_file_to_its_owner_alone(shop: Flask, start: Start) -> None:
    def write(run: Run) -> None:
        rows = list(run.counted(iter("abc"), total=3, every=1))
        run.new_file(".txt").write_text(f"{run.args['number']} {''.join(rows)}")

    job = start(write)
    assert fresh(job).state == JobState.WAITING
    work_on()
    work_on()

    assert (fresh(job).state, job.done, job.total) == (JobState.DONE, 3, 3)
    assert files.find_path(folder_of(shop), job.file).read_text() == "7 abc"
    assert service.find_own(job.token, owner="staff:1").id == job.id
    with pytest.raises(NotFound):
        service.find_own(job.token, owner="staff:2")


def test_what_the_person_did_wrong_is_said_at_once_and_leaves_no_file(shop: Flask, start: Start) -> None:
    def refuse(run: Run) -> None:
        run.new_file(".txt").write_text("half")
        raise InputInvalid("第 3 行没有订单号")

    job = start(refuse)
    work_on()

    assert (fresh(job).state, job.error, job.file) == (JobState.FAILED, "第 3 行没有订单号", "")
    assert list(folder_of(shop).iterdir()) == []


def test_a_fault_of_ours_is_tried_again_and_given_up_in_the_end(
    shop: Flask, start: Start, advance: Advance
) -> None:
    tried: list[int] = []

    def break_down(run: Run) -> None:
        tried.append(1)
        raise ZeroDivisionError

    job = start(break_down)
    for _ in range(MOST_TRIES + 3):
        work_on()
        advance(timedelta(hours=2))

    assert len(tried) == MOST_TRIES
    assert fresh(job).state == JobState.FAILED
    assert job.error


def test_a_cancelled_job_stops_at_its_next_word(shop: Flask, start: Start) -> None:
    seen: list[int] = []

    def count(run: Run) -> None:
        run.new_file(".txt").write_text("half")
        for number in run.counted(iter(range(1, 100)), total=99, every=10):
            seen.append(number)
            if number == 15:
                assert service.cancel(service.find_own(job.token, owner="staff:1"))

    job = start(count)
    work_on()

    assert seen[-1] == 20
    assert (fresh(job).state, job.file) == (JobState.CANCELLED, "")
    assert list(folder_of(shop).iterdir()) == []
    assert not service.cancel(job)


def test_a_job_cancelled_before_it_began_is_never_begun(shop: Flask, start: Start) -> None:
    job = start(lambda run: pytest.fail("begun"))

    assert service.cancel(job)
    work_on()

    assert fresh(job).state == JobState.CANCELLED


def test_who_was_silent_longer_than_his_lease_keeps_nothing(
    shop: Flask, start: Start, advance: Advance
) -> None:
    turns: list[str] = []

    def keep_one(run: Run) -> None:
        turns.append(run.place)
        if len(turns) == 1:
            advance(LEASE * 2)
            work_on()  # another worker, which finishes it
        with transaction():
            keep_preference(f"turn {len(turns)}", {}, actor="")
            run.keep(1, 1, place="1")

    job = start(keep_one)
    work_on()

    assert turns == ["", ""]
    assert fresh(job).state == JobState.DONE
    assert count_kept() == 1


def test_a_long_job_keeps_its_lease_by_saying_how_far_it_is(
    shop: Flask, start: Start, advance: Advance
) -> None:
    turns: list[int] = []

    def plod(run: Run) -> None:
        turns.append(1)
        for number in range(5):
            advance(LEASE * 2 // 3)
            run.keep(number, 5)
            work_on()

    job = start(plod)
    work_on()

    assert turns == [1]
    assert fresh(job).state == JobState.DONE


def walk(run: Run) -> Iterator[int]:
    run.new_file(".txt").write_text("half")
    for number in range(int(run.place or 0), 6):
        with transaction():
            keep_preference(f"row {number}", {"by": os.getpid()}, actor="")
            run.keep(number + 1, 6, place=str(number + 1))
            yield number


def walk_and_die(run: Run) -> None:
    for number in walk(run):
        if number == 3:
            os.kill(os.getpid(), signal.SIGKILL)


def work_and_die() -> None:
    KINDS["sample"] = walk_and_die
    outbox.run_due(LONG_HANDLERS, lease=timedelta(seconds=0))


def test_kill_9_in_the_middle_of_a_row_neither_loses_nor_doubles_one(
    shop: Flask, settings: dict[str, Any], start: Start
) -> None:
    job = start(lambda run: [*walk(run)] and None)

    killed = start_in_shop(work_and_die, settings)
    killed.join()
    assert killed.exitcode == -signal.SIGKILL
    assert (fresh(job).state, job.done, job.place) == (JobState.RUNNING, 3, "3")

    work_on()
    assert (fresh(job).state, job.done) == (JobState.DONE, 6)
    by = [value["by"] for value in db.session.scalars(select(Preference.value).order_by(Preference.name))]
    assert [each == os.getpid() for each in by] == [False] * 3 + [True] * 3


@pytest.fixture
def upload() -> Iterator[BytesIO]:
    yield BytesIO(b"x" * 1000)


def test_an_upload_that_is_too_large_leaves_nothing_behind(tmp_path: Path, upload: BytesIO) -> None:
    with pytest.raises(InputInvalid):
        files.keep_upload(tmp_path, upload, most_bytes=999)

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["", "..", "../shop.db", "/etc/passwd", "a" * 43 + "/../x"])
def test_no_file_is_found_by_a_name_that_is_not_ours(tmp_path: Path, name: str) -> None:
    with pytest.raises(NotFound):
        files.find_path(tmp_path, name)


def test_files_go_after_a_week_and_jobs_after_a_season(shop: Flask, start: Start, advance: Advance) -> None:
    job = start(lambda run: run.new_file(".txt").write_text("x") and None)
    work_on()
    path = files.find_path(folder_of(shop), fresh(job).file)
    written = path.stat().st_mtime - 10**9  # long ago, as the clock of tests stands still
    os.utime(path, (written, written))

    advance(files.FILES_KEPT + LEASE)
    files.sweep(folder_of(shop))
    assert not path.exists()
    assert fresh(job).file == ""

    advance(files.JOBS_KEPT)
    files.sweep(folder_of(shop))
    assert service.list_own(owner="staff:1") == []
