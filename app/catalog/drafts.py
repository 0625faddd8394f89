"""A product as somebody wants it to be, and whether it can be that."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import select

from app.catalog.models import Category, Sku
from app.core.db import db
from app.core.errors import InputInvalid
from app.core.media.store import is_plain_name

LONGEST_TITLE, LONGEST_SUMMARY, LONGEST_CODE = 120, 200, 40
MAX_PICTURES = 12
HIGHEST_PRICE_FEN = 10_000_000_00
MOST_PIECES = 10_000_000
HEAVIEST_GRAMS = 1_000_000


@dataclass(frozen=True, slots=True)
class SkuDraft:
    """One combination. `sku_id` names the SKU it goes on being; None makes a new one."""

    options: str  # `净含量=125g;包装=罐装`; empty for the only one
    code: str  # empty: the shop makes one
    price_fen: int
    stock_change: int  # pieces more or less than now; of a new one, all
    weight_grams: int = 0
    sku_id: int | None = None


@dataclass(frozen=True, slots=True)
class ProductDraft:
    """All that an editor decides about a product but its state."""

    title: str
    skus: tuple[SkuDraft, ...]
    summary: str = ""
    description: str = ""  # HTML, cleaned when it is kept
    category_id: int | None = None
    position: int = 0
    pictures: tuple[str, ...] = ()


def check(draft: ProductDraft, product_id: int | None) -> None:
    """Raises: InputInvalid with a sentence that says what is wrong, and where."""
    if not draft.title:
        raise InputInvalid(_("请填商品名称"))
    if len(draft.title) > LONGEST_TITLE or len(draft.summary) > LONGEST_SUMMARY:
        raise InputInvalid(_("商品名称最多 %(t)s 字，简介最多 %(s)s 字", t=LONGEST_TITLE, s=LONGEST_SUMMARY))
    if draft.category_id is not None and db.session.get(Category, draft.category_id) is None:
        raise InputInvalid(_("这个分类刚被删除，请重新选择"))
    if len(draft.pictures) > MAX_PICTURES:
        raise InputInvalid(_("图片最多 %(n)s 张", n=MAX_PICTURES))
    if not all(is_plain_name(name) for name in draft.pictures):
        raise InputInvalid(_("有图片已经不在，请重新上传"))
    if not draft.skus:
        raise InputInvalid(_("至少要有一个规格"))
    for sku in draft.skus:
        _check_sku(sku)
    _check_codes(draft.skus, product_id)


def _check_sku(sku: SkuDraft) -> None:
    name = sku.options or _("商品")
    if not 0 < sku.price_fen <= HIGHEST_PRICE_FEN:
        raise InputInvalid(_("%(sku)s的价格要大于 0，最多 1000 万元", sku=name))
    if abs(sku.stock_change) > MOST_PIECES or (sku.sku_id is None and sku.stock_change < 0):
        raise InputInvalid(_("%(sku)s的库存要在 0 到 %(n)s 之间", sku=name, n=MOST_PIECES))
    if not 0 <= sku.weight_grams <= HEAVIEST_GRAMS:
        raise InputInvalid(_("%(sku)s的重量最多 %(n)s 克", sku=name, n=HEAVIEST_GRAMS))
    if len(sku.code) > LONGEST_CODE:
        raise InputInvalid(_("%(sku)s的编码最多 %(n)s 个字符", sku=name, n=LONGEST_CODE))


def _check_codes(skus: Sequence[SkuDraft], product_id: int | None) -> None:
    codes = Counter(sku.code for sku in skus if sku.code)
    if twice := [code for code, number in codes.items() if number > 1]:
        raise InputInvalid(_("编码 %(code)s 用了两次", code=twice[0]))
    if len({sku.options for sku in skus}) < len(skus):
        raise InputInvalid(_("有两个规格一模一样"))
    elsewhere = select(Sku).where(Sku.code.in_(list(codes)), Sku.removed_at.is_(None))
    other = db.session.scalars(elsewhere.where(Sku.product_id != (product_id or 0)).limit(1)).first()
    if other is not None:
        raise InputInvalid(
            _("编码 %(code)s 已经用在“%(title)s”上", code=other.code, title=other.product.title)
        )
