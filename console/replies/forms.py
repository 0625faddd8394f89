"""The reply editor: the piece of a form in which the merchant says what the account answers.

A page shows it with `open_replies` and the macros of `_replies.html`, and reads it with `read_replies`: buttons
that add, move or take away a reply send the form, too, and the page shows it again while `is_unfinished`.
The page's view takes files: `@takes_body_of(MAX_FORM_BYTES)`.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import PurePath

from flask import request

from app.catalog.models import Product
from app.catalog.service import list_all
from app.catalog.states import ProductState
from app.core.errors import InputInvalid, StorageFull
from app.core.incoming import row_id
from app.core.media.store import MediaUnreachable
from app.keywords.replies import MAX_CARDS, MAX_REPLIES, ReplyKind, ReplyMode, ReplySpec, find_problems
from app.materials.models import Material
from app.materials.service import MAX_UPLOAD_BYTES, add_material, find_material, list_materials
from console.replies.labels import MATERIAL_OF, reply_in_short

MAX_FORM_BYTES = MAX_UPLOAD_BYTES + 1024 * 1024
_TEXTS = ("text", "title", "summary", "url", "article_id", "kf_account")


@dataclass(frozen=True)
class ReplyEditor:
    """The replies as they stand in the form. `problems`: sentences by the reply's place."""

    replies: tuple[ReplySpec, ...]
    mode: ReplyMode = ReplyMode.ALL
    problems: Mapping[int, Sequence[str]] = field(default_factory=dict)
    is_unfinished: bool = False  # a button was pressed or a file refused: nothing to save yet
    newest: int | None = None  # the reply to write in now
    barred: Collection[ReplyKind] = ()
    most: int = MAX_REPLIES

    @property
    def kinds(self) -> list[ReplyKind]:
        """What can be added."""
        return [kind for kind in ReplyKind if kind not in self.barred]

    @property
    def is_full(self) -> bool:
        """Whether no reply can be added."""
        return len(self.replies) >= self.most

    @cached_property
    def products(self) -> Mapping[str, Product]:
        """The catalogue by slug, in the order of the shelf."""
        return {product.slug: product for product in list_all()}

    def shown(self, spec: ReplySpec) -> list[Product]:
        """The products whose cards this reply shows now."""
        if spec.kind is ReplyKind.PRODUCT:
            chosen = [self.products[slug] for slug in spec.slugs if slug in self.products]
        else:
            chosen = sorted(self.products.values(), key=lambda each: each.created_at, reverse=True)
        return [each for each in chosen if each.state is ProductState.ON_SALE][:MAX_CARDS]

    def materials_for(self, kind: ReplyKind) -> list[Material]:
        """What a reply of this kind can send, the newest first."""
        return [material for material in self._materials.values() if material.kind is MATERIAL_OF[kind]]

    def material_of(self, spec: ReplySpec) -> Material | None:
        """What this reply sends, unless it was deleted."""
        if spec.material_id is None:
            return None
        return self._materials.get(spec.material_id) or find_material(spec.material_id)

    def in_short(self, spec: ReplySpec) -> str:
        """What a reply says, for a line of a list."""
        return reply_in_short(spec, self.products, self.material_of(spec))

    @cached_property
    def _materials(self) -> Mapping[int, Material]:
        return {material.id: material for material in list_materials()}

    def with_problems(self) -> "ReplyEditor":
        """The same, with a sentence for everything that could not be sent."""
        found = {place: find_problems(spec) for place, spec in enumerate(self.replies)}
        return replace(self, problems={place: each for place, each in found.items() if each} | self.problems)


def open_replies(
    replies: Sequence[ReplySpec],
    mode: ReplyMode = ReplyMode.ALL,
    *,
    barred: Collection[ReplyKind] = (),
    most: int = MAX_REPLIES,
) -> ReplyEditor:
    """The editor with what is kept. `barred`: kinds that make no sense in this place; `most`: how many replies."""
    return ReplyEditor(tuple(replies), mode, barred=barred, most=most)


