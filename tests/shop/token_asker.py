"""Processes that all ask for the token at an agreed moment; test_tokens.py starts this file.

It forks with the shop made, but without a thread or a connection, so that eight processes cost the start of one.
"""

import json
import multiprocessing
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from typing import Any

from flask import Flask

from app import create_app
from app.wechat.account import get_account

shop: Flask  # made before the processes are


def ask(task: dict[str, Any]) -> str:
    """In a process of its own: wait for the moment, call WeChat; returns its token."""
    with shop.app_context():
        client = get_account().client
        time.sleep(max(0.0, task["start_at"] - time.time()))
        if task["refused"]:
            client.token.replace(task["refused"])
        client.get("getcallbackip")
        return client.access_token


def main() -> None:
    """Read the task from standard input, print the tokens as JSON."""
    global shop
    task = json.load(sys.stdin)
    shop = create_app(task.pop("settings"))
    count = task["processes"]
    task["start_at"] = time.time() + task["head_start_seconds"]
    with ProcessPoolExecutor(count, mp_context=multiprocessing.get_context("fork")) as pool:
        sys.stdout.write(json.dumps(list(pool.map(ask, [task] * count))))


if __name__ == "__main__":
    main()
