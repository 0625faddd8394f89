"""Messages as the shop keeps them."""

from app.conversations.models import Direction, Message
from app.core import clock
from app.core.db import transaction
from tests.pushes import OPENID


def make_message(words: str, **values: object) -> Message:
    """What a follower wrote just now and no rule met; `values` say what is different."""
    usual = {
        "at": clock.now(),
        "openid": OPENID,
        "direction": Direction.IN,
        "kind": "text",
        "content": words,
        "payload": "",
        "answered_by": "fallback",
    }
    with transaction() as session:
        row = Message(**usual | values)
        session.add(row)
        session.flush()
        return row
