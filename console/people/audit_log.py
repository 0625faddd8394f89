"""The audit log: who did what to which thing, before and after, with the proof that nothing was changed since."""

from collections.abc import Iterator
from dataclasses import dataclass

from flask import Blueprint, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.core import audit, clock
from app.core.audit_listing import Wanted, every_entry, find_entries
from app.core.spreadsheets.writing import Cell
from app.staff.service import find_usernames
from console.frame.audit_words import action_label, say_actor
from console.frame.chosen_days import read_span
from console.frame.csv_files import csv_file
from console.frame.moments import full_moment
from console.people.audit_fields import changes_of, kind_label, subject_label

blueprint = Blueprint("audit_log", __name__, url_prefix="/people/log")


@dataclass(frozen=True, slots=True)
class Filters:
    """What the address asks for, and how it says so."""

    wanted: Wanted

    @property
    def query(self) -> dict[str, str]:
        """What links to the same part carry."""
        wanted, days = self.wanted, self.wanted.days
        said = {"who": wanted.actor, "action": wanted.action, "kind": wanted.kind, "number": wanted.number}
        span = {"from": days.first.isoformat(), "to": days.last.isoformat()} if days else {}
        return {name: value for name, value in said.items() if value} | span


@blueprint.get("/")
def index() -> str:
    """The newest that the filters leave; with `check` after a walk through the whole chain."""
    filters, names = _read_filters(), find_usernames()
    return render_template(
        "console/people/log.html",
        filters=filters,
        found=find_entries(filters.wanted, request.args.get("before", 0, type=int)),
        verdict=audit.verify() if request.args.get("check") else None,
        people=names,
        actions=action_label.table,
        kinds=kind_label.table,
        who=lambda actor: say_actor(actor, names),
        action_label=action_label,
        subject_label=lambda subject: subject_label(subject, names),
        changes_of=changes_of,
    )


@blueprint.get("/export.csv")
def export() -> Response:
    """All that the filters leave, as a file."""
    return csv_file(f"log-{clock.today():%Y%m%d}", _rows(_read_filters().wanted))


def _rows(wanted: Wanted) -> Iterator[list[Cell]]:
    names = find_usernames()
    yield [_("编号"), _("时间"), _("谁"), _("做了什么"), _("对象"), _("之前"), _("之后"), _("校验值")]
    for entry in every_entry(wanted):
        changes = changes_of(entry)
        yield [
            entry.number,
            full_moment(entry.at),
            say_actor(entry.actor, names),
            action_label(entry.action),
            subject_label(entry.subject, names),
            "\n".join(f"{each.label}: {each.was}" for each in changes),
            "\n".join(f"{each.label}: {each.became}" for each in changes),
            entry.hash,
        ]


def _read_filters() -> Filters:
    said = {name: request.args.get(name, "").strip()[:120] for name in ("who", "action", "kind", "number")}
    return Filters(Wanted(said["who"], said["action"], said["kind"], said["number"], read_span()))
