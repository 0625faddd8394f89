"""The people of the console: who they are, adding one, and what is done for or against one."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.core.errors import InputInvalid
from app.staff import people, roles, tries
from app.staff.models import StaffUser
from app.staff.rights import SERVICE
from app.staff.roles import Forbidden
from app.staff.sessions import list_sessions
from console.frame import device_words
from console.frame.member import get_member_here
from console.frame.role_labels import purpose, role_label

blueprint = Blueprint("members", __name__, url_prefix="/people")


@blueprint.get("/")
def index() -> str:
    """Everybody, who may come in first."""
    return render_template("console/people/index.html", people=people.list_people(), role_name=_role_name)


@blueprint.get("/new")
def new() -> str:
    """The form for one more."""
    return _show_form("", SERVICE)


@blueprint.post("/new")
def add() -> str | tuple[str, int]:
    """Add him. His first password stands in this answer and nowhere else."""
    username, role = request.form.get("username", ""), request.form.get("role", "")
    try:
        staff_id, password = people.add_person(get_member_here(), username, role)
    except (InputInvalid, Forbidden) as error:
        return _show_form(username, role, str(error)), error.http_status
    return _show_password(people.get_person(staff_id), password)


@blueprint.get("/<int:staff_id>")
def show(staff_id: int) -> str:
    """One of them: role, devices, tries to log in, and what can be done."""
    person = people.get_person(staff_id)
    giver = roles.get_role(get_member_here().role)
    is_in_reach = giver.covers(roles.get_role(person.role))
    return render_template(
        "console/people/show.html",
        person=person,
        is_own=person.id == get_member_here().id,
        is_in_reach=is_in_reach,
        choices=[role for role in roles.list_roles() if giver.covers(role)],
        role_label=role_label,
        role_name=_role_name,
        sessions=list_sessions(staff_id),
        tries=tries.list_tries(staff_id),
        device_label=device_words.device_label,
        outcome_label=device_words.outcome_label,
        outcome_colour=device_words.outcome_colour,
        short_address=device_words.short_address,
    )


@blueprint.post("/<int:staff_id>/role")
def give_role(staff_id: int) -> Response:
    """Give him another role."""
    people.give_role(get_member_here(), staff_id, request.form.get("role", ""))
    return _back(staff_id, _("角色已换，马上生效。"))


@blueprint.post("/<int:staff_id>/password")
def reset_password(staff_id: int) -> str:
    """A new password, that stands in this answer and nowhere else."""
    password = people.reset_password(get_member_here(), staff_id)
    return _show_password(people.get_person(staff_id), password)


@blueprint.post("/<int:staff_id>/log-out")
def end_sessions(staff_id: int) -> Response:
    """Log him out everywhere."""
    people.end_sessions(get_member_here(), staff_id)
    return _back(staff_id, _("他在所有设备上的登录已结束。"))


@blueprint.post("/<int:staff_id>/second-factor")
def remove_second_factor(staff_id: int) -> Response:
    """For who has lost his phone."""
    people.remove_second_factor(get_member_here(), staff_id)
    return _back(staff_id, _("他的两步验证已取消，可以只用密码登录，再重新打开。"))


@blueprint.post("/<int:staff_id>/off")
def switch_off(staff_id: int) -> Response:
    """Let him in no more."""
    people.switch_off(get_member_here(), staff_id)
    return _back(staff_id, _("账号已停用，他马上进不来了。"))


@blueprint.post("/<int:staff_id>/on")
def switch_on(staff_id: int) -> Response:
    """Let him in again."""
    people.switch_on(get_member_here(), staff_id)
    return _back(staff_id, _("账号已启用。"))


def _back(staff_id: int, words: str) -> Response:
    flash(words, "success")
    return redirect(url_for("console.members.show", staff_id=staff_id))


def _role_name(key: str) -> str:
    return role_label(roles.get_role(key))


def _show_form(username: str, role: str, trouble: str = "") -> str:
    giver = roles.get_role(get_member_here().role)
    return render_template(
        "console/people/new.html",
        username=username,
        chosen=role,
        choices=[each for each in roles.list_roles() if giver.covers(each)],
        role_label=role_label,
        purpose=purpose,
        trouble=trouble,
    )


def _show_password(person: StaffUser, password: str) -> str:
    return render_template("console/people/password.html", person=person, password=password)
