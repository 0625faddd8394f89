"""Words the desk uses often (快捷回复): adding, changing, ordering, deleting them."""

from collections.abc import Sequence

from flask_babel import gettext as _
from sqlalchemy import delete, func, select

from app.conversations.models import QuickReply
from app.core import clock
from app.core.db import db, transaction
from app.core.errors import InputInvalid, NotFound
from app.keywords.replies import MAX_TEXT_BYTES

LONGEST_TITLE = 40
MOST = 100


def list_quick_replies() -> Sequence[QuickReply]:
    """In the order the merchant gave them."""
    return db.session.scalars(select(QuickReply).order_by(QuickReply.position, QuickReply.id)).all()


def get_quick_reply(reply_id: int) -> QuickReply:
    """Raises: NotFound."""
    row = db.session.get(QuickReply, reply_id)
    if row is None:
        raise NotFound(_("没有这条快捷回复"))
    return row


def add_quick_reply(title: str, text: str) -> None:
    """Add one at the end. Opens a transaction. Raises: InputInvalid."""
    title, text = _check(title, text)
    with transaction() as session:
        if len(list_quick_replies()) >= MOST:
            raise InputInvalid(_("快捷回复最多 %(limit)d 条", limit=MOST))
        _check_free(title, but=None)
        last = session.scalar(select(func.max(QuickReply.position))) or 0
        session.add(QuickReply(title=title, text=text, position=last + 1, created_at=clock.now()))


def change_quick_reply(reply_id: int, title: str, text: str) -> None:
    """Opens a transaction. Raises: InputInvalid, NotFound."""
    title, text = _check(title, text)
    with transaction():
        row = get_quick_reply(reply_id)
        _check_free(title, but=reply_id)
        row.title, row.text = title, text


def move_up(reply_id: int) -> None:
    """Change places with the one before it. Opens a transaction. Raises: NotFound."""
    with transaction():
        rows = list(list_quick_replies())
        place = rows.index(get_quick_reply(reply_id))
        if place:
            rows[place - 1], rows[place] = rows[place], rows[place - 1]
        for position, row in enumerate(rows):
            row.position = position


def remove_quick_reply(reply_id: int) -> None:
    """Delete it; a repeat changes nothing. Opens a transaction."""
    with transaction() as session:
        session.execute(delete(QuickReply).where(QuickReply.id == reply_id))


def _check(title: str, text: str) -> tuple[str, str]:
    title, text = " ".join(title.split()), text.replace("\r\n", "\n").strip()
    if not 1 <= len(title) <= LONGEST_TITLE:
        raise InputInvalid(_("名称要有 1 到 %(limit)d 个字", limit=LONGEST_TITLE))
    if not text or len(text.encode()) > MAX_TEXT_BYTES:
        raise InputInvalid(_("内容不能为空，最多 %(limit)d 字节（约 680 个汉字）", limit=MAX_TEXT_BYTES))
    return title, text


def _check_free(title: str, *, but: int | None) -> None:
    same = db.session.scalar(select(QuickReply.id).where(QuickReply.title == title))
    if same not in (None, but):
        raise InputInvalid(_("已经有同名的快捷回复"))
