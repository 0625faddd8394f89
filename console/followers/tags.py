"""Tags: made, renamed, removed; which of them conditions put on by themselves, and on how many."""

from collections.abc import Callable

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.core.errors import InputInvalid, ShopError
from app.core.i18n import counted
from app.followers import tags
from app.followers.auto_tags import count_fitting
from app.followers.models import AutoTag
from app.followers.tag_pushing import refresh_tags
from app.wechat.account import get_account
from console.followers.words import say_auto

blueprint = Blueprint("followers_tags", __name__, url_prefix="/followers/tags")


@blueprint.get("/")
def index() -> str:
    """Every tag with its number of followers."""
    return _show({}, "")


@blueprint.post("/")
def create() -> Response | tuple[str, int]:
    """Make a tag."""
    try:
        tags.create_tag(request.form.get("name", ""), auto=_auto(), auto_value=_value())
    except InputInvalid as error:
        return _show(request.form.to_dict(), error.message), 422
    flash(_("标签已建立，正在告诉微信。"), "success")
    return redirect(url_for("console.followers_tags.index"))


@blueprint.post("/<int:tag_id>")
def change(tag_id: int) -> Response:
    """Rename it, and set its condition."""
    return _do(
        _("标签已保存。"),
        lambda: tags.change_tag(tag_id, request.form.get("name", ""), auto=_auto(), auto_value=_value()),
    )


@blueprint.post("/<int:tag_id>/remove")
def remove(tag_id: int) -> Response:
    """Take it off everybody and remove it."""
    return _do(_("标签已删除，正在告诉微信。"), lambda: tags.remove_tag(tag_id))


@blueprint.post("/<int:tag_id>/retry")
def retry(tag_id: int) -> Response:
    """Tell WeChat once more."""
    return _do(_("正在再次告诉微信。"), lambda: tags.retry_tag(tag_id))


@blueprint.post("/refresh")
def refresh() -> Response:
    """Take the tags over as WeChat has them."""
    return _do(_("已从微信更新标签。"), lambda: refresh_tags(get_account().client))


@blueprint.get("/fitting")
def fitting() -> Response | tuple[Response, int]:
    """How many fulfil a condition now: for the number beside the form."""
    auto = _auto()
    try:
        value = tags.check_auto(auto, _value())
    except InputInvalid as error:
        return jsonify(words=error.message), 422
    return jsonify(words=counted("现在有 %(n)s 人符合", count_fitting(auto, value)) if auto else "")


def _do(words: str, change: Callable[[], object]) -> Response:
    try:
        change()
    except ShopError as error:
        flash(error.message, "danger")
    else:
        flash(words, "success")
    return redirect(url_for("console.followers_tags.index"))


def _auto() -> AutoTag | None:
    text = request.values.get("auto", "")
    return AutoTag(text) if text in set(AutoTag) else None


def _value() -> int | None:
    """Days as they are typed, yuan as fen; None when it is no whole number."""
    text = request.values.get("value", "").strip()
    if not (text.isascii() and text.isdecimal()) or len(text) > 9:
        return None
    return int(text) * 100 if _auto() == AutoTag.SPENT_OVER else int(text)


def _show(given: dict[str, str], wrong: str) -> str:
    every_tag = tags.list_tags()
    return render_template(
        "console/followers/tags.html",
        every_tag=every_tag,
        fitting={tag.id: count_fitting(tag.auto, tag.auto_value) for tag in every_tag if tag.auto},
        own=sum(not tag.is_system for tag in every_tag),
        most=tags.MAX_TAGS,
        longest=tags.MAX_NAME,
        given=given,
        wrong=wrong,
        say_auto=say_auto,
        autos=[
            ("", _("手动")),
            (AutoTag.BOUGHT, _("买过东西")),
            (AutoTag.SPENT_OVER, _("消费超过（元）")),
            (AutoTag.SILENT_FOR, _("多少天没来过")),
        ],
    )
