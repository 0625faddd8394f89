"""The SKUs that a sheet of goods wants a product to have."""

from collections.abc import Sequence
from dataclasses import replace

from flask_babel import gettext as _

from app.catalog.drafts import SkuDraft
from app.catalog.models import Product, Sku
from app.catalog.options import combine, options_among, read_combination
from app.core.errors import InputInvalid
from app.core.incoming import find_row_id
from app.core.money import read_yuan
from app.core.spreadsheets.reading import TableRow

NEW = SkuDraft("", "", 0, 0)


class CellInvalid(Exception):
    """One cell is wrong: its row, its column, and a sentence."""

    def __init__(self, row: TableRow, key: str, words: str) -> None:
        super().__init__(words)
        self.row, self.key, self.words = row, key, words


class Troubles:
    """Gathers what is wrong, so that somebody can mend all of it at once: `with troubles: …` for each thing read."""

    def __init__(self) -> None:
        self.found: list[CellInvalid] = []

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> bool:
        if isinstance(error, CellInvalid):
            self.found.append(error)
            return True
        return False


def sku_as_it_is(sku: Sku) -> SkuDraft:
    """The draft of a SKU that changes nothing."""
    return SkuDraft(sku.options, sku.code, sku.price_fen, 0, sku.weight_grams, sku.id)


def read_skus(
    rows: Sequence[TableRow], product: Product | None, troubles: Troubles
) -> tuple[tuple[SkuDraft, ...], dict[int, TableRow]]:
    """All SKUs the product shall have, and by which row; what the sheet does not name stays."""
    own = list(product.skus) if product else []
    skus, wanted_by = [sku_as_it_is(sku) for sku in own], dict[int, TableRow]()
    for row in rows:
        with troubles:
            _take_row(row, own, skus, wanted_by)
    if not troubles.found and {each.options for each in skus} != {sku.options for sku in own}:
        with troubles:
            _check_matrix(rows[-1], skus)
    return tuple(skus), wanted_by


def _take_row(
    row: TableRow, own: Sequence[Sku], skus: list[SkuDraft], wanted_by: dict[int, TableRow]
) -> None:
    options = _read_options(row)
    place = _find_sku(own, options, row["code"])
    if place in wanted_by:
        raise CellInvalid(row, "options", _("和第 %(n)s 行是同一个规格", n=wanted_by[place].number))
    others = [each.options for number, each in enumerate(skus) if number != place]
    if options in others:
        raise CellInvalid(row, "options", _("这件商品已有这个规格"))
    sku = own[place] if place is not None else None
    draft = _read_sku(row, replace(skus[place] if place is not None else NEW, options=options), sku)
    if place is None:
        place = len(skus)
        skus.append(draft)
    skus[place] = draft
    wanted_by[place] = row


def _read_options(row: TableRow) -> str:
    try:
        return read_combination(row["options"])
    except InputInvalid as error:
        raise CellInvalid(row, "options", error.message) from error


def _find_sku(own: Sequence[Sku], options: str, code: str) -> int | None:
    for place, sku in enumerate(own):
        if sku.options == options:
            return place
    return next((place for place, sku in enumerate(own) if code and sku.code == code), None)


def _read_sku(row: TableRow, draft: SkuDraft, sku: Sku | None) -> SkuDraft:
    price_fen, weight = draft.price_fen, draft.weight_grams
    if row["price"]:
        try:
            price_fen = read_yuan(row["price"])
        except ValueError as error:
            raise CellInvalid(row, "price", _("价格没有填对，请写成 68 或 68.50")) from error
    if price_fen <= 0:
        raise CellInvalid(row, "price", _("价格要大于 0"))
    if row["weight"]:
        weight = _read_number(row, "weight")
    change = _read_change(row, sku)
    return replace(
        draft, code=row["code"] or draft.code, price_fen=price_fen, weight_grams=weight, stock_change=change
    )


def _read_change(row: TableRow, sku: Sku | None) -> int:
    """How many pieces more or less. A number that was not edited since the export changes nothing."""
    if not row["stock"]:
        return 0
    wanted, now = _read_number(row, "stock"), sku.stock if sku else 0
    if wanted == now or sku is None or not row["seen"]:
        return wanted - now
    seen = _read_number(row, "seen")
    if wanted == seen:
        return 0
    if seen != now:
        words = _(
            "导出以后库存从 %(seen)s 变成了 %(now)s。请重新导出，或清空“导出时库存”再导入",
            seen=seen,
            now=now,
        )
        raise CellInvalid(row, "stock", words)
    return wanted - now


def _read_number(row: TableRow, key: str) -> int:
    number = find_row_id(row[key].replace(",", ""))
    if number is None:
        raise CellInvalid(row, key, _("要填整数"))
    return number


def _check_matrix(row: TableRow, skus: Sequence[SkuDraft]) -> None:
    """The editor knows whole tables of combinations only."""
    there = {sku.options for sku in skus}
    try:
        wanted = combine(options_among([sku.options for sku in skus]))
    except InputInvalid as error:
        raise CellInvalid(row, "options", error.message) from error
    if missing := [each for each in wanted if each not in there]:
        raise CellInvalid(row, "options", _("规格组合不全，还缺“%(options)s”", options=missing[0]))
    if len(there) > len(wanted):
        raise CellInvalid(row, "options", _("同一件商品的规格名称要一样"))
