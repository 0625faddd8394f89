"""Before the opening: who may pay already. The opening itself, and taking it back."""

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from app.core.errors import ShopError
from app.core.incoming import row_id
from app.core.qr import draw_qr
from app.followers.listing import Wanted, Who, list_followers
from app.golive import release
from app.golive.models import Verdict
from app.golive.report import make_report
from app.payments import opening
from app.payments.invitations import write_invitation
from app.payments.opening import Opening
from app.staff.service import OWNER, find_usernames
from console.frame.labels import Labels
from console.frame.member import get_member_here

blueprint = Blueprint("opening", __name__, url_prefix="/opening")

MOST_FOUND = 8

opening_label = Labels({Opening.RELEASED: _l("开业"), Opening.WITHDRAWN: _l("收回开业")})


@blueprint.get("/")
def show() -> str:
    """The list of testers, the report in short, the button; and every opening there was."""
    report, config = make_report(current_app.config), current_app.config
    search = " ".join(request.args.get("q", "").split())[:64]
    openings = opening.list_openings()
    return render_template(
        "console/golive/opening.html",
        is_released=opening.is_released(),
        testers=opening.list_testers(),
        most=opening.MOST_TESTERS,
        report=report,
        Verdict=Verdict,
        obstacle=release.find_obstacle(report),
        is_owner=get_member_here().role == OWNER,
        search=search,
        found=list_followers(Wanted(Who.FOLLOWING, search=search), per_page=MOST_FOUND).rows,
        invitation=_invitation() if "invite" in request.args else None,
        openings=openings,
        fits=opening.check_signatures((config["SECRET_KEY"], *config["SECRET_KEYS_BEFORE"])),
        names={**find_usernames(), "seed": _("示例数据"), "migration": _("升级前已在营业")},
        opening_label=opening_label,
    )


@blueprint.post("/testers")
def add_tester() -> Response:
    """Put a follower on the list."""
    follower_id = request.form.get("follower", 0, type=row_id)
    try:
        is_new = release.add_tester(follower_id, actor=get_member_here().actor)
    except ShopError as error:
        flash(error.message, "danger")
    else:
        flash(_("已加入名单，他现在就能付款。") if is_new else _("他本来就在名单上。"), "success")
    return redirect(url_for("console.opening.show", _anchor="testers"))


@blueprint.post("/testers/<int:tester_id>/remove")
def remove_tester(tester_id: int) -> Response:
    """Take him off."""
    try:
        release.remove_tester(tester_id, actor=get_member_here().actor)
    except ShopError:
        flash(_("他已经不在名单上了。"), "info")
    else:
        flash(_("已从名单去掉。"), "success")
    return redirect(url_for("console.opening.show", _anchor="testers"))


@blueprint.post("/release")
def open_shop() -> Response:
    """An owner releases the shop."""
    try:
        is_new = release.release_shop(get_member_here(), current_app.config)
    except ShopError as error:
        flash(error.message, "danger")
    else:
        flash(_("开业了！现在每位粉丝都能付款。") if is_new else _("本来就已经开业。"), "success")
    return redirect(url_for("console.opening.show"))


@blueprint.post("/withdraw")
def close_shop() -> Response:
    """An owner takes the release back."""
    try:
        is_new = release.withdraw_shop(get_member_here(), current_app.config)
    except ShopError as error:
        flash(error.message, "danger")
    else:
        flash(_("已收回：现在只有名单里的人能付款。") if is_new else _("本来就没有开业。"), "success")
    return redirect(url_for("console.opening.show"))


def _invitation() -> dict[str, object]:
    config = current_app.config
    word = write_invitation(config["SECRET_KEY"], actor=get_member_here().actor)
    link = f"{config['BASE_URL']}/shop/test?k={word}"
    return {"link": link, "qr": draw_qr(link)}
