"""Releasing the shop: an owner, on a green report that is not old. What is recorded is in `app.payments.opening`."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from app.core import audit
from app.core.db import transaction
from app.core.errors import ShopError, TransitionRefused
from app.golive.report import Report, make_report
from app.payments import opening
from app.staff.service import OWNER
from app.staff.sessions import StaffMember

SUBJECT = "shop:opening"


class OwnerOnly(ShopError):
    """What an owner alone may do."""

    code = "owner_only"
    http_status = 403


def find_obstacle(report: Report) -> str:
    """Why the shop cannot be released on this report, in one sentence; empty when it can."""
    if report.never or report.oldest is None:
        return _("还没有全部检查过：请先到“检查”查一遍")
    if report.is_old:
        return _("检查结果超过一天了：请再查一遍")
    if report.failing:
        return _("还有不通的：%(names)s", names=_("、").join(report.failing))
    if report.unanswered:
        return _("还有要您确认的：%(names)s", names=_("、").join(report.unanswered))
    return ""


def release_shop(member: StaffMember, config: Mapping[str, Any]) -> bool:
    """Let everybody pay; False when that is so already. Opens a transaction. Raises: OwnerOnly, TransitionRefused."""
    _check_owner(member)
    report = make_report(config)
    if obstacle := find_obstacle(report):
        raise TransitionRefused(obstacle)
    verdicts = {line.check.name: str(line.verdict) for line in report.lines}
    with transaction():
        is_new = opening.release(
            actor=member.actor, name=member.username, report=verdicts, secret=config["SECRET_KEY"]
        )
        if is_new:
            _note(member, before="closed", after="released")
    return is_new


def withdraw_shop(member: StaffMember, config: Mapping[str, Any]) -> bool:
    """Only testers may pay again; False when it is so already. Opens a transaction. Raises: OwnerOnly."""
    _check_owner(member)
    with transaction():
        is_new = opening.withdraw(actor=member.actor, name=member.username, secret=config["SECRET_KEY"])
        if is_new:
            _note(member, before="released", after="closed")
    return is_new


def add_tester(follower_id: int, *, actor: str) -> bool:
    """Put a follower on the list, with a line in the audit log. Opens a transaction. Raises: NotFound, ShopError."""
    with transaction():
        is_new = opening.add_tester(follower_id, actor=actor)
        if is_new:
            audit.record(
                actor=actor,
                action="opening.add_tester",
                subject=f"follower:{follower_id}",
                after={"may_pay": True},
            )
    return is_new


def remove_tester(tester_id: int, *, actor: str) -> None:
    """Take him off, with a line in the audit log. Opens a transaction. Raises: NotFound."""
    with transaction():
        follower_id = opening.remove_tester(tester_id, actor=actor)
        audit.record(
            actor=actor,
            action="opening.remove_tester",
            subject=f"follower:{follower_id}",
            before={"may_pay": True},
        )


def _check_owner(member: StaffMember) -> None:
    if member.role != OWNER:
        raise OwnerOnly(_("开业和收回开业只能由店主来做"))


def _note(member: StaffMember, *, before: str, after: str) -> None:
    audit.record(
        actor=member.actor,
        action="opening.change",
        subject=SUBJECT,
        before={"state": before},
        after={"state": after},
    )
