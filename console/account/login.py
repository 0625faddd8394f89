"""Logging in and out. A login always begins a new session: nothing of the cookie before it is kept."""

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import InputRequired, Length

from app.staff.login import Entry, LoginRefused, enter_code, log_in
from app.staff.sessions import end_session, find_waiting
from app.staff.tries import TooManyTries
from console.account.devices import client_here, remember
from console.frame.member import TOKEN, find_member_here, get_member_here
from console.frame.safe_paths import safe_next

blueprint = Blueprint("login", __name__)

WAITING = "staff_waiting"  # in the session: the token of a login whose second factor is asked for


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
        entry = log_in(login_form.username.data, login_form.password.data, client_here())
    except LoginRefused:
        return _show(login_form, _("用户名或密码不对。连续输错 5 次会锁定 15 分钟，再错会更久。")), 401
    except TooManyTries:
        return _show(login_form, _too_many()), 429
    if (member := find_member_here()) is not None:
        end_session(member.session_id)
    if not entry.needs_code:
        return _let_in(entry, login_form.next.data)
    session.clear()
    session[WAITING] = entry.token
    return redirect(url_for("console.login.code_form", next=login_form.next.data or None))


@blueprint.get("/login/code")
def code_form() -> str | Response:
    """Ask for the second factor; who has not given his password goes back to the beginning."""
    wanted = request.args.get("next", "")
    if find_waiting(session.get(WAITING, "")) is None:
        return redirect(url_for("console.login.form", next=wanted or None))
    return _show_code(wanted)


@blueprint.post("/login/code")
def submit_code() -> Response | tuple[str, int]:
    """Check the second factor."""
    wanted = request.form.get("next", "")
    try:
        entry = enter_code(session.get(WAITING, ""), request.form.get("code", ""), client_here())
    except LoginRefused as error:
        if not error.details.get("over"):
            return _show_code(wanted, error.message), 401
        flash(error.message, "danger")
        return redirect(url_for("console.login.form", next=wanted or None))
    except TooManyTries:
        return _show_code(wanted, _too_many()), 429
    return _let_in(entry, wanted)


@blueprint.post("/logout")
def leave() -> Response:
    """End this session on the server as well, so that a copy of the cookie is worth nothing."""
    end_session(get_member_here().session_id)
    session.clear()
    flash(_("已退出登录。"), "success")
    return redirect(url_for("console.login.form"))


def _let_in(entry: Entry, wanted: str | None) -> Response:
    session.clear()
    session[TOKEN] = entry.token
    return remember(redirect(safe_next(wanted)), entry.staff_id)


def _too_many() -> str:
    return _("这个网络地址尝试的次数太多，请 15 分钟后再试。")


def _show_code(wanted: str, refusal: str = "") -> str:
    return render_template("console/account/code.html", wanted=wanted, refusal=refusal)


def _show(login_form: LoginForm, refusal: str = "") -> str:
    return render_template("console/account/login.html", form=login_form, refusal=refusal)
