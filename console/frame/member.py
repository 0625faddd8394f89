"""Who is logged in on this request: the token in the staff cookie, looked up once."""

from flask import abort, g, session

from app.staff.sessions import StaffMember, find_member

TOKEN = "staff_token"  # noqa: S105 - the name of a key in the session


def load_member() -> None:
    """Look the cookie's token up; a dead one is taken out of the cookie."""
    token = session.get(TOKEN)
    g.staff_member = find_member(token) if isinstance(token, str) else None
    if token is not None and g.staff_member is None:
        session.pop(TOKEN)


def find_member_here() -> StaffMember | None:
    """Who asks; None before login, and on an error page when it broke before anybody was looked up."""
    return g.get("staff_member")


def get_member_here() -> StaffMember:
    """Who asks, on pages behind the guard."""
    return find_member_here() or abort(401)
