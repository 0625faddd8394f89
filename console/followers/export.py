"""The list of followers as a file: what the filters leave, one a row, however many."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from flask import request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.core import clock
from app.core.money import format_yuan
from app.core.spreadsheets.writing import Cell
from app.followers import tags
from app.followers.listing import export_followers
from app.followers.models import Follower, Tag
from app.followers.names import tame
from app.followers.service import NEVER_SEEN
from console.followers.pages import blueprint, read_wanted
from console.followers.words import say_source
from console.frame.csv_files import csv_file
from console.frame.member import get_member_here
from console.frame.moments import full_moment


@blueprint.get("/export.csv")
def export() -> Response:
    """Everybody the filters leave; who took the file away stands in the audit log."""
    batches = export_followers(read_wanted(request.args), actor=get_member_here().actor)
    return csv_file(f"followers-{clock.today():%Y%m%d}", _rows(batches))


def _rows(batches: Iterable[Sequence[Follower]]) -> Iterator[Sequence[Cell]]:
    words = _Words()
    yield _headings()
    for batch in batches:
        carried = tags.tags_of([follower.id for follower in batch])
        for follower in batch:
            yield _row(follower, carried[follower.id], words)


class _Words:
    """What is the same in many rows, looked up once a file."""

    def __init__(self) -> None:
        self.source = cache(say_source)
        self.yes, self.no = _("是"), _("否")


def _headings() -> list[str]:
    return [
        _("编号"),
        _("备注"),
        _("昵称"),
        "openid",
        _("关注"),
        _("关注时间"),
        _("来源"),
        _("渠道码"),
        _("标签"),
        _("付款订单"),
        _("消费（元）"),
        _("最近消费"),
        _("最近来过"),
        _("黑名单"),
    ]


def _row(follower: Follower, carried: Sequence[Tag], words: _Words) -> list[Cell]:
    seen = follower.last_seen_at
    return [
        follower.id,
        tame(follower.remark, limit=100),
        tame(follower.nickname, limit=100),
        follower.openid,
        words.yes if follower.is_subscribed else words.no,
        full_moment(follower.subscribed_at) if follower.subscribed_at else "",
        words.source(follower.source),
        tame(follower.scene, limit=64),
        "、".join(tag.name for tag in carried),
        follower.paid_orders,
        format_yuan(follower.spent_fen),
        full_moment(follower.last_paid_at) if follower.last_paid_at else "",
        full_moment(seen) if seen > NEVER_SEEN else "",
        words.yes if follower.is_blacklisted else "",
    ]
