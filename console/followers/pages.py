"""Followers: the list with its filters, and tagging many at once."""

from collections.abc import Sequence

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from app.core.errors import ShopError
from app.core.i18n import counted
from app.core.incoming import row_id
from app.followers import tags
from app.followers.listing import (
    Sort,
    Wanted,
    Who,
    count_followers,
    count_totals,
    list_followers,
)
from app.followers.service import NEVER_SEEN
from app.followers.sync import find_running, list_syncs
from console.followers.words import say_source, who_label
from console.frame.member import get_member_here
from console.frame.safe_paths import safe_next

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
        "console/followers/index.html",
        found=found,
        wanted=wanted,
        filters=write_filters(wanted),
        number=count_followers(wanted),
        tabs=[(who, who_label(who), getattr(totals, who)) for who in Who],
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
    ids = request.form.getlist("follower", type=row_id)
    tag_id = request.form.get("tag", 0, type=row_id)
    try:
        flash(_change_tag(ids[:PER_PAGE], tag_id, request.form.get("do", "")), "success")
    except ShopError as error:
        flash(error.message, "danger")
    return redirect(safe_next(request.form.get("back")))


def read_wanted(args: MultiDict[str, str]) -> Wanted:
    """The filters of an address; what is no filter does not matter."""
    who, sort = args.get("who", ""), args.get("sort", "")
    tag_id = args.get("tag", type=row_id)
    return Wanted(
        who=Who(who) if who in set(Who) else Who.ALL,
        tag_id=tag_id or None,
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
        return counted("已从 %(n)s 人取下标签，另有 %(m)s 人本来就没有。", done.changed, m=done.unchanged)
    done = tags.put_on_many(ids, tag_id, actor=get_member_here().actor)
    words = counted("已给 %(n)s 人打上标签，另有 %(m)s 人本来就有。", done.changed, m=done.unchanged)
    if done.full:
        words += counted("%(n)s 人的标签已满 %(most)s 个，没有打上。", done.full, most=tags.MAX_PER_FOLLOWER)
    return words
