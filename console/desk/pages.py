"""The reply desk: who waits, one talk, taking it and giving it back. What is sent stands in `desk_sending`."""

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from flask import (
    Blueprint,
    Response,
    current_app,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    send_from_directory,
    url_for,
)
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from app.conversations import desk
from app.conversations.answer_names import find_names
from app.conversations.desk import TakenByOther
from app.conversations.lists import desk_mark, load_desk
from app.conversations.log import get_message
from app.conversations.models import Conversation, Holder
from app.conversations.pictures import FOLDER
from app.conversations.quick_replies import get_quick_reply, list_quick_replies
from app.conversations.recordings import KINDS as RECORDINGS
from app.conversations.service_hours import load_service_hours, opening_words
from app.conversations.thread import Thread, find_context, load_thread, thread_mark
from app.core import clock
from app.core.errors import NotFound
from app.core.ids import new_token
from app.core.incoming import row_id
from app.followers.service import find, get_by_id
from app.followers.tags import tags_of
from app.orders.listing import count_by_state, list_own
from app.orders.spending import spending_of
from app.staff.service import find_usernames
from console.desk import words
from console.frame.member import get_member_here

blueprint = Blueprint("desk", __name__, url_prefix="/desk")

LATEST_ORDERS = 3


@blueprint.get("/")
def index() -> str:
    """The list alone."""
    return render_template("console/desk/index.html", conversation=None, **_list_parts(None))


@blueprint.get("/list")
def show_list() -> Response:
    """The list again, for the page that asks every few seconds; 304 when nothing changed."""
    here = request.args.get("here", type=row_id)
    return _if_changed(
        (desk_mark(), here), lambda: render_template("console/desk/_list.html", **_list_parts(here))
    )


@blueprint.get("/<int:conversation_id>")
def show(conversation_id: int) -> str:
    """One talk beside the list."""
    return show_talk(desk.get_conversation(conversation_id), _quick_text())


@blueprint.get("/<int:conversation_id>/live")
def show_live(conversation_id: int) -> Response:
    """The talk again, for the page that asks every few seconds; 304 when nothing changed."""
    row = desk.get_conversation(conversation_id)
    window = desk.window_of(row)
    return _if_changed(
        (thread_mark(row), window), lambda: render_template("console/desk/_live.html", **_talk_parts(row))
    )


@blueprint.get("/of/<int:follower_id>")
def show_follower(follower_id: int) -> AnyResponse:
    """Lead to the talk with this follower."""
    row = desk.find_conversation(get_by_id(follower_id).openid)
    if row is None:
        flash(_("这位粉丝还没有和公众号说过话。"), "info")
        return redirect(url_for("console.followers.detail", follower_id=follower_id))
    return redirect(url_for("console.desk.show", conversation_id=row.id))


@blueprint.get("/pictures/<int:message_id>")
def show_picture(message_id: int) -> Response:
    """A picture a follower sent; only from here, and only for staff."""
    message = get_message(message_id)
    if not message.file or message.kind in RECORDINGS:
        raise NotFound
    return send_from_directory(Path(current_app.config["DATA_DIR"], FOLDER), message.file)


@blueprint.get("/recordings/<int:message_id>")
def show_recording(message_id: int) -> Response:
    """A voice or video a follower sent; only from here, and only for staff."""
    message = get_message(message_id)
    if not message.file or message.kind not in RECORDINGS:
        raise NotFound
    ending = Path(message.file).suffix
    return send_from_directory(
        Path(current_app.config["DATA_DIR"], FOLDER),
        message.file,
        mimetype=words.RECORDING_TYPES[ending],
        download_name=f"{message.kind}-{message.id}{ending}",
        as_attachment="download" in request.args,
    )


@blueprint.post("/<int:conversation_id>/take")
def take(conversation_id: int) -> AnyResponse:
    """Answer this follower; of two who press at once the second is told who was first."""
    return _move(conversation_id, lambda: desk.take(conversation_id, staff_id=get_member_here().id))


