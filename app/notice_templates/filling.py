"""A template filled in, as WeChat takes it and as a phone shows it."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from app.core.errors import InputInvalid
from app.notice_templates.assigned import find_template
from app.notice_templates.models import NoticeTemplate
from app.notice_templates.purposes import Purpose
from app.notice_templates.values import Facts, fill, read_keywords
from app.wechat.replies import Article, NewsReply
from app.wechat.template_messages import Notice


class NoTemplate(InputInvalid):
    """The merchant has chosen no template for this purpose."""


@dataclass(frozen=True, slots=True)
class Filled:
    """As the phone shows it: a title, and label and value of each line."""

    title: str
    rows: Sequence[tuple[str, str]]


def get_template(purpose: Purpose | None) -> NoticeTemplate:
    """Raises: NoTemplate."""
    row = find_template(purpose) if purpose else None
    if row is None:
        raise NoTemplate(_("这种通知还没有模板，先到“通知模板”选一个"))
    return row


def fill_in(template: NoticeTemplate, facts: Facts) -> Filled:
    """As it would be shown."""
    return _fill_in(template, facts)[0]


def make_notice(template: NoticeTemplate, facts: Facts, *, url: str) -> tuple[Notice, NewsReply]:
    """As WeChat takes it, and as the log of messages shows it. `url`: what a tap opens."""
    filled, data = _fill_in(template, facts)
    words = "\n".join(f"{label}：{value}" for label, value in filled.rows)
    return Notice(template.template_id, data, url), NewsReply((Article(filled.title, words, "", url),))


def _fill_in(template: NoticeTemplate, facts: Facts) -> tuple[Filled, dict[str, str]]:
    """As it is shown, and its values by keyword."""
    keywords = read_keywords(template.content)
    data = fill(keywords, template.fields, facts)
    return Filled(template.title, [(keyword.label, data[keyword.key]) for keyword in keywords]), data
