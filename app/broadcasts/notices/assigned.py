"""Which template serves which purpose."""

from app.broadcasts.notices.models import NoticeTemplate
from app.broadcasts.notices.purposes import Purpose
from app.core.db import db


def find_template(purpose: Purpose) -> NoticeTemplate | None:
    """None while the merchant has chosen none."""
    return db.session.get(NoticeTemplate, purpose)


def find_template_id(purpose: Purpose) -> str:
    """WeChat's id of the purpose's template; empty while the merchant has chosen none."""
    row = find_template(purpose)
    return row.template_id if row else ""
