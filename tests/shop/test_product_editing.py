"""Products as editors keep them: what is kept, who was late, what is recorded."""

import pytest
from flask import Flask
from sqlalchemy import select

from app.catalog import stock
from app.catalog.drafts import ProductDraft, SkuDraft
from app.catalog.editing import (
    EditedMeanwhile,
    add_product,
    change_product,
    get_product,
    move_product,
)
from app.catalog.listing import Order, Shelf, Wanted, count_shelves, list_products
from app.catalog.states import ProductState
from app.core.audit import AuditEntry
from app.core.db import db, transaction
from app.core.errors import InputInvalid, OutOfStock
from tests.factories import make_sku

SMALL = SkuDraft("净含量=50g", "T-50", 3800, 10, 60)
LARGE = SkuDraft("净含量=125g", "T-125", 8800, 4, 140)
TEA = ProductDraft("武夷肉桂", (SMALL, LARGE), summary="火功足", description="<p>好茶</p>")


def keep(draft: ProductDraft = TEA) -> int:
    return add_product(draft, actor="staff:1")


def skus(product_id: int) -> list[tuple[str, str, int, int]]:
    db.session.expire_all()
    return [(sku.options, sku.code, sku.price_fen, sku.stock) for sku in get_product(product_id).skus]


def again(product_id: int, *drafts: SkuDraft, seen_mark: int = 1, **more: object) -> None:
    draft = ProductDraft("武夷肉桂", drafts, **more)  # type: ignore[arg-type]
    change_product(product_id, draft, actor="staff:2", seen_mark=seen_mark)


def ids(product_id: int) -> list[int]:
    return [sku.id for sku in get_product(product_id).skus]


def records() -> list[tuple[str, str, dict[str, object], dict[str, object]]]:
    entries = db.session.scalars(select(AuditEntry).order_by(AuditEntry.number))
    return [(each.actor, each.action, each.was, each.became) for each in entries]


def test_a_new_product_is_a_draft_with_all_its_skus_and_their_stock_explained(shop: Flask) -> None:
    product_id = keep()

    assert get_product(product_id).state == ProductState.DRAFT
    assert skus(product_id) == [("净含量=50g", "T-50", 3800, 10), ("净含量=125g", "T-125", 8800, 4)]
    assert stock.find_unexplained() == []
    assert ("staff:1", "product.price", {}, {"price_fen": 3800}) in records()


def test_changes_of_price_stock_and_state_are_recorded_with_before_and_after(shop: Flask) -> None:
    product_id = keep()
    small, large = ids(product_id)

    again(
        product_id,
        SkuDraft("净含量=50g", "T-50", 4200, -3, sku_id=small),
        SkuDraft("净含量=125g", "T-125", 8800, 0, sku_id=large),
    )
    move_product(product_id, ProductState.ON_SALE, actor="staff:2")

    assert skus(product_id)[0] == ("净含量=50g", "T-50", 4200, 7)
    assert records()[-3:] == [
        ("staff:2", "product.price", {"price_fen": 3800}, {"price_fen": 4200}),
        ("staff:2", "product.stock", {"stock": 10}, {"stock": 7}),
        ("staff:2", "product.state", {"state": "draft"}, {"state": "on_sale"}),
    ]


def test_stock_that_was_sold_while_the_form_lay_open_is_not_put_back(shop: Flask) -> None:
    product_id = keep()
    small, large = ids(product_id)
    with transaction():
        stock.reserve(small, 6, order_no="X1")

    again(
        product_id,
        SkuDraft("净含量=50g", "T-50", 3800, 5, sku_id=small),
        SkuDraft("净含量=125g", "T-125", 8800, 0, sku_id=large),
    )

    assert [row[3] for row in skus(product_id)] == [9, 4]
    with pytest.raises(OutOfStock):
        again(product_id, SkuDraft("净含量=50g", "T-50", 9900, -10, sku_id=small), seen_mark=2)
    assert skus(product_id)[0] == ("净含量=50g", "T-50", 3800, 9)


