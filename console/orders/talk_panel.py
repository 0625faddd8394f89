"""The part of an order's page where one talks with its buyer: how long WeChat lets us, and what can be sent."""

from collections.abc import Mapping

from app.catalog.service import list_on_sale
from app.conversations.desk import find_conversation, window_of
from app.conversations.models import Holder
from app.conversations.window import Closed, Window
from app.orders.models import Order
from console.frame.member import find_member_here, may
from console.frame.speaking import say_closed

LISTED_PRODUCTS = 30


def talk_panel(order: Order, names: Mapping[str, str]) -> dict[str, object]:
    """What the template needs. `held_by`: a colleague, or WeChat's own desk, who has to let go first."""
    if not may("console.order_talk.say"):
        return {"window": None}
    row, member = find_conversation(order.follower.openid), find_member_here()
    window = window_of(row) if row else Window(0, None, Closed.NEVER_WROTE)
    held_by = ""
    if row and row.state == Holder.PERSON and member and row.staff_id != member.id:
        held_by = names.get(f"staff:{row.staff_id}", "")
    return {
        "window": window,
        "conversation": row,
        "held_by": held_by,
        "is_at_wechats_desk": row is not None and row.state == Holder.WECHAT_DESK,
        "closed": None if window.is_open else say_closed(window),
        "products": list_on_sale()[:LISTED_PRODUCTS] if window.is_open else [],
    }
