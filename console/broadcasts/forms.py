"""The composer's form: what stands in it, what its buttons do, and the draft it means."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import request
from flask_babel import gettext as _

from app.broadcasts.audience import MAX_CONDITIONS, ConditionKind
from app.broadcasts.composing import Draft, read_draft
from app.broadcasts.content import MAX_CARDS, Item
from app.broadcasts.models import Broadcast
from app.broadcasts.segments import get_segment
from app.broadcasts.states import Way
from app.core.errors import InputInvalid, NotFound
from app.core.incoming import find_row_id, row_id
from app.notice_templates.purposes import BY_HAND, Purpose
from console.frame.form_fields import read_fen, read_whole, show_yuan

MOST_ROWS = (
    20  # of anything in the form: what is too much for WeChat is said, and stays until somebody takes it out
)
NEVER = "never_bought"  # a button of its own: nobody finds it behind "bought" and "not"


@dataclass(frozen=True, slots=True)
class Row:
    """A condition as it stands in the form; `value` as it was typed."""

    kind: ConditionKind
    value: str = ""
    is_not: bool = False

    def keep(self) -> dict[str, object]:
        """As `read_audience` takes it; what cannot be read becomes a value that it refuses."""
        value: object = self.value.strip()
        if self.kind is ConditionKind.SPENT_OVER:
            value = read_fen(self.value, -1)
        elif self.kind is ConditionKind.TAG:
            value = find_row_id(self.value) or -1
        elif self.kind in (ConditionKind.CART_LEFT, ConditionKind.NEW, ConditionKind.SILENT):
            value = read_whole(self.value, -1)
        return {"kind": self.kind.value, "value": value, "is_not": self.is_not}


@dataclass(frozen=True, slots=True)
class Form:
    """A broadcast as it stands in the composer. `version`: of the draft that was shown, 0 for a new one."""

    name: str = ""
    way: str = Way.MASS.value
    purpose: str = BY_HAND[0].value  # of a notification
    items: tuple[Item, ...] = ()
    rows: tuple[Row, ...] = ()
    segment_id: int | None = None
    segment_name: str = ""
    segment_trouble: str = ""  # why it could not be kept under that name
    version: int = 0
    is_unfinished: bool = False  # a button was pressed that only changes the form
    newest: str = ""  # what to write in now: `item:2`, `row:0`

    @property
    def most(self) -> int:
        """How many products this way takes."""
        return MAX_CARDS[Way(self.way)]

    @property
    def room(self) -> int:
        """How many products may still be added to the form, whatever the way takes."""
        return max(MAX_CARDS.values()) - len(self.items)

    @property
    def is_full(self) -> bool:
        """Whether no condition can be added."""
        return len(self.rows) >= MAX_CONDITIONS

    @property
    def meant(self) -> Purpose | None:
        """What a notification is for; None for the other ways."""
        return Purpose(self.purpose) if self.way == Way.NOTICE else None

    def keep_content(self) -> dict[str, Any]:
        """As `read_content` takes it."""
        return {"items": [{"slug": i.slug, "title": i.title, "summary": i.summary} for i in self.items]}

    def keep_audience(self) -> dict[str, Any]:
        """As `read_audience` takes it; empty when a segment is named."""
        return {"conditions": [row.keep() for row in self.rows]}

    def draft(self) -> Draft:
        """What it means. Raises: InputInvalid."""
        audience = self.keep_audience() if self.segment_id is None else {}
        return read_draft(self.name, self.way, self.keep_content(), audience, self.segment_id, self.purpose)


def open_form(row: Broadcast) -> Form:
    """The form with what is kept."""
    items = tuple(
        Item(str(each["slug"]), str(each.get("title", "")), str(each.get("summary", "")))
        for each in row.content.get("items", ())
    )
    purpose = (row.purpose or BY_HAND[0]).value
    rows = read_rows(row.audience)
    return Form(row.name, row.way.value, purpose, items, rows, row.segment_id, version=row.version)


def read_form() -> Form:
    """The form as it was sent, with what the pressed button does."""
    form = request.form
    way, purpose = form.get("way", ""), form.get("purpose", "")
    sent = Form(
        name=form.get("name", ""),
        way=way if way in set(Way) else Way.MASS.value,
        purpose=purpose if purpose in BY_HAND else BY_HAND[0].value,
        items=_read_items(),
        rows=_read_sent_rows(),
        segment_id=form.get("segment", type=row_id) or None,
        segment_name=form.get("segment_name", ""),
        version=form.get("version", 0, type=row_id) or 0,
    )
    return _press(sent, form.get("do", ""))


def read_rows(audience: Mapping[str, Any]) -> tuple[Row, ...]:
    """Kept conditions as the form shows them."""
    return tuple(
        Row(ConditionKind(each["kind"]), _show(each), bool(each.get("is_not")))
        for each in audience.get("conditions", ())
    )


def _show(each: Mapping[str, Any]) -> str:
    value = each.get("value", "")
    return show_yuan(value) or "0" if each["kind"] == ConditionKind.SPENT_OVER else str(value)


def _read_items() -> tuple[Item, ...]:
    columns = (request.form.getlist(name) for name in ("item-slug", "item-title", "item-summary"))
    return tuple(Item(*row) for row in zip(*columns, strict=False))[:MOST_ROWS]


def _read_sent_rows() -> tuple[Row, ...]:
    form, rows = request.form, []
    for number in form.getlist("row")[:MOST_ROWS]:
        kind = form.get(f"c{number}-kind", "")
        if kind in set(ConditionKind):
            is_not = form.get(f"c{number}-not") == "yes"
            rows.append(Row(ConditionKind(kind), form.get(f"c{number}-value", ""), is_not))
    return tuple(rows)


def _press(form: Form, button: str) -> Form:
    """`item-add`, `item-up:1`, `item-down:0`, `item-remove:0`, `row-add:tag`, `row-remove:1`, `unpack`, `refresh`."""
    action, _colon, rest = button.partition(":")
    if action in ("", "save"):
        return form
    form = replace(form, is_unfinished=True)
    if action == "item-add":
        return _add_item(form, request.form.get("product", ""))
    if action == "row-add":
        return _add_row(form, rest)
    if action == "unpack":
        return _unpack(form)
    if not rest.isdecimal() or len(rest) > 2:
        return form
    if action == "row-remove":
        return replace(form, rows=_without(form.rows, int(rest)))
    return replace(form, items=_move_items(form.items, action, int(rest)))


def _add_item(form: Form, slug: str) -> Form:
    if not slug or form.room <= 0 or slug in {item.slug for item in form.items}:
        return form
    return replace(form, items=(*form.items, Item(slug)))


def _add_row(form: Form, kind: str) -> Form:
    row = Row(ConditionKind.BOUGHT, is_not=True) if kind == NEVER else None
    if kind in set(ConditionKind):
        row = Row(ConditionKind(kind))
    if row is None or form.is_full:
        return form
    return replace(form, rows=(*form.rows, row), newest=f"row:{len(form.rows)}")


def _unpack(form: Form) -> Form:
    """The conditions of the chosen segment become the broadcast's own, to be changed."""
    if form.segment_id is None:
        return form
    try:
        rows = read_rows(get_segment(form.segment_id).audience)
    except NotFound:
        rows = form.rows
    return replace(form, rows=rows, segment_id=None)


def _without(rows: tuple[Any, ...], place: int) -> tuple[Any, ...]:
    return tuple(row for number, row in enumerate(rows) if number != place)


def _move_items(items: tuple[Item, ...], action: str, place: int) -> tuple[Item, ...]:
    if action == "item-remove":
        return _without(items, place)
    other = place + {"item-up": -1, "item-down": 1}.get(action, 0)
    if not (0 <= place < len(items) and 0 <= other < len(items)):
        return items
    moved = list(items)
    moved[place], moved[other] = moved[other], moved[place]
    return tuple(moved)


def find_trouble(form: Form) -> str:
    """Why the form cannot be kept as it stands; empty when it can."""
    try:
        form.draft()
    except InputInvalid as error:
        return error.message or _("内容无法识别")
    return ""


def placed(rows: Sequence[Row]) -> list[tuple[int, Row]]:
    """Each condition with its place, for names of fields."""
    return list(enumerate(rows))
