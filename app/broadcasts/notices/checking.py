"""Whether a notification may go: it has its template, and does not advertise."""

from flask_babel import gettext as _

from app.broadcasts.content import Content
from app.broadcasts.linter import FORBIDDEN, read
from app.broadcasts.states import Way
from app.core.errors import InputInvalid
from app.notice_templates.filling import get_template
from app.notice_templates.purposes import Purpose


def check_notice(content: Content, purpose: Purpose) -> None:
    """Raises: NoTemplate; InputInvalid naming the words for which WeChat takes the right to notify away."""
    get_template(purpose)
    text = "\n".join(f"{item.title}\n{item.summary}" for item in content.items)
    words = [word for word, why in read(text, Way.NOTICE, "") if why in FORBIDDEN[Way.NOTICE]]
    if words:
        raise InputInvalid(_("通知里不能有推销的话，微信会收回通知的权限：%(words)s", words="、".join(words)))
