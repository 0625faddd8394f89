"""A sheet of goods, judged before anything is done: what each row adds, changes or leaves, and what is wrong where."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from flask_babel import gettext as _

from app.catalog.drafts import ProductDraft, SkuDraft, check
from app.catalog.importing import Known, find_known
from app.catalog.models import Product
from app.core.errors import InputInvalid
from app.core.money import format_yuan
from app.core.spreadsheets.reading import TableRow
from console.frame.state_labels import state_label
from console.products.sheet_reading import (
    Wish,
    as_it_is,
    find_product,
    group_rows,
    read_wish,
    split_names,
)
from console.products.sheet_skus import CellInvalid, Troubles

ADDED, CHANGED, LEFT, WRONG = "green", "azure", "secondary", "red"  # the tones of the badges


@dataclass(frozen=True, slots=True)
class Line:
    """One row with what becomes of it."""

    place: str
    title: str
    tone: str
    result: str
    words: str

    @property
    def report(self) -> Mapping[str, str]:
        """As the page of a long job shows it."""
        words = f"{self.title}：{self.words}" if self.words else self.title
        return {"place": self.place, "tone": self.tone, "result": self.result, "words": words}


@dataclass(frozen=True, slots=True)
class Judged:
    """One product of the sheet. `wish` is None where nothing is to be done."""

    rows: tuple[TableRow, ...]
    lines: tuple[Line, ...]
    wish: Wish | None = None

    @property
    def tone(self) -> str:
        """Whether it is added, changed, left or wrong."""
        tones = {line.tone for line in self.lines}
        return next(tone for tone in (WRONG, ADDED, CHANGED, LEFT) if tone in tones)


def load_known(rows: Iterable[TableRow]) -> Known:
    """What the shop has of what these rows name. May ask the media store: never inside a transaction."""
    listed = list(rows)
    return find_known(
        keys={row["key"] for row in listed},
        titles={" ".join(row["title"].split()) for row in listed},
        pictures={name for row in listed for name in split_names(row["pictures"])},
    )


def judge_rows(rows: Sequence[TableRow], *, may_move: bool, sent: Collection[str] = ()) -> list[Judged]:
    """Every product of the sheet, in its order. `may_move`: whether whoever imports may put goods on sale.

    `sent`: names of pictures that came along and are not in the shop yet.
    """
    known, seen, judged = load_known(rows), dict[int, TableRow](), list[Judged]()
    known = replace(known, pictures=known.pictures.union(sent))
    for group in group_rows(rows):
        try:
            product = find_product(group, known)
            if product is not None and product.id in seen:
                words = _("和第 %(n)s 行是同一件商品，请填同样的商品标识", n=seen[product.id].number)
                raise CellInvalid(group[0], "title", words)
        except CellInvalid as error:
            judged.append(refuse(group, error))
            continue
        if product is not None:
            seen[product.id] = group[0]
        judged.append(judge(group, product, known, may_move=may_move))
    return judged


def judge(rows: Sequence[TableRow], product: Product | None, known: Known, *, may_move: bool) -> Judged:
    """The rows of one product against it as it stands; None for a new one."""
    troubles = Troubles()
    wish = read_wish(rows, product, known, troubles)
    if wish.state is not None and not may_move:
        troubles.found.append(CellInvalid(rows[0], "state", _("你不能上架和下架商品，请把状态留空")))
    if not troubles.found:
        try:
            check(wish.draft, product.id if product else None)
        except InputInvalid as error:
            troubles.found.append(CellInvalid(rows[0], "title", error.message))
    if troubles.found:
        return refuse(rows, *troubles.found)
    if product is None:
        return Judged(tuple(rows), tuple(_say_new(wish, row) for row in rows), wish)
    lines = tuple(_say_change(wish, product, row) for row in rows)
    return Judged(tuple(rows), lines, wish if any(line.tone == CHANGED for line in lines) else None)


def refuse(rows: Sequence[TableRow], *errors: CellInvalid) -> Judged:
    """Nothing of this product is taken: half of it would be worse. Each row says all that is wrong in it."""
    first, lines = errors[0].row.place(errors[0].key), []
    for row in rows:
        own = [error for error in errors if error.row is row]
        words = "；".join(_say_wrong(error, is_first=error is own[0]) for error in own)
        place = row.place(own[0].key if own else "title")
        words = words or _("同一件商品的 %(cell)s 不对", cell=first)
        lines.append(Line(place, _title_of(rows), WRONG, _("不导入"), words))
    return Judged(tuple(rows), tuple(lines))


def _say_wrong(error: CellInvalid, *, is_first: bool) -> str:
    """The cell of the first error is the line's place; the others name theirs."""
    return error.words if is_first else f"{error.row.place(error.key)} {error.words}"


def _say_new(wish: Wish, row: TableRow) -> Line:
    sku = next(wish.draft.skus[place] for place, each in wish.rows.items() if each is row)
    state = state_label(wish.state or "draft")
    words = _(
        "%(options)s ¥%(price)s，%(n)s 件，%(state)s",
        options=sku.options.replace(";", "；"),
        price=format_yuan(sku.price_fen),
        n=sku.stock_change,
        state=state,
    )
    return Line(row.place("title"), wish.draft.title, ADDED, _("新增"), words.strip())


def _say_change(wish: Wish, product: Product, row: TableRow) -> Line:
    place = next(place for place, each in wish.rows.items() if each is row)
    before = as_it_is(product)
    changes = _sku_changes(
        product, before.skus[place] if place < len(before.skus) else None, wish.draft.skus[place]
    )
    if row is min(wish.rows.values(), key=lambda each: each.number):
        changes = [*_word_changes(before, wish), *changes]
    if not changes:
        return Line(row.place("title"), product.title, LEFT, _("不变"), "")
    return Line(row.place("title"), product.title, CHANGED, _("修改"), "；".join(changes))


def _word_changes(before: ProductDraft, wish: Wish) -> list[str]:
    after, found = wish.draft, []
    names = {
        "title": _("商品名称"),
        "summary": _("一句话简介"),
        "category_id": _("分类"),
        "position": _("排序"),
        "pictures": _("图片"),
        "description": _("商品详情"),
    }
    for key, name in names.items():
        if getattr(before, key) != getattr(after, key):
            found.append(_("改%(name)s", name=name))
    if wish.state is not None:
        found.append(_("改为%(state)s", state=state_label(wish.state)))
    return found


def _sku_changes(product: Product, before: SkuDraft | None, after: SkuDraft) -> list[str]:
    if before is None:
        return [_("新规格 %(options)s", options=after.options.replace(";", "；"))]
    found = []
    if before.options != after.options:
        found.append(_("规格改为 %(options)s", options=after.options.replace(";", "；")))
    if before.price_fen != after.price_fen:
        prices = {"old": format_yuan(before.price_fen), "new": format_yuan(after.price_fen)}
        found.append(_("价格 %(old)s → %(new)s", **prices))
    if after.stock_change:
        now = next(sku.stock for sku in product.skus if sku.id == after.sku_id)
        found.append(_("库存 %(old)s → %(new)s", old=now, new=now + after.stock_change))
    if before.code != after.code:
        found.append(_("编码 %(old)s → %(new)s", old=before.code, new=after.code))
    if before.weight_grams != after.weight_grams:
        found.append(_("重量 %(old)s → %(new)s 克", old=before.weight_grams, new=after.weight_grams))
    return found


def _title_of(rows: Sequence[TableRow]) -> str:
    return next((row["title"] for row in rows if row["title"]), rows[0]["key"])
