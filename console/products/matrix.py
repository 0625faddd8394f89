"""The table of a product's combinations as it stands in the form: texts as they were typed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from flask_babel import gettext as _

from app.catalog.drafts import SkuDraft
from app.catalog.models import Sku
from app.catalog.options import Option, combine, split_options
from app.core.errors import InputInvalid
from app.core.incoming import find_row_id
from app.core.money import format_yuan, read_yuan


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """One combination."""

    options: str
    sku_id: str = ""  # empty: a new one
    code: str = ""
    price: str = ""
    stock: str = "0"
    seen: str = "0"  # what the stock was when the form was made
    weight: str = "0"

    def draft(self) -> SkuDraft:
        """What the row means. Raises: InputInvalid."""
        name = self.options or _("商品")
        try:
            price_fen = read_yuan(self.price)
        except ValueError as error:
            words = _("%(sku)s的价格没有填对，请写成 68 或 68.50", sku=name)
            raise InputInvalid(words) from error
        stock, seen, weight = (find_row_id(text or "0") for text in (self.stock, self.seen, self.weight))
        if stock is None or seen is None or weight is None:
            raise InputInvalid(_("%(sku)s的库存和重量要填整数", sku=name))
        sku_id = find_row_id(self.sku_id)
        change = stock - (seen if sku_id else 0)
        return SkuDraft(self.options, self.code, price_fen, change, weight, sku_id)


def row_of(sku: Sku) -> MatrixRow:
    """A SKU as the form shows it."""
    price = format_yuan(sku.price_fen).replace(",", "")
    pieces = str(sku.stock)
    return MatrixRow(sku.options, str(sku.id), sku.code, price, pieces, pieces, str(sku.weight_grams))


def rebuild(rows: Sequence[MatrixRow], options: Sequence[Option]) -> tuple[MatrixRow, ...]:
    """A row for each combination of `options`; what was typed stays with what it was typed for.

    A renamed value keeps its SKU. Raises: InputInvalid.
    """
    combinations = combine(options)
    left = list(rows)
    found: dict[str, MatrixRow] = {}
    for row in rows:
        if row.options in combinations:
            found[row.options] = row
            left.remove(row)
    for place, options_text in enumerate(combinations):
        if options_text not in found:
            found[options_text] = _take(options_text, left, rows, place, len(combinations))
    return tuple(found[options_text] for options_text in combinations)


def fill(rows: Sequence[MatrixRow], *, prefix: str = "", **values: str) -> tuple[MatrixRow, ...]:
    """The same values in every row, where one is given; codes of `prefix` and a number where none is."""
    given = {name: value for name, value in values.items() if value}
    filled = [replace(row, **given) for row in rows]
    if not prefix:
        return tuple(filled)
    taken, number = {row.code for row in filled}, 0
    for place, row in enumerate(filled):
        while not row.code:
            number += 1
            if (code := f"{prefix}-{number}") not in taken:
                row = filled[place] = replace(row, code=code)
    return tuple(filled)


def _take(
    options: str, left: list[MatrixRow], rows: Sequence[MatrixRow], place: int, count: int
) -> MatrixRow:
    """The row that was renamed to these options, or got more of them; else a new one like its kin."""
    if len(rows) == count and rows[place] in left:
        row = rows[place]
    else:
        row = next((row for row in left if _is_part(split_options(row.options), options)), None)
    if row is not None:
        left.remove(row)
        return replace(row, options=options)
    kin = next((row for row in rows if _is_part(split_options(row.options), options)), None)
    return MatrixRow(options, price=kin.price, weight=kin.weight) if kin else MatrixRow(options)


def _is_part(options: Mapping[str, str], whole: str) -> bool:
    mine = split_options(whole)
    return all(mine.get(name) == value for name, value in options.items())
