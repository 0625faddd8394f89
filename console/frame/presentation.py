"""What every console template may use: who is logged in, the navigation, words for states and moments.

Words of one subject alone stay with it: its pages pass them on, or `console/door.py` offers them.
"""

from collections.abc import Callable
from pathlib import Path

from flask import current_app, request
from flask_babel import get_locale

from app.alerts.service import count_open
from app.complaints.listing import count_waiting as count_complaints
from app.conversations.lists import count_waiting
from app.core.static_files import StaticFiles
from app.followers import names
from app.payments.refunds.listing import count_to_act
from app.reconciliation.listing import count_open as count_differences
from app.staff.rights import get_catalogue
from app.staff.sessions import StaffMember
from app.words.face import load_face
from console.frame import entrance_labels, masks, moments, refund_labels, state_labels
from console.frame.member import find_member_here, may
from console.frame.navigation import NavigationSection, navigation
from console.frame.page_help import find_help

static_files = StaticFiles("console.static", Path(__file__).parents[1] / "static")


def offer() -> dict[str, object]:
    """The context of each template of this door."""
    member = find_member_here()
    return {
        "member": member,
        "shop_name": load_face(current_app.config["SHOP_NAME"]).name,
        "may": may,
        "navigation": _navigation(member),
        "language": str(get_locale() or "zh")[:2],
        "here": request.full_path.rstrip("?") if request.method == "GET" else "",
        "static_url": static_files.address,
        "page_help": find_help,
        "refund_colours": refund_labels.REFUND_COLOURS,
        **_words(),
    }


def _words() -> dict[str, Callable[..., str]]:
    return {
        "moment": moments.moment,
        "full_moment": moments.full_moment,
        "short_moment": moments.short_moment,
        "entrance_label": entrance_labels.entrance_label,
        "kind_label": entrance_labels.kind_label,
        "state_label": state_labels.state_label,
        "refund_label": refund_labels.refund_label,
        "order_label": state_labels.order_label,
        "state_colour": state_labels.state_colour,
        "mask_name": masks.mask_name,
        "mask_phone": masks.mask_phone,
        "short_openid": masks.short_openid,
        "follower_name": names.name_of,
        "follower_initial": names.initial_of,
        "tame": names.tame,
    }


def find_first_page() -> str:
    """Where a person begins who may not see the overview: the first entry that is his and not for all; or empty."""
    entries = (entry.endpoint for section in navigation({}, may) for entry in section.entries)
    return next((endpoint for endpoint in entries if endpoint not in get_catalogue().free), "")


def _navigation(member: StaffMember | None) -> list[NavigationSection]:
    if member is None:
        return []
    waiting = {
        "alerts": count_open(),
        "desk": count_waiting(),
        "bills": count_differences(),
        "complaints": count_complaints(),
        "refunds": count_to_act(),
    }
    return navigation(waiting, may)
