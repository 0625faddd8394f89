"""Doing several things at the very same instant."""

import threading
from collections.abc import Callable

from flask import Flask

from app.core.db import db


def run_in_threads(app: Flask, calls: list[Callable[[], bool]]) -> list[bool]:
    """Do all calls at the same instant, each with a session of its own."""
    gate, results = threading.Barrier(len(calls)), [False] * len(calls)

    def run(index: int) -> None:
        gate.wait()
        with app.app_context():
            results[index] = calls[index]()

    threads = [threading.Thread(target=run, args=(index,)) for index in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.rollback()  # the caller's own session shall see what they wrote
    return results
