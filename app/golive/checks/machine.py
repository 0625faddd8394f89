"""The machine the shop runs on: background work, disk, database."""

import shutil
import time
from datetime import timedelta
from pathlib import Path

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError

from app.core import clock
from app.core.db import db, transaction
from app.core.marks import touch
from app.core.outbox import OutboxJob
from app.core.timetable import TimetableRun
from app.golive.checks.contract import Check, Finding, Group, Surroundings, fail, ok, warn

SILENT_AFTER = timedelta(seconds=60)
SPARE = timedelta(seconds=60)  # a line of the timetable may wait for the one before it
BACKLOG_AFTER = timedelta(minutes=5)
MIB = 1024 * 1024
LITTLE_DISK_MIB, NO_DISK_MIB = 1024, 200
LARGE_WAL_MIB = 256
SLOW_WRITE_MS = 1000


def _look_at_worker(around: Surroundings) -> Finding:
    rows = db.session.execute(select(TimetableRun.name, TimetableRun.started_at)).all()
    started = {name: started_at for name, started_at in rows}  # noqa: C416 - rows are no pairs to mypy
    now = clock.now()
    if not started:
        return fail("never")
    pulse = max(started.values())
    if now - pulse > SILENT_AFTER:
        return fail("silent", when=pulse.isoformat())
    late = [
        name
        for name, every in around.timetable.items()
        if name not in started or now - started[name] > every * 2 + SPARE
    ]
    return warn("late", names=", ".join(late)) if late else ok("alive", number=len(around.timetable))


def _look_at_jobs(_around: Surroundings) -> Finding:
    open_jobs = OutboxJob.done_at.is_(None)
    waiting = (OutboxJob.due_at < clock.now() - BACKLOG_AFTER) & OutboxJob.given_up_at.is_(None)
    count = select(func.count()).select_from(OutboxJob)
    backlog = db.session.scalar(count.where(open_jobs, waiting)) or 0
    given_up = db.session.scalar(count.where(open_jobs, OutboxJob.given_up_at.is_not(None))) or 0
    if backlog:
        return fail("backlog", number=backlog)
    return warn("given_up", number=given_up) if given_up else ok("none")


def _look_at_disk(around: Surroundings) -> Finding:
    free = shutil.disk_usage(around.config["DATA_DIR"]).free // MIB
    says = {"free": free, "folder": str(around.config["DATA_DIR"])}
    if free < NO_DISK_MIB:
        return fail("full", **says)
    return warn("little", **says) if free < LITTLE_DISK_MIB else ok("enough", **says)


def _look_at_tables(_around: Surroundings) -> Finding:
    folder = current_app.extensions["migrate"].directory
    newest = ScriptDirectory(folder).get_current_head()
    with db.engine.connect() as connection:
        present = MigrationContext.configure(connection).get_current_revision()
    if present == newest:
        return ok("newest", revision=present)
    return fail("old", present=present or "-", newest=newest or "-")


def _look_at_writing(_around: Surroundings) -> Finding:
    began = time.monotonic()
    try:
        with transaction() as session:
            touch(session, "doctor")
    except SQLAlchemyError:
        return fail("refused_write")
    ms = int((time.monotonic() - began) * 1000)
    size, wal = _sizes()
    says = {"ms": ms, "size": size, "wal": wal}
    if ms > SLOW_WRITE_MS:
        return warn("slow_write", **says)
    return warn("large_wal", **says) if wal > LARGE_WAL_MIB else ok("writes", **says)


def _sizes() -> tuple[int, int]:
    """Of the database and of SQLite's log beside it, in MiB."""
    if db.engine.dialect.name != "sqlite":
        return int(db.session.scalar(text("SELECT pg_database_size(current_database())")) or 0) // MIB, 0
    file = Path(db.engine.url.database or "")
    return tuple(each.stat().st_size // MIB if each.exists() else 0 for each in (file, Path(f"{file}-wal")))  # type: ignore[return-value]


CHECKS = (
    Check(
        name="worker",
        group=Group.MACHINE,
        title=_l("后台进程"),
        meaning=_l("查单、关单、发通知、取证书都由后台进程按时间表做。"),
        place=_l("服务器：运行 flask worker，并让它随机器启动"),
        says={
            "alive": _l("在跑，时间表上的 %(number)s 件事都按时"),
            "late": _l("在跑，但这些事没有按时做：%(names)s；看看它的日志"),
            "silent": _l("从 %(when)s 起没有动静：请重新启动后台进程"),
            "never": _l("从来没有跑过：请启动后台进程 flask worker"),
        },
        look=_look_at_worker,
    ),
    Check(
        name="jobs",
        group=Group.MACHINE,
        title=_l("后台任务"),
        meaning=_l("通知粉丝、补发消息这类事先记下来再做，积压说明做不过来。"),
        place=_l("服务器：看后台进程的日志"),
        says={
            "none": _l("没有积压"),
            "backlog": _l("有 %(number)s 件事等了五分钟以上"),
            "given_up": _l("有 %(number)s 件事多次失败已放弃，见“告警”"),
        },
        look=_look_at_jobs,
    ),
    Check(
        name="disk",
        group=Group.MACHINE,
        title=_l("磁盘"),
        meaning=_l("订单、图片、日志都写在这里，满了就停业。"),
        place=_l("服务器：清理或扩容"),
        says={
            "enough": _l("还剩 %(free)s MB"),
            "little": _l("只剩 %(free)s MB（%(folder)s），请尽快清理或扩容"),
            "full": _l("几乎满了，只剩 %(free)s MB（%(folder)s）"),
        },
        look=_look_at_disk,
    ),
    Check(
        name="tables",
        group=Group.MACHINE,
        title=_l("数据库结构"),
        meaning=_l("程序升级后，表也要跟上。"),
        place=_l("服务器：flask db upgrade"),
        says={
            "newest": _l("是最新的（%(revision)s）"),
            "old": _l("是 %(present)s，程序要的是 %(newest)s：运行 flask db upgrade"),
        },
        look=_look_at_tables,
    ),
    Check(
        name="database",
        group=Group.MACHINE,
        title=_l("数据库读写"),
        meaning=_l("真的写了一次，看要多久。"),
        place=_l("服务器：磁盘和数据库"),
        says={
            "writes": _l("写一次 %(ms)s 毫秒，共 %(size)s MB"),
            "slow_write": _l("写一次要 %(ms)s 毫秒，太慢：看看磁盘和别的大任务"),
            "large_wal": _l("预写日志有 %(wal)s MB：有长时间不结束的读取，重启一次会合并"),
            "refused_write": _l("写不进去：看看磁盘空间和数据库的权限"),
        },
        look=_look_at_writing,
    ),
)
