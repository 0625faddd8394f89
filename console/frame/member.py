"""Who is logged in on this request, and what he may do: the token in the staff cookie, looked up once."""

from flask import abort, g, session

from app.staff.roles import Role, get_role
from app.staff.sessions import StaffMember, find_member

TOKEN = "staff_token"  # noqa: S105 - the name of a key in the session


def load_member() -> None:
    """Look the cookie's token up; a dead one is taken out of the cookie."""
    token = session.get(TOKEN)
    g.staff_member = find_member(token) if isinstance(token, str) else None
    g.staff_role = get_role(g.staff_member.role) if g.staff_member else None
    if token is not None and g.staff_member is None:
        session.pop(TOKEN)


def find_member_here() -> StaffMember | None:
    """Who asks; None before login, and on an error page when it broke before anybody was looked up."""
    return g.get("staff_member")


def get_member_here() -> StaffMember:
    """Who asks, on pages behind the guard."""
    return find_member_here() or abort(401)


def find_role_here() -> Role | None:
    """What who asks may do; None before login."""
    return g.get("staff_role")


def may(endpoint: str) -> bool:
    """Whether who asks may do what is behind this endpoint; what every template may ask, too."""
    role = find_role_here()
    return role is not None and role.may_open(endpoint)
