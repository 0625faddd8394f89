"""A merchant's browser: logs in to the console, fills in forms with their tokens."""

from secrets import token_hex

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from werkzeug.test import TestResponse

from app.core.db import transaction
from app.staff import passwords
from app.staff.models import StaffRole, StaffUser
from app.staff.service import find_usernames

PASSWORD = "spring-tea-2026"


def make_hashes_quick(patch: pytest.MonkeyPatch) -> None:
    """Hashes that cost nothing, for tests that are about something else."""
    patch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    patch.setattr(passwords, "_NOBODY", passwords.hash_password("nobody knows"))


def make_staff(
    username: str = "owner", *, password: str = PASSWORD, is_active: bool = True, role: str = "owner"
) -> int:
    """A console user; returns his id."""
    with transaction() as session:
        row = StaffUser(
            username=username,
            password_hash=passwords.hash_password(password),
            is_active=is_active,
            role=role,
        )
        session.add(row)
        session.flush()
        return row.id


class Console:
    """One browser with its own cookies, in the language given; `log_in` first for all but the login page."""

    def __init__(self, app: Flask, *, language: str = "zh") -> None:
        self.client: FlaskClient = app.test_client()
        self.client.set_cookie("lang", language)
        self.client.environ_base["HTTP_REFERER"] = "https://localhost/console/"  # as browsers send it

    def get(self, path: str) -> TestResponse:
        """Open a page; `path` is below /console."""
        return self.client.get(f"/console{path}", buffered=True)  # read to the end, so that files are closed

    def text(self, path: str) -> str:
        """The page's HTML; it must be there."""
        answer = self.get(path)
        assert answer.status_code == 200, answer.status
        return answer.get_data(as_text=True)

    def post(self, path: str, **fields: str) -> TestResponse:
        """Send a form with the token of a page this browser can see."""
        fields.setdefault("csrf_token", self.token())
        return self.client.post(f"/console{path}", data=fields)

    def token(self) -> str:
        """The token that the forms of this session carry now; made as the pages make it, without opening one."""
        with self.client.session_transaction("/console/") as session:
            raw = session.setdefault("csrf_token", token_hex(20))
        return str(URLSafeTimedSerializer(self.client.application.secret_key, "wtf-csrf-token").dumps(raw))

    def log_in(self, username: str = "owner", password: str = PASSWORD, **fields: str) -> TestResponse:
        """Send the login form."""
        return self.post("/login", username=username, password=password, **fields)

    def is_in(self) -> bool:
        """Whether the overview opens."""
        return self.get("/").status_code == 200


def make_role(*rights: str, name: str = "仓库", limit_fen: int = 0) -> str:
    """A role of the merchant's own; returns its key."""
    with transaction() as session:
        row = StaffRole(key=f"own-{name}", name=name, rights=list(rights), refund_limit_fen=limit_fen)
        session.add(row)
        return row.key


def open_console(app: Flask, username: str = "owner", *, role: str = "owner", **browser: str) -> Console:
    """The browser of a user who has just logged in; the user is made when he is missing."""
    with app.app_context():
        if username not in find_usernames().values():
            make_staff(username, role=role)
    console = Console(app, **browser)
    assert console.log_in(username).status_code == 302
    return console
