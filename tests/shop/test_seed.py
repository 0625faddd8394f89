"""The demo's shop, as `make demo` fills it."""

from pathlib import Path

from flask import Flask
from sqlalchemy import func, select

from app.catalog.models import Product, Sku
from app.catalog.news import find_card
from app.core.db import db
from app.keywords.models import ReplyKind
from app.keywords.service import find_reply
from app.seed import read_menu, seed_shop
from app.wechat.menu_limits import find_problems
from handlers.menu_clicks import PRODUCT

DEMO = Path("demo")


def count(model: type) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_the_demo_fills_an_empty_shop_once(shop: Flask, tmp_path: Path) -> None:
    assert seed_shop(DEMO, media_dir=tmp_path)
    products, skus = count(Product), count(Sku)

    assert not seed_shop(DEMO, media_dir=tmp_path)

    assert (count(Product), count(Sku)) == (products, skus)
    assert products >= 10


def test_every_card_of_the_demo_has_its_picture(shop: Flask, tmp_path: Path) -> None:
    seed_shop(DEMO, media_dir=tmp_path)

    for slug in db.session.scalars(select(Product.slug)):
        card = find_card(slug)
        assert card is not None
        assert (tmp_path / card.picture).is_file()


def test_the_word_of_the_readme_answers_with_a_product(shop: Flask, tmp_path: Path) -> None:
    seed_shop(DEMO, media_dir=tmp_path)

    match = find_reply("茶")

    assert match is not None
    assert match.reply_kind is ReplyKind.PRODUCT
    assert find_card(match.reply) is not None


def test_the_menu_is_one_that_wechat_takes_and_its_products_exist(shop: Flask, tmp_path: Path) -> None:
    seed_shop(DEMO, media_dir=tmp_path)
    menu = read_menu(DEMO)

    assert find_problems(menu) == []
    leaves = [leaf for button in menu["button"] for leaf in button.get("sub_button", [button])]
    slugs = [leaf["key"].removeprefix(PRODUCT) for leaf in leaves if leaf.get("key", "").startswith(PRODUCT)]
    assert slugs
    assert all(find_card(slug) for slug in slugs)
