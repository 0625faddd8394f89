"""Followers: the list with its filters, tagging many at once, and the same list as a file."""

import logging
from collections.abc import Iterator, Sequence

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from app.core import clock
from app.core.errors import ShopError
from app.core.money import format_yuan
from app.followers import tags
from app.followers.listing import (
    Sort,
    Wanted,
    Who,
    count_followers,
    count_totals,
    every_follower,
    list_followers,
)
from app.followers.models import Follower, Tag
from app.followers.names import tame
from app.followers.service import NEVER_SEEN
from app.followers.sync import find_running, list_syncs
from console.csv_files import Cell, csv_file
from console.followers_words import say_source, say_who
from console.member import get_member_here
from console.moments import full_moment
from console.safe_paths import safe_next

logger = logging.getLogger(__name__)

blueprint = Blueprint("followers", __name__, url_prefix="/followers")

PER_PAGE = 50


@blueprint.get("/")
def index() -> str:
    """The list; every filter stands in the address, so that a view can be kept and sent."""
    wanted = read_wanted(request.args)
    found = list_followers(wanted, place=request.args.get("at", ""), per_page=PER_PAGE)
    totals = count_totals()
    every_tag = [tag for tag in tags.list_tags() if not tag.is_removed]
    return render_template(
        "console/followers.html",
        found=found,
        wanted=wanted,
        filters=write_filters(wanted),
        number=count_followers(wanted),
        tabs=[(who, say_who(who), getattr(totals, who)) for who in Who],
        carried=tags.tags_of([row.id for row in found.rows]),
        every_tag=every_tag,
        own_tags=[tag for tag in every_tag if not tag.is_system and tag.auto is None],
        say_source=say_source,
        never_seen=NEVER_SEEN,
        running=find_running(),
        was_synchronised=bool(list_syncs(limit=1)),
    )


@blueprint.post("/tag")
def tag_many() -> Response:
    """Put a tag on everybody who was ticked, or take it off them."""
    ids = [int(each) for each in request.form.getlist("follower") if each.isdecimal() and len(each) < 19]
    tag_id = request.form.get("tag", 0, type=int)
    try:
        flash(_change_tag(ids[:PER_PAGE], tag_id, request.form.get("do", "")), "success")
    except ShopError as error:
        flash(error.message, "danger")
    return redirect(safe_next(request.form.get("back")))


@blueprint.get("/export.csv")
def export() -> Response:
    """Everybody the filters leave, one a row."""
    wanted = read_wanted(request.args)
    logger.info("followers exported", extra={"actor": get_member_here().actor, "who": wanted.who})
    return csv_file(f"followers-{clock.today():%Y%m%d}", _rows(wanted))


def read_wanted(args: MultiDict[str, str]) -> Wanted:
    """The filters of an address; what is no filter does not matter."""
    who, sort = args.get("who", ""), args.get("sort", "")
    tag_id = args.get("tag", type=int)
    return Wanted(
        who=Who(who) if who in set(Who) else Who.ALL,
        tag_id=tag_id if tag_id and 0 < tag_id < 2**63 else None,
        search=" ".join(args.get("q", "").split())[:64],
        sort=Sort(sort) if sort in set(Sort) else Sort.SEEN,
    )


def write_filters(wanted: Wanted) -> dict[str, object]:
    """The same as parts of an address; None where it is as usual."""
    return {
        "who": wanted.who if wanted.who != Who.ALL else None,
        "tag": wanted.tag_id,
        "q": wanted.search or None,
        "sort": wanted.sort if wanted.sort != Sort.SEEN else None,
    }


def _change_tag(ids: Sequence[int], tag_id: int, do: str) -> str:
    if not ids:
        return _("没有勾选粉丝，什么都没有改。")
    if do == "off":
        done = tags.take_off_many(ids, tag_id)
        return _("已从 %(n)s 人取下标签，另有 %(m)s 人本来就没有。", n=done.changed, m=done.unchanged)
    done = tags.put_on_many(ids, tag_id, actor=get_member_here().actor)
    words = _("已给 %(n)s 人打上标签，另有 %(m)s 人本来就有。", n=done.changed, m=done.unchanged)
    if done.full:
        words += _("%(n)s 人的标签已满 %(most)s 个，没有打上。", n=done.full, most=tags.MAX_PER_FOLLOWER)
    return words


def _rows(wanted: Wanted) -> Iterator[Sequence[Cell]]:
    yield _headings()
    for batch in every_follower(wanted):
        carried = tags.tags_of([follower.id for follower in batch])
        for follower in batch:
            yield _row(follower, carried[follower.id])


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


def _row(follower: Follower, carried: Sequence[Tag]) -> list[Cell]:
    seen = follower.last_seen_at
    return [
        follower.id,
        tame(follower.remark, limit=100),
        tame(follower.nickname, limit=100),
        follower.openid,
        _("是") if follower.is_subscribed else _("否"),
        full_moment(follower.subscribed_at) if follower.subscribed_at else "",
        say_source(follower.source),
        tame(follower.scene, limit=64),
        "、".join(tag.name for tag in carried),
        follower.paid_orders,
        format_yuan(follower.spent_fen),
        full_moment(follower.last_paid_at) if follower.last_paid_at else "",
        full_moment(seen) if seen > NEVER_SEEN else "",
        _("是") if follower.is_blacklisted else "",
    ]
