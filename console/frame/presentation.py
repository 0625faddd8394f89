"""What every console template may use: who is logged in, the navigation, words for states and moments.

Words of one subject alone stay with it: its pages pass them on, or `console/door.py` offers them.
"""

from collections.abc import Callable
from functools import cache
from hashlib import sha256
from pathlib import Path

from flask import request, url_for
from flask_babel import get_locale

from app.alerts.service import count_open
from app.conversations.lists import count_waiting
from app.followers import names
from app.staff.sessions import StaffMember
from console.frame import entrance_labels, masks, moments, state_labels
from console.frame.member import find_member_here
from console.frame.navigation import NavigationSection, navigation

STATIC = Path(__file__).parent.parent / "static"


def offer() -> dict[str, object]:
    """The context of each template of this door."""
    member = find_member_here()
    return {
        "member": member,
        "navigation": _navigation(member),
        "language": str(get_locale() or "zh")[:2],
        "here": request.full_path.rstrip("?") if request.method == "GET" else "",
        "static_url": static_url,
        **_words(),
    }


def static_url(name: str) -> str:
    """The address of a static file; its version changes with its content, so it may be cached for long."""
    file = STATIC / name
    changed_at = file.stat().st_mtime_ns if file.is_file() else 0
    return url_for("console.static", filename=name, v=_version(file, changed_at))


def _words() -> dict[str, Callable[..., str]]:
    return {
        "moment": moments.moment,
        "full_moment": moments.full_moment,
        "short_moment": moments.short_moment,
        "entrance_label": entrance_labels.entrance_label,
        "kind_label": entrance_labels.kind_label,
        "state_label": state_labels.state_label,
        "state_colour": state_labels.state_colour,
        "mask_name": masks.mask_name,
        "mask_phone": masks.mask_phone,
        "short_openid": masks.short_openid,
        "follower_name": names.name_of,
        "follower_initial": names.initial_of,
        "tame": names.tame,
    }


def _navigation(member: StaffMember | None) -> list[NavigationSection]:
    return navigation({"alerts": count_open(), "desk": count_waiting()}) if member is not None else []


@cache
def _version(file: Path, changed_at: int) -> str:
    return sha256(file.read_bytes()).hexdigest()[:12] if changed_at else "none"
