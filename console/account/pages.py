"""A member's own account: change the password, see where he is logged in, end the sessions on other devices."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import PasswordField
from wtforms.validators import EqualTo, InputRequired

from app.staff import second_factor, tries
from app.staff.passwords import LONGEST, SHORTEST, PasswordTooWeak
from app.staff.service import PasswordWrong, change_password
from app.staff.sessions import end_all_sessions, end_own_session, list_sessions
from console.frame.device_words import device_label, outcome_colour, outcome_label, short_address
from console.frame.member import get_member_here

blueprint = Blueprint("account", __name__, url_prefix="/account")


class PasswordForm(FlaskForm):
    """The present password, and the new one twice."""

    present = PasswordField(lazy_gettext("现在的密码"), [InputRequired(lazy_gettext("请填写现在的密码"))])
    new = PasswordField(lazy_gettext("新密码"), [InputRequired(lazy_gettext("请填写新密码"))])
    again = PasswordField(
        lazy_gettext("再写一次新密码"), [EqualTo("new", lazy_gettext("两次写的新密码不一样"))]
    )


@blueprint.get("/")
def show() -> str:
    """The form and how many devices are logged in."""
    return _show(PasswordForm())


@blueprint.post("/password")
def change() -> Response | tuple[str, int]:
    """Change the password; the other devices have to log in again."""
    form = PasswordForm()
    if not form.validate_on_submit():
        return _show(form), 422
    try:
        change_password(get_member_here(), present=form.present.data, new=form.new.data)
    except PasswordTooWeak as error:
        form.new.errors = [_rule_words(error.code)]
        return _show(form), 422
    except PasswordWrong:
        form.present.errors = [_("现在的密码不对")]
        return _show(form), 422
    flash(_("密码已修改，其他设备上的登录已结束。"), "success")
    return redirect(url_for("console.account.show"))


@blueprint.post("/end-others")
def end_others() -> Response:
    """End the sessions on all other devices."""
    member = get_member_here()
    end_all_sessions(member.id, but=member.session_id)
    flash(_("其他设备上的登录已结束。"), "success")
    return redirect(url_for("console.account.show"))


@blueprint.post("/end/<int:session_id>")
def end_one(session_id: int) -> Response:
    """End the session on one other device."""
    end_own_session(get_member_here(), session_id)
    flash(_("那台设备上的登录已结束。"), "success")
    return redirect(url_for("console.account.show"))


def _show(form: PasswordForm) -> str:
    member = get_member_here()
    return render_template(
        "console/account/index.html",
        form=form,
        shortest=SHORTEST,
        sessions=list_sessions(member.id),
        tries=tries.list_tries(member.id),
        factor_since=second_factor.find_since(member),
        device_label=device_label,
        outcome_label=outcome_label,
        outcome_colour=outcome_colour,
        short_address=short_address,
    )


def _rule_words(code: str) -> str:
    words = {
        "password_too_short": _("密码至少 %(n)s 个字符", n=SHORTEST),
        "password_too_long": _("密码最多 %(n)s 个字符", n=LONGEST),
        "password_is_username": _("密码不能是用户名，也不能只比它多几个字符"),
        "password_too_plain": _("密码里不同的字符太少"),
        "password_unchanged": _("新密码和现在的一样"),
    }
    return words[code]
