"""From when to when an offer counts."""

from datetime import datetime

from flask_babel import gettext as _

from app.core import clock


def check_span(starts_at: datetime | None, ends_at: datetime | None) -> dict[str, str]:
    """A sentence for each end that cannot be; empty when both can."""
    wrong = {}
    if starts_at is None:
        wrong["starts_at"] = _("请填写开始时间")
    if ends_at is None:
        wrong["ends_at"] = _("请填写结束时间")
    elif starts_at is not None and ends_at <= starts_at:
        wrong["ends_at"] = _("结束时间要晚于开始时间")
    elif ends_at <= clock.now():
        wrong["ends_at"] = _("结束时间已经过去")
    return wrong


def phase_of(starts_at: datetime, ends_at: datetime, is_active: bool) -> str:
    """`off`, `soon`, `on` or `over`: a word for screens, never kept."""
    now = clock.now()
    if ends_at <= now:
        return "over"
    if not is_active:
        return "off"
    return "on" if starts_at <= now else "soon"
