"""Logging in and out. A login always begins a new session: nothing of the cookie before it is kept."""

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import InputRequired, Length

from app.staff.login import LoginRefused, TooManyTries, log_in
from app.staff.sessions import end_session
from console.frame.member import TOKEN, find_member_here, get_member_here
from console.frame.safe_paths import safe_next

blueprint = Blueprint("login", __name__)


class LoginForm(FlaskForm):
    """Name and password; `next` is where the visitor was going."""

    username = StringField(
        lazy_gettext("用户名"), [InputRequired(lazy_gettext("请填写用户名")), Length(max=40)]
    )
    password = PasswordField(lazy_gettext("密码"), [InputRequired(lazy_gettext("请填写密码"))])
    next = HiddenField()


@blueprint.get("/login")
def form() -> str | Response:
    """The empty form, or on to the console for who is in already."""
    wanted = request.args.get("next")
    if find_member_here() is not None:
        return redirect(safe_next(wanted))
    return _show(LoginForm(next=wanted or ""))


@blueprint.post("/login")
def submit() -> Response | tuple[str, int]:
    """Check name and password; every refusal of them reads the same."""
    login_form = LoginForm()
    if not login_form.validate_on_submit():
        return _show(login_form), 422
    try:
        token = log_in(login_form.username.data, login_form.password.data, address=request.remote_addr or "")
    except LoginRefused:
        return _show(login_form, _("用户名或密码不对。连续输错 5 次会锁定 15 分钟，再错会更久。")), 401
    except TooManyTries:
        return _show(login_form, _("这个网络地址尝试的次数太多，请 15 分钟后再试。")), 429
    if (member := find_member_here()) is not None:
        end_session(member.session_id)
    session.clear()
    session[TOKEN] = token
    return redirect(safe_next(login_form.next.data))


@blueprint.post("/logout")
def leave() -> Response:
    """End this session on the server as well, so that a copy of the cookie is worth nothing."""
    end_session(get_member_here().session_id)
    session.clear()
    flash(_("已退出登录。"), "success")
    return redirect(url_for("console.login.form"))


def _show(login_form: LoginForm, refusal: str = "") -> str:
    return render_template("console/account/login.html", form=login_form, refusal=refusal)
