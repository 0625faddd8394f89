"""The demo's shop, as `make demo` fills it."""

from pathlib import Path

from flask import Flask
from sqlalchemy import func, select

from app.catalog.models import Product, Sku
from app.catalog.news import find_card
from app.core import clock
from app.core.db import db
from app.core.media.store import get_media
from app.delivery.points import list_open_points
from app.keywords.lab import AskerInMind, failing_tests, try_sentence
from app.keywords.matching import MatchMode, Verdict
from app.keywords.replies import ReplyKind, read_specs
from app.keywords.service import list_active
from app.promotions.holding import list_offered
from app.seed.folder import read_menu, seed_shop
from app.wechat.menus.limits import find_problems
from handlers.menu_clicks import PRODUCT

DEMO = Path("demo")


def count(model: type) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_the_demo_fills_an_empty_shop_once(shop: Flask) -> None:
    assert seed_shop(DEMO)
    products, skus = count(Product), count(Sku)

    assert not seed_shop(DEMO)

    assert (count(Product), count(Sku)) == (products, skus)
    assert products >= 10


def test_the_demo_has_a_coupon_for_everybody_and_a_place_to_fetch_goods(shop: Flask) -> None:
    seed_shop(DEMO)

    (offered,) = list_offered(None)
    assert (offered.can_collect, offered.coupon.value, offered.coupon.threshold_fen) == (True, 1000, 9900)
    assert [point.title for point in list_open_points()] == ["小铺门店"]


def test_every_card_of_the_demo_has_its_picture(shop: Flask) -> None:
    seed_shop(DEMO)

    for slug in db.session.scalars(select(Product.slug)):
        card = find_card(slug)
        assert card is not None
        assert get_media().read(card.picture)


def test_the_demos_rules_show_every_mode_and_answer_their_test_sentences(shop: Flask) -> None:
    seed_shop(DEMO)
    rules = list_active()

    assert {entry["mode"] for rule in rules for entry in rule.keywords} == set(MatchMode)
    specs = [spec for rule in rules for spec in read_specs(rule.replies)]
    shown = {ReplyKind.TEXT, ReplyKind.PRODUCT, ReplyKind.NEWEST, ReplyKind.ORDER_STATUS, ReplyKind.HAND_OVER}
    assert shown <= {spec.kind for spec in specs}
    assert all(find_card(slug) for spec in specs for slug in spec.slugs)
    assert failing_tests() == ()


def test_the_word_of_the_readme_answers_with_a_product(shop: Flask) -> None:
    seed_shop(DEMO)

    hit = try_sentence("茶", AskerInMind(), at=clock.now(), is_open=True).hits[0]

    assert hit.verdict is Verdict.ANSWERS
    assert [spec.kind for spec in hit.rule.replies] == [ReplyKind.PRODUCT]


def test_the_menu_is_one_that_wechat_takes_and_its_products_exist(shop: Flask) -> None:
    seed_shop(DEMO)
    menu = read_menu(DEMO)

    assert find_problems(menu) == ()
    leaves = [leaf for button in menu["button"] for leaf in button.get("sub_button", [button])]
    slugs = [leaf["key"].removeprefix(PRODUCT) for leaf in leaves if leaf.get("key", "").startswith(PRODUCT)]
    assert slugs
    assert all(find_card(slug) for slug in slugs)