def test_of_two_editors_the_second_changes_nothing(shop: Flask) -> None:
    product_id = keep()
    small, _ = ids(product_id)
    again(product_id, SkuDraft("", "T-50", 3800, 0, sku_id=small))

    with pytest.raises(EditedMeanwhile):
        again(product_id, SkuDraft("", "T-50", 100, 0, sku_id=small), seen_mark=1)

    assert skus(product_id) == [("", "T-50", 3800, 10)]


def test_skus_may_swap_their_codes_and_options_and_a_removed_one_frees_them(shop: Flask) -> None:
    product_id = keep()
    small, large = ids(product_id)

    again(
        product_id,
        SkuDraft("净含量=125g", "T-125", 3800, 0, sku_id=small),
        SkuDraft("净含量=50g", "T-50", 8800, 0, sku_id=large),
    )
    assert ids(product_id) == [small, large]
    again(product_id, SkuDraft("净含量=125g", "T-125", 9900, 1), seen_mark=2)

    assert skus(product_id) == [("净含量=125g", "T-125", 9900, 1)]
    assert stock.find_unexplained() == []


@pytest.mark.parametrize(
    ("draft", "sentence"),
    [
        (ProductDraft("", (SMALL,)), "请填商品名称"),
        (ProductDraft("茶", ()), "至少要有一个规格"),
        (ProductDraft("茶", (SkuDraft("", "", 0, 1),)), "价格要大于 0"),
        (ProductDraft("茶", (SkuDraft("", "", 100, -1),)), "库存要在 0 到"),
        (ProductDraft("茶", (SMALL, SkuDraft("净含量=1kg", "T-50", 1, 1))), "编码 T-50 用了两次"),
        (ProductDraft("茶", (SMALL, SkuDraft(SMALL.options, "", 1, 1))), "一模一样"),
        (ProductDraft("茶", (SMALL,), pictures=("../shop.db",)), "图片已经不在"),
        (ProductDraft("茶", (SMALL,), category_id=99), "分类刚被删除"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(shop: Flask, draft: ProductDraft, sentence: str) -> None:
    with pytest.raises(InputInvalid, match=sentence):
        keep(draft)

    assert count_shelves()[Shelf.ALL] == 0


def test_a_code_belongs_to_one_product_and_one_without_gets_its_own(shop: Flask) -> None:
    product_id = keep(ProductDraft("甲", (SkuDraft("", "", 100, 1),)))
    code = skus(product_id)[0][1]

    assert code == f"P{product_id}-1"
    with pytest.raises(InputInvalid, match="已经用在“甲”上"):
        keep(ProductDraft("乙", (SkuDraft("", code, 100, 1),)))


def test_the_list_is_narrowed_counted_and_sorted(shop: Flask) -> None:
    draft_id = keep()
    sold_out = make_sku(stock=0, price_fen=100, title="白毫").product_id
    cheap = make_sku(stock=50, price_fen=500, title="碧螺春")
    cheap_id, cheap_code = cheap.product_id, cheap.code

    def listed(**wanted: object) -> list[int]:
        page = list_products(Wanted(**wanted))  # type: ignore[arg-type]
        assert page.total == len(page.rows)
        return [row.product.id for row in page.rows]

    assert listed(shelf=Shelf.DRAFT) == [draft_id]
    assert listed(shelf=Shelf.SOLD_OUT) == [sold_out]
    assert listed(order=Order.CHEAPEST) == [sold_out, cheap_id, draft_id]
    assert listed(order=Order.FEWEST) == [sold_out, draft_id, cheap_id]
    assert listed(search=cheap_code.lower()) == [cheap_id]
    assert listed(search="%") == []
    assert listed(category_id=0, search="毫") == [sold_out]
    assert {shelf.value: number for shelf, number in count_shelves().items()} == {
        "all": 3,
        "on_sale": 2,
        "sold_out": 1,
        "off_sale": 0,
        "draft": 1,
    }
