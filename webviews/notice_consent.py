"""Asking a follower in WeChat whether a subscription notification (订阅通知) may come: goods back, a sale begins."""

from dataclasses import dataclass

from flask import session

from app.broadcasts.notices.consents import has_agreed
from app.core import clock
from app.notice_templates.assigned import find_template
from app.notice_templates.purposes import Purpose
from webviews.session import find_follower, is_snapshot, is_wechat

TELLING_SECONDS = 60  # WeChat's own word of it may come later than the next page


@dataclass(frozen=True, slots=True)
class NoticeOffer:
    """The template he is asked about. `is_lasting`: agreeing once is for good; `has_left`: he has agreed before, which
    nobody can tell of a stranger (`is_known`).
    """

    template_id: str
    is_lasting: bool
    has_left: bool
    is_known: bool


def find_offer(purpose: Purpose) -> NoticeOffer | None:
    """None where he cannot be asked: the merchant has chosen no template, or this is not WeChat."""
    template = find_template(purpose) if is_wechat() and not is_snapshot() else None
    if template is None:
        return None
    follower = find_follower()
    has_left = _has_just_agreed(template.template_id) or (
        follower is not None and has_agreed(follower.id, template.template_id)
    )
    return NoticeOffer(template.template_id, template.is_lasting, has_left, follower is not None)


def remember_yes(offer: NoticeOffer) -> None:
    """He says that he agreed: only what this browser is shown until WeChat says so, too."""
    session["agreed"] = [offer.template_id, int(clock.now().timestamp())]


def _has_just_agreed(template_id: str) -> bool:
    agreed_to, at = session.get("agreed", ("", 0))
    return bool(agreed_to == template_id and clock.now().timestamp() - at < TELLING_SECONDS)
