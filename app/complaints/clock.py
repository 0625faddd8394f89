"""By when the buyer wants an answer: so many hours after the first word that we have not answered.

How many is no rule WeChat's interface states; its service rules say a day, so it is a setting.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from flask import current_app

from app.payments.gateways.complaints import ComplaintFacts, HistoryEntry, TheirState

WARN_AT_MOST_BEFORE = timedelta(hours=6)

BY_THE_BUYER = frozenset(
    {"USER_CREATE_COMPLAINT", "USER_CONTINUE_COMPLAINT", "USER_RESPONSE", "USER_APPLY_PLATFORM_SERVICE"}
)
BY_US = frozenset(
    {
        "MERCHANT_RESPONSE",
        "MERCHANT_CONFIRM_COMPLETE",
        "MERCHANT_APPROVE_REFUND",
        "MERCHANT_REFUSE_RERUND",  # their spelling
        "MERCHANT_REJECT_REFUND",
    }
)


def answer_within() -> timedelta:
    """How long an answer may take."""
    return timedelta(hours=current_app.config["COMPLAINT_ANSWER_HOURS"])


def warn_before() -> timedelta:
    """How long before that an alert is raised: a quarter of it, six hours at most."""
    return min(WARN_AT_MOST_BEFORE, answer_within() / 4)


def last_answer(entries: Sequence[HistoryEntry]) -> datetime | None:
    """When we last said or did something."""
    return max((entry.at for entry in entries if entry.kind in BY_US), default=None)


def answer_due_at(
    facts: ComplaintFacts, entries: Sequence[HistoryEntry], *, within: timedelta
) -> datetime | None:
    """None when nobody waits: it is over, or the last word is ours."""
    if facts.state == TheirState.PROCESSED:
        return None
    answered_at = last_answer(entries)
    if answered_at is not None and not facts.waits_for_us:
        return None
    said = [entry.at for entry in entries if entry.kind in BY_THE_BUYER]
    unanswered = [at for at in said if answered_at is None or at > answered_at]
    return min(unanswered, default=facts.complained_at) + within
