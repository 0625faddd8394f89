"""The list of followers as a file: what the filters leave, one a row, however many."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import chain

from flask import request
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from app.core import clock
from app.core.long_jobs.running import Run, register
from app.core.spreadsheets.writing import Cell, Row, Yuan
from app.followers import tags
from app.followers.listing import count_followers, export_followers
from app.followers.models import Follower, Tag
from app.followers.names import tame
from app.followers.service import NEVER_SEEN
from console.followers.pages import blueprint, read_wanted, write_filters
from console.followers.words import say_source
from console.frame.long_jobs import begin
from console.frame.sheets import wanted_suffix, write_away

KIND = "followers_export"
WIDTHS = (8, 18, 18, 32, 8, 20, 16, 16, 24, 10, 12, 20, 20, 8)


@blueprint.post("/export")
def export() -> Response:
    """Everybody the filters leave, as a file that the worker makes."""
    suffix = wanted_suffix()
    filters = {
        name: str(value)
        for name, value in write_filters(read_wanted(request.args)).items()
        if value is not None
    }
    name = f"{_('粉丝名单')}-{clock.today():%Y%m%d}{suffix}"
    return begin(KIND, title=_("导出粉丝名单"), file_name=name, suffix=suffix, filters=filters)


@register(KIND)
def export_list(run: Run) -> None:
    """Write everybody the filters leave; who took the file away stands in the audit log."""
    wanted = read_wanted(MultiDict(run.args["filters"]))
    rows = _rows(export_followers(wanted, actor=run.owner))
    counted = chain([_headings()], run.counted(rows, total=count_followers(wanted)))
    write_away(run, counted, widths=WIDTHS)


def _rows(batches: Iterable[Sequence[Follower]]) -> Iterator[Row]:
    words = _Words()
    for batch in batches:
        carried = tags.tags_of([follower.id for follower in batch])
        # Read whole before any is handed on: between two rows the job says how far it is, which forgets them.
        yield from [_row(follower, carried[follower.id], words) for follower in batch]


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
        follower.subscribed_at,
        words.source(follower.source),
        tame(follower.scene, limit=64),
        "、".join(tag.name for tag in carried),
        follower.paid_orders,
        Yuan(follower.spent_fen),
        follower.last_paid_at,
        seen if seen > NEVER_SEEN else None,
        words.yes if follower.is_blacklisted else "",
    ]
