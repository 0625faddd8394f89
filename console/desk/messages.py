"""The log of messages: searching it, and one message with what it led to."""

from datetime import date

from flask import Blueprint, render_template, request
from flask_babel import lazy_gettext as _l

from app.conversations.answer_names import find_names
from app.conversations.desk import find_conversation
from app.conversations.log import EVENTS, Wanted, follow_ups_of, get_message, search_messages
from app.conversations.models import ERASED, Direction
from app.conversations.redaction import redact_payload, redact_words
from app.conversations.window import NOTICE
from app.core.incoming import row_id
from app.followers.service import find, find_many
from app.wechat.replies import bring_back
from console.desk import words
from console.frame.labels import Labels
from console.replies.labels import without_links

blueprint = Blueprint("messages", __name__, url_prefix="/messages")

PER_PAGE = 50
LONGEST_SEARCH = 80
KINDS = ("text", "image", "voice", "video", "location", "link", "news", NOTICE, EVENTS)
ANSWERED_BY = (
    "rule:",
    "menu:",
    "scene:",
    "welcome",
    "welcome_back",
    "fallback",
    "media",
    "quiet",
    "person",
    "staff:",
    "notice:",
    "broadcast:",
    "kf:",
)


_answers_label = Labels(
    {
        "rule:": _l("关键词规则"),
        "menu:": _l("菜单"),
        "scene:": _l("渠道码"),
        "staff:": _l("同事"),
        "notice:": _l("订单通知"),
        "broadcast:": _l("群发"),
        "kf:": _l("微信客服"),
    }
)


@blueprint.get("/")
def index() -> str:
    """The newest that fit; every filter stands in the address."""
    wanted = _read_wanted()
    found = search_messages(wanted, before_id=request.args.get("before", type=row_id), limit=PER_PAGE)
    return render_template(
        "console/desk/messages.html",
        found=found,
        wanted=wanted,
        followers=find_many({row.openid for row in found.rows}),
        answer_names=find_names(row.answered_by for row in found.rows),
        words=words,
        redact_words=redact_words,
        without_links=without_links,
        kinds=[(kind, words.say_kind(kind)) for kind in KINDS],
        answers=[(each, _say_answers(each)) for each in ANSWERED_BY],
        filters=request.args.to_dict() | {"before": None},
        is_first=request.args.get("before") is None,
    )


@blueprint.get("/<int:message_id>")
def detail(message_id: int) -> str:
    """One message: what was said, by whom it was answered, what followed, and how it came over the wire."""
    message = get_message(message_id)
    further = follow_ups_of(message)
    return render_template(
        "console/desk/message.html",
        message=message,
        reply=bring_back(message.reply) if message.reply else None,
        promised=[bring_back(kept) for kept in message.further or []],
        further=further,
        follower=find(message.openid),
        conversation=find_conversation(message.openid),
        answer_names=find_names([message.answered_by, *(row.answered_by for row in further)]),
        is_erased=message.payload == ERASED,
        payload=redact_payload(message.payload),
        words=words,
        redact_words=redact_words,
    )


def _read_wanted() -> Wanted:
    args = request.args
    direction = args.get("direction", "")
    return Wanted(
        words=" ".join(args.get("q", "").split())[:LONGEST_SEARCH],
        follower=" ".join(args.get("who", "").split())[:LONGEST_SEARCH],
        kind=args.get("kind", "") if args.get("kind", "") in KINDS else "",
        answered_by=args.get("by", "")[:LONGEST_SEARCH],
        direction=Direction(direction) if direction in set(Direction) else None,
        first_day=_read_day("from"),
        last_day=_read_day("to"),
    )


def _read_day(name: str) -> date | None:
    try:
        day = date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None
    return day if 2000 < day.year < 2100 else None


def _say_answers(start: str) -> str:
    return _answers_label(start) if start in _answers_label else words.say_who(start, {})
