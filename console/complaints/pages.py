"""The list by the time that is left, and one complaint with its conversation, pictures and forms."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from flask import Blueprint, Response, current_app, render_template, request, send_from_directory
from flask_babel import gettext as _

from app.complaints.jumps import LONGEST_TEXT
from app.complaints.listing import (
    count_repeats,
    get_complaint,
    list_complaints,
    list_entries,
)
from app.complaints.models import Complaint
from app.complaints.pictures import FOLDER, MOST_SENT, get_picture, list_pictures
from app.complaints.service import LONGEST, MOST_DAYS, can_complete, can_decide, list_acts
from app.complaints.states import ActKind, ActState
from app.complaints.sweep import find_sweep
from app.conversations.desk import find_conversation
from app.core.ids import new_token
from app.followers.service import find
from app.staff.service import find_usernames
from console.frame import complaint_labels as labels

blueprint = Blueprint("complaints", __name__, url_prefix="/complaints")

PICTURE_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the page's forms after a refusal, and why it was refused; empty at first."""

    reply: str = ""
    reply_trouble: str = ""
    jump: Mapping[str, str] = field(default_factory=dict)
    decision: Mapping[str, str] = field(default_factory=dict)
    decision_trouble: str = ""


@blueprint.get("/")
def index() -> str:
    """Who waits for an answer first."""
    only_open = request.args.get("show") != "all"
    page = request.args.get("page", 1, type=int)
    return render_template(
        "console/complaints/index.html",
        found=list_complaints(only_open=only_open, page=page),
        only_open=only_open,
        repeats=count_repeats(),
        place=find_sweep(),
        say_problem=say_problem,
        hours=current_app.config["COMPLAINT_ANSWER_HOURS"],
        labels=labels,
    )


@blueprint.get("/<int:number>")
def show(number: int) -> str:
    """One of them."""
    return show_complaint(get_complaint(number))


@blueprint.get("/pictures/<int:picture_id>")
def picture(picture_id: int) -> Response:
    """A picture of a complaint; only from here, and only for staff."""
    folder = Path(current_app.config["DATA_DIR"], FOLDER).absolute()
    response = send_from_directory(folder, get_picture(picture_id), max_age=PICTURE_SECONDS)
    response.headers["Content-Security-Policy"] = "default-src 'none'"
    return response


def show_complaint(row: Complaint, typed: Typed | None = None, *, phone: str = "") -> str:
    """The page, with what was `typed` when it could not be done, and the phone once it was asked for."""
    pictures = list_pictures(row.id)
    openid = row.openid or (row.order.follower.openid if row.order else "")
    acts = list_acts(row)
    return render_template(
        "console/complaints/show.html",
        row=row,
        phone=phone,
        typed=typed or Typed(),
        entries=list_entries(row.id)[::-1],
        pictures=[each for each in pictures if not each.log_id],
        pictures_of={entry: [each for each in pictures if each.log_id == entry] for entry in _logs(pictures)},
        waiting=[act for act in acts if act.state == ActState.REQUESTED],
        refused=[act for act in acts if act.state == ActState.REFUSED][-3:],
        say_act=_say_act,
        follower=find(openid) if openid else None,
        talk=find_conversation(openid) if openid else None,
        suggested=_suggest_jump(row),
        longest_button=LONGEST_TEXT,
        can_decide=can_decide(row),
        can_complete=can_complete(row),
        names=find_usernames(),
        token=new_token(),
        longest=LONGEST,
        most_days=MOST_DAYS,
        most_pictures=MOST_SENT,
        labels=labels,
    )


def _suggest_jump(row: Complaint) -> dict[str, str]:
    """What stands in the fields of a button before anybody has written there: the way to the buyer's order."""
    if row.order is None:
        return {}
    base_url = current_app.config["BASE_URL"]
    return {"jump_text": _("查看订单"), "jump_url": f"{base_url}/shop/orders/{row.order.order_no}"}


def say_problem(code: str) -> str:
    """Why the list cannot be read, in a sentence; empty when it can."""
    if code == "NO_AUTH":
        return _("这个商户号没有开通投诉接口的权限，请到微信商户平台开通。")
    if code == "NO_APIV3_KEY":
        return _("没有设置 APIv3 密钥，投诉要用它才读得到：运行 make configure 填上。")
    if code == "unreachable":
        return _("最近一次没有从微信读到投诉列表，会自己再试。")
    return _("微信拒绝了读取投诉（%(code)s）。", code=code) if code else ""


def _say_act(kind: ActKind) -> str:
    words = {
        ActKind.REPLY: _("回复"),
        ActKind.AT_ONCE: _("即时回复"),
        ActKind.APPROVE: _("同意退款"),
        ActKind.REJECT: _("拒绝退款"),
        ActKind.COMPLETE: _("标为处理完成"),
    }
    return words[kind]


def _logs(pictures: object) -> set[str]:
    return {each.log_id for each in pictures if each.log_id}  # type: ignore[attr-defined]
