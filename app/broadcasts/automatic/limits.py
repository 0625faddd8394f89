"""What holds for all automatic messages together: how many a follower gets, and when nobody is disturbed."""

from dataclasses import asdict, dataclass

from flask_babel import gettext as _

from app.core import audit, clock
from app.core.db import transaction
from app.core.errors import InputInvalid
from app.core.preferences import find_preference, keep_preference

NAME = "automatic_messages"
MOST_CAP, MOST_DAYS = 10, 30


@dataclass(frozen=True, slots=True)
class Limits:
    """At most `cap` messages in `cap_days` days; silence from `quiet_from` to `quiet_to` o'clock in Beijing.

    The same hour twice means no silence at all.
    """

    cap: int = 2
    cap_days: int = 7
    quiet_from: int = 22
    quiet_to: int = 8


def load_limits() -> Limits:
    """As the merchant set them, or the usual ones."""
    kept = find_preference(NAME)
    return Limits(**kept) if kept else Limits()


def keep_limits(limits: Limits, *, actor: str) -> None:
    """Opens a transaction. Raises: InputInvalid."""
    if not (1 <= limits.cap <= MOST_CAP and 1 <= limits.cap_days <= MOST_DAYS):
        raise InputInvalid(_("上限要在 1 到 %(cap)d 条、1 到 %(days)d 天之间", cap=MOST_CAP, days=MOST_DAYS))
    if not all(0 <= hour <= 23 for hour in (limits.quiet_from, limits.quiet_to)):
        raise InputInvalid(_("免打扰时间要是 0 到 23 点"))
    with transaction():
        before = load_limits()
        keep_preference(NAME, asdict(limits), actor=actor)
        audit.record(
            actor=actor,
            action="automatic.limits",
            subject="shop:automatic",
            before=asdict(before),
            after=asdict(limits),
        )


def is_quiet(limits: Limits | None = None) -> bool:
    """Whether it is the time of day in which nothing goes by itself."""
    limits = limits or load_limits()
    hour, begin, end = clock.now().astimezone(clock.BEIJING).hour, limits.quiet_from, limits.quiet_to
    if begin <= end:
        return begin <= hour < end
    return hour >= begin or hour < end
