"""The background process: answers the bell and keeps the timetable until it is told to stop."""

import logging
import threading

from flask import Flask
from huey.consumer import Consumer

from app.broadcasts.fanout import fan_out
from app.core.bell import Bell
from app.tasks import run_long_jobs, run_timetable

logger = logging.getLogger(__name__)

LONGEST_WAIT_SECONDS = 0.5  # how late a ring may be heard


def run_worker(app: Flask) -> None:
    """Work until SIGINT or SIGTERM; what is under way is finished or found again by the next sweep."""
    stop = threading.Event()
    bell: Bell = app.extensions["bell"]
    consumer = Consumer(bell.huey, workers=1, periodic=False, max_delay=LONGEST_WAIT_SECONDS)
    threads = [
        threading.Thread(target=work, args=(app, stop), name=work.__name__, daemon=True)
        for work in (run_timetable, run_long_jobs, fan_out)
    ]
    for thread in threads:
        thread.start()
    logger.info("worker started")
    consumer.run()
    stop.set()
    for thread in threads:
        thread.join(timeout=5)
    logger.info("worker stopped")
