"""The cookie by which a browser is known again in which somebody has logged in before.

It opens nothing. It keeps strangers' guesses from locking him out (`app/staff/tries.py`).
"""

from flask import current_app, request
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.wrappers import Response

from app.core.ids import new_code
from app.staff.clients import Client

COOKIE = "xiaopu_device"
PATH = "/console/login"
YEAR_SECONDS = 365 * 24 * 3600


def client_here() -> Client:
    """Where this request comes from."""
    staff_id, device = _read()
    return Client(request.remote_addr or "", request.user_agent.string, device, staff_id)


def remember(response: Response, staff_id: int) -> Response:
    """After a login that succeeded. Who had logged in here before keeps his device."""
    known = client_here().device_for(staff_id)
    response.set_cookie(
        COOKIE,
        _signer().dumps([staff_id, known or new_code(12)]),
        max_age=YEAR_SECONDS,
        path=PATH,
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )
    return response


def _read() -> tuple[int, str]:
    try:
        staff_id, device = _signer().loads(request.cookies.get(COOKIE, ""))
    except BadSignature:
        return 0, ""
    return staff_id, device


def _signer() -> URLSafeSerializer:
    keys = [
        *reversed(current_app.config["SECRET_KEYS_BEFORE"]),
        current_app.config["SECRET_KEY"],
    ]  # last one signs
    return URLSafeSerializer(keys, salt="device of console staff")
