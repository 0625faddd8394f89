"""What may be read on a screen is marked in the one table of settings; whatever is not marked stays hidden."""

import re

import pytest
from flask import Flask

from config import SETTINGS, Setting
from tests.staff import make_hashes_quick, open_console

# Secrets, and addresses that may hold a password or a robot's key.
SECRET = re.compile(r"KEY$|KEY_OLD$|KEYS_BEFORE$|SECRET|TOKEN|PASSWORD|_URL$")
NO_SECRET = {"BASE_URL"}
NEEDED_TO_ANSWER = {"SECRET_KEY", "BASE_URL"}


def test_what_nobody_marked_is_hidden() -> None:
    assert not Setting("ANYTHING", str, "", "new, and nobody thought about it").is_shown


def test_no_name_of_a_secret_is_marked() -> None:
    secret = {each.name for each in SETTINGS if SECRET.search(each.name)} - NO_SECRET
    marked = {each.name for each in SETTINGS if each.is_shown}

    assert {"SECRET_KEY", "SECRET_KEYS_BEFORE", "DATABASE_URL", "WECHAT_TOKEN", "ALERT_SMTP_URL"} <= secret
    assert secret & marked == set()


def test_the_console_shows_what_is_marked_and_nothing_else(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_hashes_quick(monkeypatch)
    console = open_console(app)
    texts = [
        each
        for each in SETTINGS
        if isinstance(app.config[each.name], str) and each.name not in NEEDED_TO_ANSWER
    ]
    for each in texts:
        app.config[each.name] = f"said-{each.name}!"

    page = console.text("/settings/")

    assert len(texts) > 20
    assert {each.name for each in texts if f"said-{each.name}!" in page} == {
        each.name for each in texts if each.is_shown
    }
    assert app.config["SECRET_KEY"] not in page
