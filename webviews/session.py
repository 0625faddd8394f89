"""Who is browsing: a follower, a snapshot visitor or a stranger; with his cart and his entrance."""

from flask import g, request, session

from app.carts import service as carts
from app.core import clock, ids
from app.entrances import service as entrances
from app.followers import service as followers
from app.followers.models import Follower

ENTRANCE_SECONDS = 7 * 24 * 3600
SAME_VISIT_SECONDS = 30 * 60  # coming in again by the same link is a reload, a login, the back button
SNAPSHOT_SECONDS = 10 * 60
KEPT_AT_LOGIN = ("entrance", "logins", "mark_of_visits")


def find_follower() -> Follower | None:
    """The follower who is logged in, if somebody is."""
    if "follower" not in g:
        number = session.get("follower")
        g.follower = followers.find_by_id(number) if isinstance(number, int) else None
    return g.follower  # type: ignore[no-any-return]


def get_follower() -> Follower:
    """The follower who is logged in; only behind `follower_only`."""
    follower = find_follower()
    if follower is None:
        raise RuntimeError("a page that needs a follower is not guarded")
    return follower


def log_in(follower: Follower) -> None:
    """Begin a new session for this follower. Of the old one stay the cart, the entrance and other logins."""
    visitor = session.get("visitor")
    kept = {name: session[name] for name in KEPT_AT_LOGIN if name in session}
    session.clear()
    session.permanent = True
    session.update(kept, follower=follower.id, mark=ids.new_code())
    if visitor:
        carts.merge(f"visitor:{visitor}", f"follower:{follower.id}")
    g.pop("follower", None)


def cart_owner() -> str:
    """Whose cart this is; a stranger gets a random mark of his own."""
    if follower := find_follower():
        return f"follower:{follower.id}"
    if "visitor" not in session:
        session["visitor"], session.permanent = ids.new_token(), True
    return f"visitor:{session['visitor']}"


def count_cart() -> int:
    """How many lines the cart has, without making one."""
    if find_follower() is None and "visitor" not in session:
        return 0
    return carts.count_lines(cart_owner())


def is_wechat() -> bool:
    """Whether the page is open in WeChat's own browser."""
    return "micromessenger" in request.headers.get("User-Agent", "").lower()


def mark_snapshot() -> None:
    """Remember that WeChat shows this visitor a snapshot: he may look, and is stored nowhere."""
    session["snapshot_at"] = int(clock.now().timestamp())


def is_snapshot() -> bool:
    """Whether WeChat said a moment ago that this is a snapshot visitor."""
    age = clock.now().timestamp() - session.get("snapshot_at", 0)
    return find_follower() is None and age < SNAPSHOT_SECONDS


def remember_entrance(code: str) -> int | None:
    """Keep the entrance a link names: the last known one wins, a code nobody made changes nothing.

    Returns the entrance's number when this begins a visit.
    """
    entrance = entrances.find_by_code(code)
    if entrance is None:
        return None
    now = int(clock.now().timestamp())
    before, at = session.get("entrance", ("", 0))
    session["entrance"], session.permanent = [code, now], True
    return None if before == code and now - at < SAME_VISIT_SECONDS else entrance.id


def mark_of_visits() -> str:
    """A random mark by which visits of this browser are told from others'; it belongs to nobody's name."""
    if "mark_of_visits" not in session:
        session["mark_of_visits"] = ids.new_code(12)
    return str(session["mark_of_visits"])


def entrance_code() -> str:
    """The entrance this visit came by, or an empty string when that is too long ago."""
    code, at = session.get("entrance", ("", 0))
    return code if clock.now().timestamp() - at < ENTRANCE_SECONDS else ""


def find_entrance_id() -> int | None:
    """The number of that entrance, as an order keeps it."""
    entrance = entrances.find_by_code(code) if (code := entrance_code()) else None
    return entrance.id if entrance else None
