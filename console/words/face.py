"""The shop's face: a form with its preview on two phones, and the way to the pages of words."""

from dataclasses import replace

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.core.errors import InputInvalid, ShopError
from app.core.i18n import language_here
from app.words.colour import WHITE, contrast, shades_of
from app.words.face import LONGEST_NAME, LONGEST_NOTICE, Face, check_face, draw_logo, keep_face, load_face
from app.words.models import Words
from app.words.service import read_page
from console.frame.member import get_member_here
from console.frame.wording_labels import wording_label

blueprint = Blueprint("words", __name__, url_prefix="/words")

WECHAT_GREEN = "#07c160"


@blueprint.get("/")
def show() -> str:
    """The face as it is."""
    return _show(_face())


@blueprint.post("/")
def keep() -> Response | tuple[str, int] | str:
    """Keep the face, or show how it would look."""
    before = _face()
    face = replace(
        before,
        name=request.form.get("name", ""),
        notice=request.form.get("notice", ""),
        colour=request.form.get("colour", "") if request.form.get("is_own_colour") else "",
    )
    try:
        face = check_face(face)
        if request.form.get("do") == "preview":
            return _show(face)
        keep_face(replace(face, logo=_logo(before)), before, actor=get_member_here().actor)
    except InputInvalid as error:
        return _show(face, error.message), error.http_status
    except ShopError as error:
        return _show(face, error.message or _("没有保存，请稍后再试。")), error.http_status
    flash(_("已保存，粉丝打开页面就是新的样子。"), "success")
    return redirect(url_for("console.words.show"))


def _face() -> Face:
    return load_face(current_app.config["SHOP_NAME"])


def _logo(before: Face) -> str:
    if request.form.get("no_logo"):
        return ""
    file = request.files.get("logo")
    data = file.stream.read() if file and file.filename else b""
    return draw_logo(data) if data else before.logo


def _show(face: Face, problem: str = "") -> str:
    is_shown = bool(face.colour) and not problem
    return render_template(
        "console/words/face.html",
        face=face,
        problem=problem,
        longest_name=LONGEST_NAME,
        longest_notice=LONGEST_NOTICE,
        green=WECHAT_GREEN,
        shades=shades_of(face.colour) if is_shown else None,
        ratio=f"{contrast(face.colour, WHITE):.1f}" if is_shown else "",
        pages=[read_page(kind, language_here()) for kind in Words],
        title_of=wording_label,
    )
