"""The cards of products in a chat."""

from flask import Flask

from app.catalog.models import Product, ProductPicture, ProductState, Sku
from app.catalog.news import all_cards, find_card
from app.core.db import db, transaction
from app.promotions.cards import all_cards_now, find_card_now
from app.promotions.flash import take
from tests.factories import make_follower, make_sku
from tests.offers import make_flash


def test_a_card_says_title_and_price_and_knows_its_door(shop: Flask) -> None:
    slug = make_sku(price_fen=6800).product.slug

    card = find_card(slug)

    assert card is not None
    assert card.headline == "西湖龙井 ¥68.00"
    assert card.link("https://shop.example.cn", "AB12") == f"https://shop.example.cn/shop/p/{slug}?e=AB12"
    assert card.picture_url("https://shop.example.cn") == ""


def test_options_that_cost_differently_begin_at_the_lowest(shop: Flask) -> None:
    sku = make_sku(price_fen=6800)
    with transaction() as session:
        product = session.get_one(Product, sku.product_id)
        product.skus.append(Sku(code="more", options="净含量=100g", price_fen=12800, stock=1))
        product.pictures = [
            ProductPicture(file="b.jpg", position=1),
            ProductPicture(file="a.jpg", position=0),
        ]

    card = find_card(sku.product.slug)

    assert card is not None
    assert card.headline == "西湖龙井 ¥68.00 起"
    assert card.picture_url("https://x") == "https://x/shop/media/a.jpg"


def test_a_cover_comes_before_the_pictures(shop: Flask) -> None:
    sku = make_sku(cover="wide.jpg")
    with transaction() as session:
        session.add(ProductPicture(product_id=sku.product_id, file="a.jpg"))

    card = find_card(sku.product.slug)

    assert card is not None
    assert card.picture == "wide.jpg"


def test_what_is_not_on_sale_has_no_card(shop: Flask) -> None:
    slug = make_sku().product.slug
    with transaction() as session:
        session.execute(Product.__table__.update().values(state=ProductState.OFF_SALE))

    assert find_card(slug) is None
    assert all_cards() == {}


def test_the_newest_come_first(shop: Flask) -> None:
    first, second = make_sku(title="旧").product.slug, make_sku(title="新").product.slug

    assert list(all_cards()) == [second, first]
    assert all_cards()[first] == find_card(first)
    db.session.rollback()


def test_a_flash_price_is_on_the_card_until_its_pieces_are_gone(shop: Flask) -> None:
    sku, other = make_sku(price_fen=6800), make_sku(price_fen=3000)
    slug, item = sku.product.slug, make_flash(sku, price_fen=4800, pieces=1)
    follower_id = make_follower().id

    assert [card.headline for card in all_cards_now().values()] == ["西湖龙井 ¥30.00", "西湖龙井 秒杀 ¥48.00"]
    assert find_card_now(slug) == all_cards_now()[slug]
    with transaction():
        assert take(item.id, 1, follower_id=follower_id)

    assert all_cards_now() == all_cards()
    assert find_card_now(other.product.slug) == find_card(other.product.slug)
    assert find_card_now("nothing") is None
