"""Coupons: the list with what became of each, making and changing one, giving it out or not."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.core import clock
from app.core.incoming import find_row_id
from app.followers.tags import list_tags
from app.pricing.offers import CouponKind
from app.promotions import coupons
from app.promotions.coupons import CouponDraft
from app.promotions.models import Coupon
from app.promotions.spans import phase_of
from console.frame.form_fields import (
    UNREADABLE,
    fen_field,
    moment_field,
    show_moment,
    show_whole,
    show_yuan,
    text_field,
    typed,
    whole_field,
)
from console.frame.member import get_member_here
from console.frame.saving import keep_form, version_shown
from console.offers.words import PHASE_COLOURS, kind_label, phase_label, tell_worth, tenths

blueprint = Blueprint("coupons", __name__, url_prefix="/coupons")

NAMES = (
    "title",
    "kind",
    "value",
    "most",
    "threshold",
    "pieces",
    "per_person",
    "tag",
    "starts_at",
    "ends_at",
    "valid_days",
    "is_listed",
)


@blueprint.get("/")
def index() -> str:
    """Every coupon with how many were collected and used."""
    rows = [(coupon, _phase(coupon)) for coupon in coupons.list_coupons()]
    return render_template(
        "console/offers/coupons.html",
        rows=rows,
        used=coupons.count_used(),
        worth=tell_worth,
        phase_label=phase_label,
        phase_colours=PHASE_COLOURS,
        tags={tag.id: tag.name for tag in list_tags()},
    )


@blueprint.get("/new")
def new() -> str:
    """An empty form."""
    return _show(None, {})


@blueprint.post("/new")
def add() -> Response | tuple[str, int]:
    """Keep a new one."""
    return _save(None)


@blueprint.get("/<int:coupon_id>")
def detail(coupon_id: int) -> str:
    """One coupon; what it is worth stays once somebody has it."""
    return _show(coupons.get_coupon(coupon_id), {})


@blueprint.post("/<int:coupon_id>")
def change(coupon_id: int) -> Response | tuple[str, int]:
    """Keep it as it was written."""
    return _save(coupons.get_coupon(coupon_id))


@blueprint.post("/<int:coupon_id>/switch")
def switch(coupon_id: int) -> Response:
    """Give it out or not, as the button said."""
    is_active = request.form.get("to") == "on"
    coupons.set_active(coupon_id, is_active, actor=get_member_here().actor)
    flash(_("优惠券已开始发放。") if is_active else _("已停止发放；领到的人还能用。"), "success")
    return redirect(url_for("console.coupons.index"))


def _save(coupon: Coupon | None) -> Response | tuple[str, int]:
    number, actor = coupon.id if coupon else None, get_member_here().actor
    return keep_form(
        lambda: coupons.save_coupon(_read(), actor=actor, coupon_id=number, version=whole_field("version")),
        lambda wrong: _show(coupon, wrong),
        saved=_("优惠券已保存。"),
        back="console.coupons.index",
    )


def _read() -> CouponDraft:
    kind = CouponKind.PERCENT if request.form.get("kind") == CouponKind.PERCENT else CouponKind.FIXED
    return CouponDraft(
        title=text_field("title"),
        kind=kind,
        value=_read_value(kind),
        most_fen=max(0, fen_field("most")) if kind == CouponKind.PERCENT else 0,
        threshold_fen=max(0, fen_field("threshold")),
        pieces=whole_field("pieces"),
        per_person=whole_field("per_person", 1),
        tag_id=find_row_id(request.form.get("tag", "")) or None,
        starts_at=moment_field("starts_at"),
        ends_at=moment_field("ends_at"),
        valid_days=whole_field("valid_days"),
        is_listed="is_listed" in request.form,
    )


def _read_value(kind: CouponKind) -> int:
    """Fen, or for `8.5 折` the 15 hundredths that are taken off."""
    amount = fen_field("value", UNREADABLE)
    if kind == CouponKind.FIXED or amount < 0:
        return amount
    return 100 - amount // 10 if amount % 10 == 0 else UNREADABLE


def _show(coupon: Coupon | None, wrong: dict[str, object]) -> str:
    form = typed(NAMES, lambda name: _known(coupon, name))
    if request.method == "POST":
        form["is_listed"] = request.form.get("is_listed", "")
    own = [(str(tag.id), tag.name) for tag in list_tags() if not tag.is_system]
    return render_template(
        "console/offers/coupon.html",
        coupon=coupon,
        form=form,
        wrong=wrong,
        version=version_shown(coupon.version if coupon else 0),
        kinds=[(kind.value, kind_label(kind)) for kind in CouponKind],
        tags=[("", _("所有人")), *own],
    )


def _known(coupon: Coupon | None, name: str) -> str:
    if coupon is None:
        soon = show_moment(clock.now())
        return {"kind": CouponKind.FIXED.value, "per_person": "1", "is_listed": "1", "starts_at": soon}.get(
            name, ""
        )
    is_fixed = coupon.kind == CouponKind.FIXED
    known = {
        "title": coupon.title,
        "kind": coupon.kind.value,
        "value": show_yuan(coupon.value) if is_fixed else tenths(coupon.value),
        "most": show_yuan(coupon.most_fen),
        "threshold": show_yuan(coupon.threshold_fen),
        "pieces": show_whole(coupon.pieces),
        "per_person": str(coupon.per_person),
        "tag": str(coupon.tag_id or ""),
        "starts_at": show_moment(coupon.starts_at),
        "ends_at": show_moment(coupon.ends_at),
        "valid_days": show_whole(coupon.valid_days),
        "is_listed": "1" if coupon.is_listed else "",
    }
    return known[name]


def _phase(coupon: Coupon) -> str:
    return phase_of(coupon.starts_at, coupon.ends_at, coupon.is_active)