def read_replies(*, actor: str, barred: Collection[ReplyKind] = (), most: int = MAX_REPLIES) -> ReplyEditor:
    """The editor as the form was sent. Files that came along become materials and are chosen."""
    replies: list[ReplySpec] = []
    problems: dict[int, list[str]] = {}
    for number in request.form.getlist("reply")[: 2 * MAX_REPLIES]:
        if (kind := _find_kind(f"r{number}-kind")) is None:
            continue
        spec = _read_spec(kind, f"r{number}-")
        try:
            spec = _take_file(spec, f"r{number}-file", actor)
        except (InputInvalid, StorageFull, MediaUnreachable) as error:
            problems[len(replies)] = [str(error)]
        replies.append(spec)
    mode = ReplyMode.ONE if request.form.get("reply-mode") == ReplyMode.ONE else ReplyMode.ALL
    editor = ReplyEditor(tuple(replies), mode, problems, bool(problems), barred=barred, most=most)
    return _press(editor, request.form.get("do", ""))


def _find_kind(name: str) -> ReplyKind | None:
    value = request.form.get(name)
    return ReplyKind(value) if value in set(ReplyKind) else None


def _read_spec(kind: ReplyKind, prefix: str) -> ReplySpec:
    texts = {name: request.form.get(prefix + name, "").replace("\r\n", "\n") for name in _TEXTS}
    return ReplySpec(
        kind=kind,
        material_id=_read_material(kind, request.form.get(prefix + "material", type=row_id)),
        slugs=tuple(dict.fromkeys(request.form.getlist(prefix + "slug"))),
        **texts,
    )


def _read_material(kind: ReplyKind, number: int | None) -> int | None:
    if kind not in MATERIAL_OF or number is None:
        return None
    material = find_material(number)
    return material.id if material and material.kind is MATERIAL_OF[kind] else None


def _take_file(spec: ReplySpec, name: str, actor: str) -> ReplySpec:
    file = request.files.get(name)
    if file is None or not file.filename or spec.kind not in MATERIAL_OF:
        return spec
    title = PurePath(file.filename.replace("\\", "/")).stem
    material = add_material(MATERIAL_OF[spec.kind], file.read(), title=title, is_permanent=True, actor=actor)
    return replace(spec, material_id=material.id)


def _press(editor: ReplyEditor, button: str) -> ReplyEditor:
    """What the button does: `reply-add:text`, `reply-up:1`, `reply-product:0`, `reply-drop:0:slug` …"""
    if not button.startswith("reply-"):
        return editor
    action, _colon, rest = button.removeprefix("reply-").partition(":")
    editor = replace(editor, is_unfinished=True)
    if action == "add":
        return _add(editor, rest)
    place, _colon, detail = rest.partition(":")
    if not place.isdecimal() or len(place) > 2 or int(place) >= len(editor.replies):
        return editor
    return _change(editor, action, int(place), detail)


def _add(editor: ReplyEditor, kind: str) -> ReplyEditor:
    if editor.is_full or kind not in editor.kinds:
        return editor
    replies = (*editor.replies, ReplySpec(ReplyKind(kind)))
    return replace(editor, replies=replies, newest=len(editor.replies))


def _change(editor: ReplyEditor, action: str, place: int, detail: str) -> ReplyEditor:
    replies, spec = list(editor.replies), editor.replies[place]
    if action == "remove":
        del replies[place]
    elif action in ("up", "down"):
        other = max(place - 1, 0) if action == "up" else min(place + 1, len(replies) - 1)
        replies[place], replies[other] = replies[other], replies[place]
    elif action == "product":
        wanted = request.form.get(f"r{place}-product", "")
        slugs = dict.fromkeys([*spec.slugs, wanted] if wanted in editor.products else spec.slugs)
        replies[place] = replace(spec, slugs=tuple(slugs))
    elif action == "drop":
        replies[place] = replace(spec, slugs=tuple(slug for slug in spec.slugs if slug != detail))
    moves = action in ("remove", "up", "down")
    return replace(editor, replies=tuple(replies), problems={} if moves else editor.problems)
