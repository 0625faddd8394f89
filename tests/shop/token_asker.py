"""Processes that all ask for the token at an agreed moment, forked with the shop made but without a connection."""

import multiprocessing
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


def ask_all(settings: dict[str, Any], refused: str, processes: int, head_start_seconds: float) -> list[str]:
    """In one process more: start them; returns their tokens."""
    global shop
    shop = create_app(settings)
    task = {"refused": refused, "start_at": time.time() + head_start_seconds}
    with ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("fork")) as pool:
        return list(pool.map(ask, [task] * processes))
