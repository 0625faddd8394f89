"""Long jobs in the console: their page, their bar, their file, and nobody else's eyes on them."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from app.core import outbox
from app.core.long_jobs import service
from app.core.long_jobs.running import KINDS, Run
from app.staff.service import find_usernames
from app.tasks import LONG_HANDLERS
from tests.staff import Console, open_console

TITLE = "导出 <b>订单</b>"


@pytest.fixture
def begin(app: Flask, console: Console, monkeypatch: pytest.MonkeyPatch) -> Callable[[], str]:
    """Start a job of the owner's; returns its token."""

    def write(run: Run) -> None:
        run.new_file(".csv").write_text("a,b")
        run.keep(2, 2, report=[{"place": "A2", "tone": "red", "result": "没改", "words": "<i>=1+1</i>"}])

    monkeypatch.setitem(KINDS, "sample", write)

    def start() -> str:
        with app.app_context():
            owner = next(actor for actor, name in find_usernames().items() if name == "owner")
            return service.start("sample", owner=owner, title=TITLE, file_name="订单.csv").token

    return start


def work_on(app: Flask) -> None:
    with app.app_context():
        outbox.run_due(LONG_HANDLERS, lease=timedelta(seconds=60))


def test_a_job_is_watched_and_its_file_taken_away(
    app: Flask, console: Console, begin: Callable[[], str]
) -> None:
    token = begin()
    waiting = console.text(f"/jobs/{token}")
    assert f'data-job="/console/jobs/{token}/fragment"' in waiting
    assert "<b>" not in waiting

    work_on(app)

    part = console.text(f"/jobs/{token}/fragment")
    assert "data-job" not in part
    assert "<i>" not in part
    assert "A2" in part
    answer = console.get(f"/jobs/{token}/file")
    assert answer.get_data(as_text=True) == "a,b"
    assert "filename*=UTF-8''%E8%AE%A2%E5%8D%95.csv" in answer.headers["Content-Disposition"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert token in console.text("/jobs/")


def test_a_job_can_be_cancelled_and_then_has_no_file(
    app: Flask, console: Console, begin: Callable[[], str]
) -> None:
    token = begin()

    console.post(f"/jobs/{token}/cancel")
    work_on(app)

    assert "已取消" in console.text(f"/jobs/{token}")
    assert console.get(f"/jobs/{token}/file").status_code == 404


def test_nobody_else_gets_at_a_job(app: Flask, console: Console, begin: Callable[[], str]) -> None:
    token = begin()
    work_on(app)
    other = open_console(app, "colleague")

    for path in (f"/jobs/{token}", f"/jobs/{token}/fragment", f"/jobs/{token}/file"):
        assert other.get(path).status_code == 404, path
    assert other.post(f"/jobs/{token}/cancel").status_code == 404
    assert token not in other.text("/jobs/")
    assert console.get(f"/jobs/{token}/file").status_code == 200