@blueprint.post("/<int:conversation_id>/take-over")
def take_over(conversation_id: int) -> AnyResponse:
    """Answer instead of the colleague named on the page."""
    seen = request.form.get("seen", 0, type=row_id)
    me = get_member_here().id
    return _move(conversation_id, lambda: desk.take_over(conversation_id, staff_id=me, seen_staff_id=seen))


@blueprint.post("/<int:conversation_id>/give-back")
def give_back(conversation_id: int) -> AnyResponse:
    """Let the bot answer again."""
    row = desk.get_conversation(conversation_id)
    if desk.give_back(row.openid, actor=get_member_here().actor):
        flash(_("已交还给机器人。"), "success")
    return redirect(url_for("console.desk.index"))


@blueprint.post("/<int:conversation_id>/note")
def keep_note(conversation_id: int) -> AnyResponse:
    """Keep the desk's own note."""
    desk.keep_note(conversation_id, request.form.get("note", ""))
    flash(_("备注已保存，粉丝看不到。"), "success")
    return redirect(url_for("console.desk.show", conversation_id=conversation_id))


def show_talk(row: Conversation, draft: str, problem: str = "") -> str:
    """The whole page, with what is being written."""
    follower = find(row.openid)
    return render_template(
        "console/desk/index.html",
        context=find_context(row.openid),
        orders=list_own(follower_id=follower.id, limit=LATEST_ORDERS) if follower else [],
        order_count=sum(count_by_state(follower.id).values()) if follower else 0,
        tags=tags_of([follower.id])[follower.id] if follower else [],
        spending=spending_of(follower) if follower else None,
        quick_replies=list_quick_replies(),
        draft=draft,
        problem=problem,
        token=new_token(),
        **(_list_parts(row.id) | _talk_parts(row)),
    )


def _list_parts(here: int | None) -> dict[str, object]:
    return {
        "desk": load_desk(get_member_here().id),
        "here": here,
        "names": find_usernames(),
        "say_last": words.say_last,
        "closed_until": _closed_until(),
    }


def _talk_parts(row: Conversation) -> dict[str, object]:
    member = get_member_here()
    thread = load_thread(row, before_id=request.args.get("before", type=row_id))
    is_mine = row.state == Holder.PERSON and row.staff_id == member.id
    if is_mine and thread.last_id > row.read_id:
        desk.record_read(row.id, thread.last_id)
    return {
        "conversation": row,
        "follower": find(row.openid),
        "thread": thread,
        "window": desk.window_of(row),
        "is_mine": is_mine,
        "names": find_usernames(),
        "answer_names": _find_answer_names(thread),
        "words": words,
    }


def _find_answer_names(thread: Thread) -> dict[str, str]:
    keys = {line.message.answered_by for line in thread.lines if line.message}
    return find_names(keys | {line.event.actor for line in thread.lines if line.event})


def _closed_until() -> str:
    """When people answer again, in words; empty while they do."""
    hours, now = load_service_hours(), clock.now()
    if hours.is_open(now):
        return ""
    opening = hours.next_opening(now)
    return opening_words(opening, now=now) if opening else _("另行通知")


def _if_changed(mark: object, render: Callable[[], str]) -> Response:
    reader = (get_member_here().id, str(get_locale()), mark)
    tag = sha256(repr(reader).encode()).hexdigest()[:24]
    if tag in request.if_none_match:
        return Response(status=304)
    response = make_response(render())
    response.set_etag(tag)
    return response


def _move(conversation_id: int, move: Callable[[], bool]) -> AnyResponse:
    try:
        move()
    except TakenByOther as error:
        who = find_usernames().get(f"staff:{error.staff_id}")
        flash(_("这位粉丝已由 %(who)s 接待。", who=who) if who else error.message, "info")
    return redirect(url_for("console.desk.show", conversation_id=conversation_id))


def _quick_text() -> str:
    number = request.args.get("quick", type=row_id)
    return get_quick_reply(number).text if number else ""
