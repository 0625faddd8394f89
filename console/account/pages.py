"""A member's own account: change the password, end the sessions on other devices."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import PasswordField
from wtforms.validators import EqualTo, InputRequired

from app.staff.passwords import LONGEST, SHORTEST, PasswordTooWeak
from app.staff.service import PasswordWrong, change_password
from app.staff.sessions import count_sessions, end_all_sessions
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


def _show(form: PasswordForm) -> str:
    devices = count_sessions(get_member_here().id)
    return render_template("console/account/index.html", form=form, devices=devices, shortest=SHORTEST)


def _rule_words(code: str) -> str:
    words = {
        "password_too_short": _("密码至少 %(n)s 个字符", n=SHORTEST),
        "password_too_long": _("密码最多 %(n)s 个字符", n=LONGEST),
        "password_is_username": _("密码不能是用户名，也不能只比它多几个字符"),
        "password_too_plain": _("密码里不同的字符太少"),
    }
    return words[code]
