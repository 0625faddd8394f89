"""What was typed survives a session that ran out in the meantime."""

import re

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from app.core.db import db
from app.core.live_settings import read_live
from app.staff.models import StaffSession
from tests.staff import Console, open_console

FORM = {"MESSAGE_DAYS": "365", "was_MESSAGE_DAYS": "730"}


def log_out_everywhere(app: Flask) -> None:
    with app.app_context():
        db.session.query(StaffSession).delete()
        db.session.commit()


def fields_of(page: TestResponse) -> dict[str, str]:
    """The form of the page as a browser would send it."""
    text = page.get_data(as_text=True)
    hidden = dict(re.findall(r'<textarea name="([^"]+)" hidden>([^<]*)</textarea>', text))
    found = re.search(r'name="csrf_token" value="([^"]*)"', text)
    return {**hidden, "csrf_token": found[1] if found else ""}


def send(console: Console, fields: dict[str, str], **headers: str) -> TestResponse:
    return console.client.post("/console/settings/", data=fields, headers=headers)


def other_settings(app: Flask) -> dict[str, str]:
    names = ("ORDER_TTL_SECONDS", "SHIPPING_FEE_FEN", "SHIPPING_FREE_FROM_FEN", "MESSAGE_PAYLOAD_DAYS")
    return dict.fromkeys(names, "1") | {f"was_{name}": "1" for name in names}


def test_a_form_is_kept_and_sent_again_after_logging_in(app: Flask) -> None:
    console = open_console(app)
    typed = {**FORM, **other_settings(app), "csrf_token": console.token()}
    log_out_everywhere(app)

    ended = send(console, typed)
    assert ended.status_code == 401
    assert "您填的内容还在" in ended.get_data(as_text=True)
    console.log_in()
    asked = send(console, fields_of(ended))
    assert asked.status_code == 400
    done = send(console, fields_of(asked))

    assert done.status_code == 302
    with app.app_context():
        assert read_live("MESSAGE_DAYS", app.config) == 365


def test_what_was_typed_is_harmless_on_that_page(app: Flask) -> None:
    console = open_console(app)

    page = send(console, {"note": "</textarea><script>alert(1)</script>\n第二行"}).get_data(as_text=True)

    assert "<script>alert" not in page
    assert "&lt;/textarea&gt;" in page


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example.cn", "Referer": "https://evil.example.cn/"},
        {"Origin": "https://localhost.evil.cn"},
        {"X-Requested-With": "fetch"},
    ],
)
def test_a_foreign_form_is_not_kept(app: Flask, headers: dict[str, str]) -> None:
    console = open_console(app)

    page = send(console, FORM, **headers)

    assert page.status_code == 400
    assert "您填的内容还在" not in page.get_data(as_text=True)


def test_a_password_is_not_written_into_a_page(app: Flask) -> None:
    console = open_console(app)

    for path, field in (("account/password", "new"), ("login", "password"), ("settings/", "a_password")):
        page = console.client.post(f"/console/{path}", data={field: "a-secret-password"})

        assert page.status_code == 400
        assert "a-secret-password" not in page.get_data(as_text=True)
