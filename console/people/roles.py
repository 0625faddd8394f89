"""Roles: what each may do and refund, own ones to write, the built-in ones as patterns for them."""

from dataclasses import replace

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.core.errors import InputInvalid
from app.core.money import format_yuan, read_yuan
from app.staff import roles
from app.staff.rights import BUILT_IN, OPERATOR, get_catalogue
from app.staff.roles import Forbidden, Role
from console.frame.member import find_role_here, get_member_here
from console.frame.role_labels import purpose, role_label

blueprint = Blueprint("roles", __name__, url_prefix="/people/roles")


@blueprint.get("/")
def index() -> str:
    """Every role with its rights, its refund limit and how many people have it."""
    return _show_all()


@blueprint.post("/limit/<key>")
def set_limit(key: str) -> Response | tuple[str, int]:
    """How much a built-in role may refund at once."""
    try:
        roles.set_refund_limit(get_member_here(), key, _read_limit())
    except InputInvalid as error:
        return _show_all(wrong=(key, str(error))), 422
    flash(_("退款上限已保存。"), "success")
    return redirect(url_for("console.roles.index"))


@blueprint.get("/new")
def new() -> str:
    """The form, filled in like the role it is to resemble."""
    wanted = request.args.get("like", OPERATOR)
    pattern = roles.get_role(wanted if wanted in BUILT_IN else OPERATOR)
    mine = find_role_here()
    rights = pattern.rights if mine is None else pattern.rights & mine.rights
    return _show_form(Role("", "", rights, pattern.refund_limit_fen or 0))


@blueprint.post("/new")
def add() -> Response | tuple[str, int]:
    """Keep a new role."""
    wanted = _read_form()
    try:
        roles.add_role(get_member_here(), wanted.name, wanted.rights, _read_limit())
    except (InputInvalid, Forbidden) as error:
        return _show_form(wanted, trouble=str(error)), error.http_status
    flash(_("角色已建立，可以给成员换上了。"), "success")
    return redirect(url_for("console.roles.index"))


@blueprint.get("/<int:role_id>")
def edit(role_id: int) -> str:
    """An own role in its form."""
    return _show_form(roles.get_own_role(role_id))


@blueprint.post("/<int:role_id>")
def change(role_id: int) -> Response | tuple[str, int]:
    """Keep what changed; who was late sees his own entries."""
    wanted = replace(_read_form(), id=role_id)
    try:
        roles.change_role(get_member_here(), role_id, replace(wanted, refund_limit_fen=_read_limit()))
    except (InputInvalid, Forbidden) as error:
        seen = replace(wanted, mark=error.details.get("mark", wanted.mark))
        return _show_form(seen, trouble=str(error)), error.http_status
    flash(_("角色已保存，马上生效。"), "success")
    return redirect(url_for("console.roles.index"))


@blueprint.post("/<int:role_id>/remove")
def remove(role_id: int) -> Response:
    """Take an own role away that nobody has."""
    try:
        roles.remove_role(get_member_here(), role_id)
    except (InputInvalid, Forbidden) as error:
        flash(str(error), "danger")
        return redirect(url_for("console.roles.edit", role_id=role_id))
    flash(_("角色已删除。"), "success")
    return redirect(url_for("console.roles.index"))


def _read_form() -> Role:
    name, mark = request.form.get("name", ""), request.form.get("mark", 0, type=int)
    return Role("", name, frozenset(request.form.getlist("right")), None, mark)


def _read_limit() -> int:
    """In fen. Raises: InputInvalid."""
    try:
        return read_yuan(request.form.get("limit", ""))
    except ValueError:
        raise InputInvalid(_("退款上限请填一个数，单位是元，例如 200；不许退款就填 0。")) from None


def _show_form(role: Role, trouble: str = "") -> str:
    limit = request.form.get("limit") if request.method == "POST" else None
    mine = find_role_here()
    return render_template(
        "console/people/role.html",
        role=role,
        groups=get_catalogue().groups,
        limit=limit if limit is not None else format_yuan(role.refund_limit_fen or 0),
        own_rights=mine.rights if mine else frozenset(),
        trouble=trouble,
    )


def _show_all(wrong: tuple[str, str] = ("", "")) -> str:
    return render_template(
        "console/people/roles.html",
        every_role=roles.list_roles(),
        people=roles.count_people(),
        groups=get_catalogue().groups,
        role_label=role_label,
        purpose=purpose,
        wrong=wrong,
    )
