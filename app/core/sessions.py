"""One signed cookie for followers and another for staff, so that neither login can touch the other."""

from flask import Flask, request
from flask.sessions import SecureCookieSessionInterface

CONSOLE = "/console"
SHOP = "/shop"


class DoorSessions(SecureCookieSessionInterface):
    """Name and path of the cookie follow from the door the request came through."""

    def get_cookie_name(self, app: Flask) -> str:
        """`xiaopu_staff` below /console, `xiaopu_follower` everywhere else."""
        return "xiaopu_staff" if request.path.startswith(CONSOLE) else "xiaopu_follower"

    def get_cookie_path(self, app: Flask) -> str:
        """The door's own path: the cookie is not even sent to the other one."""
        return CONSOLE if request.path.startswith(CONSOLE) else SHOP


def set_up_sessions(app: Flask) -> None:
    """Install the cookies; Secure whenever the public address is https."""
    app.session_interface = DoorSessions()
    app.config.update(
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=app.config["BASE_URL"].startswith("https://"),
        PERMANENT_SESSION_LIFETIME=30 * 24 * 3600,
        WTF_CSRF_TIME_LIMIT=None,  # a form may lie open for hours; its token ends with the session
    )
