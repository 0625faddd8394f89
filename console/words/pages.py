"""Writing help, agreement and privacy: a text, its preview on a phone, its versions."""

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.core.errors import NotFound, ShopError
from app.core.i18n import language_here
from app.staff.service import find_usernames
from app.words import service
from app.words.face import load_face
from app.words.layout import lay_out
from app.words.models import Words
from app.words.reading import fill_in
from console.frame.member import get_member_here
from console.frame.wording_labels import wording_label

blueprint = Blueprint("words_pages", __name__, url_prefix="/words/pages")


@blueprint.get("/<kind>")
def edit(kind: str) -> str:
    """The text as it reads now, to be changed."""
    page = service.read_page(_kind(kind), language_here())
    return _show(page.kind, page.body, seen=0 if page.is_standard else page.version)


@blueprint.post("/<kind>")
def keep(kind: str) -> Response | str | tuple[str, int]:
    """Publish the next version, or show how it would look. Nothing that was written is lost."""
    words, body = _kind(kind), request.form.get("body", "").replace("\r\n", "\n")
    seen = request.form.get("seen", 0, type=int)
    try:
        if request.form.get("do") != "publish":
            return _show(words, service.check_body(body), seen=seen)
        is_new = service.publish(words, body, seen=seen, actor=get_member_here().actor)
    except service.WordingChanged as error:
        newest = service.find_newest(words)
        return _show(words, body, seen=newest.version if newest else 0, problem=error.message), 409
    except ShopError as error:
        return _show(words, body, seen=seen, problem=error.message), error.http_status
    flash(_("发布了，粉丝现在看到的就是这一版。") if is_new else _("和现在的一版一样，没有改动。"), "success")
    return redirect(url_for("console.words_pages.edit", kind=kind))


@blueprint.get("/versions/<int:wording_id>")
def version(wording_id: int) -> str:
    """A version as its readers saw it."""
    row = service.get_wording(wording_id)
    return render_template(
        "console/words/version.html",
        row=row,
        blocks=_blocks(row.body),
        title=wording_label(row.kind),
        names=find_usernames(),
    )


def _kind(kind: str) -> Words:
    if kind not in set(Words):
        raise NotFound
    return Words(kind)


def _show(kind: Words, body: str, *, seen: int, problem: str = "") -> str:
    return render_template(
        "console/words/page.html",
        kind=kind,
        title=wording_label(kind),
        body=body,
        seen=seen,
        problem=problem,
        longest=service.LONGEST,
        blocks=_blocks(body),
        versions=service.list_versions(kind),
        names=find_usernames(),
    )


def _blocks(body: str) -> object:
    return lay_out(fill_in(body, load_face(current_app.config["SHOP_NAME"]).name))
