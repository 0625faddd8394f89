"""Workers of the shop as processes of their own, so that they can be killed, and what they use."""

import logging
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from flask import Flask

from app.broadcasts.automatic.running import run_rules
from app.broadcasts.fanout import fan_out
from app.broadcasts.notices.clearing import clear_up_notices
from app.broadcasts.unclear import clear_up
from app.conversations.settling import settle_due
from app.core import outbox
from app.core.db import db
from app.tasks import HANDLERS
from app.wechat.account import get_account
from bench.broadcasts.shop import build

logger = logging.getLogger(__name__)

CLEAR_UP_EVERY = 5.0  # seconds; the shop's worker looks once a minute
HEAR_EVERY = 1.0
RULES_SECONDS = 2.0  # of such a turn, for people who are due by themselves


def work(folder: Path, database: str, api_base: str, per_second: int) -> None:
    """Be one, until killed."""
    app = build(folder, database, api_base, per_second)
    threading.Thread(target=fan_out, args=(app, threading.Event()), daemon=True).start()
    threading.Thread(target=hear, args=(app,), daemon=True).start()
    while True:
        time.sleep(CLEAR_UP_EVERY)
        with app.app_context():
            try:
                run_rules(RULES_SECONDS)
                clear_up(get_account().client)
                clear_up_notices()
            except Exception:  # as the timetable of the shop's worker does
                db.session.rollback()
                logger.exception("what is unclear waits")


def hear(app: Flask) -> None:
    """Settle what WeChat pushed to the web process, and do what follows from it."""
    while True:
        time.sleep(HEAR_EVERY)
        with app.app_context():
            try:
                settle_due()
                while outbox.run_due(HANDLERS, lease=timedelta(seconds=app.config["OUTBOX_LEASE_SECONDS"])):
                    pass
            except Exception:
                db.session.rollback()
                logger.exception("events wait")


@dataclass
class Crew:
    """So many workers at a time; whoever is killed is replaced."""

    folder: Path
    database: str
    api_base: str
    per_second: int
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)
    kills: int = 0
    peak_kb: int = 0

    def hire(self, number: int) -> None:
        """Start so many."""
        command = [sys.executable, "-m", "bench.broadcasts", "--work", str(self.folder), self.database]
        command += [self.api_base, str(self.per_second)]
        self.processes += [subprocess.Popen(command) for _ in range(number)]

    def kill_one(self) -> None:
        """kill -9 of the one that has been there longest; a new one takes its place."""
        victim = self.processes.pop(0)
        victim.kill()
        victim.wait()
        self.kills += 1
        self.hire(1)

    def look(self) -> None:
        """Note the largest memory any of them has had."""
        for process in self.processes:
            lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
            peak = next((int(line.split()[1]) for line in lines if line.startswith("VmHWM")), 0)
            self.peak_kb = max(self.peak_kb, peak)

    def dismiss(self) -> None:
        for process in self.processes:
            process.kill()
            process.wait()
