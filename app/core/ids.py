"""Numbers of ours: for people, for gateways, for links. Random, so that none can be guessed from another."""

import secrets

from app.core import clock

UNAMBIGUOUS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


def new_order_no() -> str:
    """For people to read out: Beijing date and ten random digits, 18 digits."""
    return f"{clock.today():%Y%m%d}{secrets.randbelow(10**10):010d}"


def new_out_trade_no() -> str:
    """For WeChat, one per payment attempt: 28 of the characters it allows (its limit is 32)."""
    moment = clock.now().astimezone(clock.BEIJING)
    return f"XP{moment:%Y%m%d%H%M%S}{_random_text(12)}"


def new_out_refund_no() -> str:
    """For WeChat, one per refund and for ever: 28 of the characters it allows (its limit is 64)."""
    moment = clock.now().astimezone(clock.BEIJING)
    return f"RF{moment:%Y%m%d%H%M%S}{_random_text(12)}"


def new_code(length: int = 8) -> str:
    """A short random word for a link, without letters that look alike."""
    return _random_text(length)


def new_pickup_code() -> str:
    """For the buyer to say at the counter: eight digits."""
    return f"{secrets.randbelow(10**8):08d}"


def new_token() -> str:
    """A secret that cannot be guessed: 43 characters, safe in a URL."""
    return secrets.token_urlsafe(32)


def _random_text(length: int) -> str:
    return "".join(secrets.choice(UNAMBIGUOUS) for _ in range(length))
