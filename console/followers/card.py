"""One follower on one page: who he is, what was said, what he bought, where his parcels go."""

from collections.abc import Callable, Sequence

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.broadcasts.opt_outs import is_opted_out
from app.conversations.desk import find_conversation
from app.conversations.log import conversation_of
from app.core.audit import entries_about
from app.core.errors import ShopError
from app.core.incoming import row_id
from app.followers import addresses, card, tags
from app.followers.models import Address, Follower
from app.followers.pushes import list_pushes
from app.followers.service import NEVER_SEEN, get_by_id
from app.orders.listing import count_by_state, list_own
from app.orders.spending import spending_of
from app.staff.service import find_usernames
from app.wechat.account import get_account
from console.followers.pages import blueprint
from console.followers.words import push_label, say_origin, say_source, tell_follower
from console.frame.member import get_member_here
from console.frame.message_kinds import say_kind
from console.replies.labels import without_links

MESSAGES, ORDERS = 20, 20


@blueprint.get("/<int:follower_id>")
def detail(follower_id: int) -> str:
    """The card; addresses stay masked."""
    return _show(get_by_id(follower_id), None)


@blueprint.post("/<int:follower_id>/addresses")
def show_addresses(follower_id: int) -> str:
    """The same page with the full addresses; who looked is written into the history."""
    shown = card.disclose_addresses(follower_id, actor=get_member_here().actor)
    return _show(get_by_id(follower_id), shown)


@blueprint.post("/<int:follower_id>/remark")
def set_remark(follower_id: int) -> Response:
    """Name him."""
    remark = request.form.get("remark", "")
    return _do(follower_id, _("备注名已保存。"), lambda who: card.set_remark(follower_id, remark, actor=who))


@blueprint.post("/<int:follower_id>/tags")
def put_tag(follower_id: int) -> Response:
    """Put a tag on him."""
    tag_id = request.form.get("tag", 0, type=row_id)

    def put(actor: str) -> None:
        if tags.put_on_many([follower_id], tag_id, actor=actor).full:
            flash(_("标签已满 %(most)s 个，请先取下一个。", most=tags.MAX_PER_FOLLOWER), "danger")

    return _do(follower_id, "", put)


@blueprint.post("/<int:follower_id>/tags/<int:tag_id>/off")
def take_tag(follower_id: int, tag_id: int) -> Response:
    """Take a tag off him."""
    return _do(follower_id, "", lambda _who: tags.take_off_many([follower_id], tag_id))


@blueprint.post("/<int:follower_id>/blacklist")
def set_blacklist(follower_id: int) -> Response:
    """Put him on the blacklist, or take him off it."""
    wanted = request.form.get("on") == "1"
    words = _("已加入黑名单，他的消息不会再推送过来。") if wanted else _("已移出黑名单。")
    return _do(follower_id, words, lambda who: card.set_blacklisted(follower_id, wanted, actor=who))


@blueprint.post("/<int:follower_id>/refresh")
def refresh(follower_id: int) -> Response:
    """Ask WeChat about him now."""
    words = _("已从微信更新。")
    return _do(follower_id, words, lambda _who: card.refresh(get_account().client, follower_id))


def _do(follower_id: int, words: str, change: Callable[[str], object]) -> Response:
    """Change something about an existing follower and come back; what is refused is said in words."""
    get_by_id(follower_id)
    try:
        change(get_member_here().actor)
    except ShopError as error:
        flash(error.message, "danger")
    else:
        if words:
            flash(words, "success")
    return redirect(url_for("console.followers.detail", follower_id=follower_id))


def _show(follower: Follower, disclosed: Sequence[Address] | None) -> str:
    names = find_usernames()
    carried = tags.tags_of([follower.id])[follower.id]
    carried_ids = {tag.id for tag in carried}
    pushes = list_pushes(follower.id)
    return render_template(
        "console/followers/card.html",
        follower=follower,
        carried=carried,
        origins=card.tag_origins(follower.id),
        free_tags=[
            tag
            for tag in tags.list_tags()
            if not (tag.is_system or tag.is_removed or tag.auto) and tag.id not in carried_ids
        ],
        refusals=[(push_label(each.kind), each.error) for each in pushes if each.error],
        waiting=sum(not each.error for each in pushes),
        addresses=disclosed if disclosed is not None else addresses.list_own(follower.id),
        is_disclosed=disclosed is not None,
        region_of=addresses.region_of,
        orders=list_own(follower_id=follower.id, limit=ORDERS),
        order_count=sum(count_by_state(follower.id).values()),
        spending=spending_of(follower),
        messages=conversation_of(follower.openid, limit=MESSAGES),
        conversation=find_conversation(follower.openid),
        is_opted_out=is_opted_out(follower.id),
        history=tell_follower(
            card.history_of(follower.id), entries_about(card.audit_subject(follower)), names
        ),
        say_source=say_source,
        say_kind=say_kind,
        without_links=without_links,
        say_origin=lambda origin: say_origin(origin, names),
        never_seen=NEVER_SEEN,
        most_bytes=card.MAX_REMARK_BYTES,
    )
