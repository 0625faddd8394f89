"""Which template serves which purpose."""

from collections.abc import Mapping

from flask_babel import gettext as _
from sqlalchemy import update

from app.core import audit
from app.core.db import db, transaction
from app.core.errors import InputInvalid, TransitionRefused
from app.core.insert_once import insert_once
from app.notice_templates.models import NoticeTemplate
from app.notice_templates.purposes import Purpose
from app.notice_templates.values import check_fields, read_keywords
from app.wechat.template_messages import Template


def find_template(purpose: Purpose) -> NoticeTemplate | None:
    """None while the merchant has chosen none."""
    return db.session.get(NoticeTemplate, purpose)


def find_template_id(purpose: Purpose) -> str:
    """WeChat's id of the purpose's template; empty while the merchant has chosen none."""
    row = find_template(purpose)
    return row.template_id if row else ""


def assign(
    purpose: Purpose, template: Template, fields: Mapping[str, str], *, version: int, actor: str
) -> None:
    """Use this template, with these fields behind its keywords. Opens a transaction.

    `version`: of the one that was shown, 0 for none. Raises: InputInvalid; TransitionRefused when somebody was first.
    """
    keywords = read_keywords(template.content)
    if not keywords:
        raise InputInvalid(_("这个模板里没有关键词，不能用"))
    checked = check_fields(keywords, fields, purpose)
    with transaction():
        row = _take(purpose, template, version)
        row.template_id, row.title, row.content = template.template_id, template.title[:60], template.content
        row.is_lasting, row.fields = template.is_lasting, checked
        audit.record(
            actor=actor,
            action="notice_template.assigned",
            subject=f"notice_template:{purpose}",
            after={"title": row.title, "template_id": row.template_id},
        )


def remove(purpose: Purpose, *, version: int, actor: str) -> None:
    """Use none for this purpose. Opens a transaction. Raises: TransitionRefused when somebody changed it."""
    with transaction() as session:
        row = _take(purpose, None, version)
        audit.record(
            actor=actor,
            action="notice_template.removed",
            subject=f"notice_template:{purpose}",
            before={"title": row.title, "template_id": row.template_id},
        )
        session.delete(row)


def _take(purpose: Purpose, new: Template | None, version: int) -> NoticeTemplate:
    """The row, ours until the transaction ends; made when there was none and none was seen.

    Raises: TransitionRefused when it is not as it was seen.
    """
    if new and not version:
        words = {
            "template_id": new.template_id,
            "title": "",
            "content": "",
            "is_lasting": False,
            "fields": {},
        }
        is_ours = insert_once(NoticeTemplate, purpose=purpose, version=1, **words)
    else:
        seen = update(NoticeTemplate).where(
            NoticeTemplate.purpose == purpose, NoticeTemplate.version == version
        )
        is_ours = bool(db.session.scalar(seen.values(version=version + 1).returning(NoticeTemplate.version)))
    if not is_ours:
        raise TransitionRefused(_("有人刚刚改过它，请重新打开再改"))
    return db.session.get_one(NoticeTemplate, purpose, populate_existing=True)
