"""What a sheet of goods wants: its rows by product, and each product as a draft or as errors with their cells."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from flask_babel import gettext as _

from app.catalog.descriptions import clean
from app.catalog.drafts import ProductDraft
from app.catalog.importing import Known, ProductWish
from app.catalog.models import Product
from app.catalog.states import PRODUCT_MOVES, ProductState
from app.core.errors import InputInvalid
from app.core.incoming import find_row_id
from app.core.spreadsheets.reading import TableRow, read_table
from console.products.sheet_columns import HEADINGS, LEFT_OUT, LIMITS, NEEDED
from console.products.sheet_skus import CellInvalid, Troubles, read_skus, sku_as_it_is

KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,59}")
STATES = {
    "草稿": ProductState.DRAFT,
    "draft": ProductState.DRAFT,
    "在售": ProductState.ON_SALE,
    "on sale": ProductState.ON_SALE,
    "已下架": ProductState.OFF_SALE,
    "下架": ProductState.OFF_SALE,
    "off sale": ProductState.OFF_SALE,
}
_BETWEEN = re.compile(r"[、，,;；\s]+")


@dataclass(frozen=True, slots=True)
class Wish:
    """What the sheet wants of one product, and by which row: `rows` by the place of its SKU in the draft."""

    wanted: ProductWish
    rows: Mapping[int, TableRow]

    @property
    def draft(self) -> ProductDraft:
        """The product as it shall be."""
        return self.wanted.draft

    @property
    def state(self) -> ProductState | None:
        """None: as it is."""
        return self.wanted.state


def read_rows(path: Path) -> list[TableRow]:
    """The rows that say something. Raises: SheetInvalid."""
    return read_table(path, HEADINGS, needed=NEEDED, limits=LIMITS)


def group_rows(rows: Sequence[TableRow]) -> list[list[TableRow]]:
    """Rows of one product together: those of one key, else of one name."""
    groups: dict[tuple[str, str], list[TableRow]] = {}
    for row in rows:
        name = ("key", row["key"]) if row["key"] else ("title", _one_line(row["title"]))
        groups.setdefault(name, []).append(row)
    return list(groups.values())


def split_names(text: str) -> tuple[str, ...]:
    """The names of pictures in a cell, each once."""
    return tuple(dict.fromkeys(name for name in _BETWEEN.split(text) if name))


def find_product(rows: Sequence[TableRow], known: Known) -> Product | None:
    """Which product these rows are about; None for a new one. Raises: CellInvalid."""
    row = rows[0]
    if row["key"]:
        if not KEY.fullmatch(row["key"]):
            raise CellInvalid(row, "key", _("商品标识只能用字母、数字、短横线，最多 60 个"))
        return known.by_key.get(row["key"])
    same = known.by_title.get(_one_line(row["title"]), ())
    if len(same) > 1:
        raise CellInvalid(row, "key", _("有几件商品叫“%(title)s”，请填商品标识", title=row["title"]))
    return same[0] if same else None


def read_wish(rows: Sequence[TableRow], product: Product | None, known: Known, troubles: Troubles) -> Wish:
    """What the rows want of the product; of what is in `troubles` afterwards nothing may be done.

    What a cell leaves empty stays as it is.
    """
    draft, state = as_it_is(product) if product else ProductDraft(title="", skus=()), None
    for key, read in _READERS.items():
        with troubles:
            row, text = _value_of(rows, key)
            draft = read(draft, row, text, known) if text else draft
    with troubles:
        row, text = _value_of(rows, "state")
        state = _read_state(row, text, product) if text else None
    skus, wanted_by = read_skus(rows, product, troubles)
    return Wish(ProductWish(replace(draft, skus=skus), state, product, rows[0]["key"]), wanted_by)


def as_it_is(product: Product) -> ProductDraft:
    """The draft that changes nothing."""
    return ProductDraft(
        title=product.title,
        skus=tuple(sku_as_it_is(sku) for sku in product.skus),
        summary=product.summary,
        description=product.description,
        category_id=product.category_id,
        position=product.position,
        pictures=tuple(picture.file for picture in product.pictures),
    )


def _value_of(rows: Sequence[TableRow], key: str) -> tuple[TableRow, str]:
    """What the rows of a product agree on. Raises: CellInvalid where they do not."""
    filled = [(row, row[key]) for row in rows if row[key]]
    for row, text in filled[1:]:
        if text != filled[0][1]:
            words = _("和 %(cell)s 不一样：同一件商品只能有一个", cell=filled[0][0].place(key))
            raise CellInvalid(row, key, words)
    return filled[0] if filled else (rows[0], "")


Reader = Callable[[ProductDraft, TableRow, str, Known], ProductDraft]


def _read_title(draft: ProductDraft, _row: TableRow, text: str, _known: Known) -> ProductDraft:
    return replace(draft, title=_one_line(text))


def _read_summary(draft: ProductDraft, _row: TableRow, text: str, _known: Known) -> ProductDraft:
    return replace(draft, summary=_one_line(text))


def _read_category(draft: ProductDraft, row: TableRow, text: str, known: Known) -> ProductDraft:
    category_id = known.categories.get(_one_line(text))
    if category_id is None:
        raise CellInvalid(row, "category", _("没有分类“%(title)s”，请先添加", title=text[:40]))
    return replace(draft, category_id=category_id)


def _read_position(draft: ProductDraft, row: TableRow, text: str, _known: Known) -> ProductDraft:
    number = find_row_id(text)
    if number is None or number > 9999:
        raise CellInvalid(row, "position", _("排序要填 0 到 9999 的整数，小的在前"))
    return replace(draft, position=number)


def _read_pictures(draft: ProductDraft, row: TableRow, text: str, known: Known) -> ProductDraft:
    names = split_names(text)
    if missing := [name for name in names if name not in known.pictures]:
        words = _(
            "没有图片“%(name)s”：把它和表格放进同一个压缩包，或先在商品编辑页上传", name=missing[0][:60]
        )
        raise CellInvalid(row, "pictures", words)
    return replace(draft, pictures=names)


def _read_description(draft: ProductDraft, row: TableRow, text: str, _known: Known) -> ProductDraft:
    if text == LEFT_OUT:
        return draft
    try:
        wanted, there = clean(text), clean(draft.description)
    except InputInvalid as error:
        raise CellInvalid(row, "description", error.message) from error
    return draft if wanted.split() == there.split() else replace(draft, description=wanted)


_READERS: Mapping[str, Reader] = {
    "title": _read_title,
    "summary": _read_summary,
    "category": _read_category,
    "position": _read_position,
    "pictures": _read_pictures,
    "description": _read_description,
}


def _read_state(row: TableRow, text: str, product: Product | None) -> ProductState | None:
    wanted = STATES.get(text.casefold())
    if wanted is None:
        raise CellInvalid(row, "state", _("状态要填草稿、在售或已下架"))
    now = product.state if product else ProductState.DRAFT
    if wanted == now:
        return None
    if wanted not in PRODUCT_MOVES[now]:
        words = (
            _("新商品只能是草稿或在售") if product is None else _("上过架的商品不能变回草稿，草稿也不能下架")
        )
        raise CellInvalid(row, "state", words)
    return wanted


def _one_line(text: str) -> str:
    return " ".join(text.split())
