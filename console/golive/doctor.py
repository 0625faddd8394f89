"""The doctor's page: looked at any time, run in the background, watched while it runs."""

from collections.abc import Sequence

from flask import Blueprint, current_app, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from app.core.errors import InputInvalid
from app.golive import records
from app.golive.checks import BY_NAME, CHECKS
from app.golive.checks.contract import Group
from app.golive.doctor import start
from app.golive.models import Verdict
from app.golive.proof_files import keep_proof_file, list_proof_files, remove_proof_file
from app.golive.report import Line, make_report
from app.staff.service import find_usernames
from console.frame.labels import Labels
from console.frame.member import get_member_here

blueprint = Blueprint("doctor", __name__, url_prefix="/doctor")

MAX_PROOF_BYTES = 4096
NEVER = "never"

group_label = Labels(
    {
        Group.SERVER: _l("公众号与服务器"),
        Group.DOMAINS: _l("域名"),
        Group.PAY: _l("微信支付和支付宝"),
        Group.MACHINE: _l("服务器本身"),
    }
)
verdict_label = Labels(
    {
        Verdict.OK: _l("正常"),
        Verdict.WARN: _l("要留意"),
        Verdict.FAIL: _l("不通"),
        Verdict.UNKNOWN: _l("查不到"),
        NEVER: _l("没查过"),
    }
)
COLOURS = {
    Verdict.OK: "green",
    Verdict.WARN: "orange",
    Verdict.FAIL: "red",
    Verdict.UNKNOWN: "azure",
    NEVER: "secondary",
}


@blueprint.get("/")
def show() -> str:
    """The report as it stands; what fails stands open."""
    report = make_report(current_app.config)
    return render_template(
        "console/golive/doctor.html",
        report=report,
        groups=_groups(report.lines),
        running=records.find_running(),
        total=len(CHECKS),
        last=records.find_last_run(),
        names={**find_usernames(), "command": _("命令行")},
        proof_files=list_proof_files(),
        group_label=group_label,
        verdict_label=verdict_label,
        colours=COLOURS,
    )


@blueprint.get("/progress")
def progress() -> Response:
    """How far the run is, for the page that watches."""
    running = records.find_running()
    done = records.count_findings(running.id) if running else len(CHECKS)
    return jsonify(is_running=running is not None, done=done, total=len(CHECKS))


@blueprint.post("/run")
def run() -> Response:
    """Begin; a second press watches the same run."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    start(app, actor=get_member_here().actor)
    return redirect(url_for("console.doctor.show"))


@blueprint.post("/tick/<name>")
def tick(name: str) -> Response:
    """A person confirms what no interface can tell, or takes it back."""
    check = BY_NAME.get(name)
    if check is None or check.asks is None:
        flash(_("这一项不用人来确认。"), "warning")
    elif request.form.get("do") == "off":
        records.take_tick(name)
    else:
        records.set_tick(name, check.about(current_app.config), actor=get_member_here().actor)
    return redirect(url_for("console.doctor.show", _anchor=name))


@blueprint.post("/proof-files")
def add_proof_file() -> Response:
    """Put a file at the root of our host."""
    file = request.files.get("file")
    content = file.stream.read(MAX_PROOF_BYTES) if file else b""
    try:
        if file is None or not file.filename:
            raise InputInvalid(_("请先选择文件"))
        keep_proof_file(file.filename, _plain(content), actor=get_member_here().actor)
    except InputInvalid as error:
        flash(error.message, "danger")
    else:
        flash(_("放好了，现在可以在公众平台点确定。"), "success")
    return redirect(url_for("console.doctor.show", _anchor="proof-files"))


@blueprint.post("/proof-files/remove")
def remove_file() -> Response:
    """Take one away."""
    remove_proof_file(request.form.get("name", "")[:80], actor=get_member_here().actor)
    flash(_("已删除。"), "info")
    return redirect(url_for("console.doctor.show", _anchor="proof-files"))


def _groups(lines: Sequence[Line]) -> list[tuple[Group, list[Line]]]:
    return [(group, [line for line in lines if line.check.group == group]) for group in Group]


def _plain(content: bytes) -> str:
    return content.decode("ascii", errors="replace")
