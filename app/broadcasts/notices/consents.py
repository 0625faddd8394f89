"""Who agreed to which notification, as WeChat's events tell: each time he agreed stands for one."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from sqlalchemy import Select, func, select, update

from app.broadcasts.notices.models import NoticeAcceptance
from app.core import clock
from app.core.db import db, transaction
from app.core.insert_once import insert_once
from app.followers.service import get_by_id

_row = NoticeAcceptance


def record_accepted(message_id: int, openid: str, template_id: str, at: datetime) -> None:
    """He agreed once more; told twice it is once. Joins the open transaction."""
    insert_once(_row, message_id=message_id, openid=openid, template_id=template_id, at=at)


def take_back(openids: Collection[str], template_id: str, *, until: datetime | None = None) -> None:
    """They want none any more, or WeChat says that there is nothing left. `until`: what they agreed to later stands.

    Joins the open transaction or opens one.
    """
    unspent = (_row.openid.in_(openids), _row.template_id == template_id, _row.spent_at.is_(None))
    with transaction() as session:
        statement = update(_row).where(*unspent, *([_row.at <= until] if until else []))
        session.execute(statement.values(spent_at=clock.now()))


def agreed(template_id: str) -> Select[tuple[str]]:
    """The openids of those who agreed and were not told yet: for a subquery over many."""
    return select(_row.openid).where(_row.template_id == template_id, _row.spent_at.is_(None))


def count_left(openid: str, template_id: str) -> int:
    """How many notifications he may still get by this template."""
    his = (_row.openid == openid, _row.template_id == template_id, _row.spent_at.is_(None))
    return db.session.scalar(select(func.count()).where(*his)) or 0


def count_willing(template_id: str) -> int:
    """How many followers may get one by this template."""
    return db.session.scalar(select(func.count()).select_from(agreed(template_id).distinct().subquery())) or 0


def has_agreed(follower_id: int, template_id: str) -> bool:
    """Whether he may get one by this template. Raises: NotFound."""
    return count_left(get_by_id(follower_id).openid, template_id) > 0


def spend(broadcast_id: int, openids: Iterable[str], template_id: str, *, keeps: bool) -> set[str]:
    """Use up the oldest acceptance of each for this broadcast; who had one is returned.

    `keeps`: a long-term template uses none up. Joins the open transaction.
    """
    wanted = agreed(template_id).where(_row.openid.in_(list(openids)))
    oldest = wanted.with_only_columns(func.min(_row.id), _row.openid).group_by(_row.openid)
    found: Mapping[int, str] = dict(db.session.execute(oldest).all())
    if keeps or not found:
        return set(found.values())
    unspent = (_row.id.in_(found), _row.spent_at.is_(None))  # another broadcast may have been quicker
    statement = update(_row).where(*unspent).values(spent_at=clock.now(), broadcast_id=broadcast_id)
    return set(db.session.scalars(statement.returning(_row.openid)))


def give_back(broadcast_id: int, openids: Collection[str]) -> None:
    """It was not sent after all. Joins the open transaction."""
    spent = (_row.broadcast_id == broadcast_id, _row.openid.in_(openids))
    db.session.execute(update(_row).where(*spent).values(spent_at=None, broadcast_id=None))
