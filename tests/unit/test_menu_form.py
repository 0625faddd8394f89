"""The form of a menu button: what is chosen becomes WeChat's words, and is shown again as it was chosen."""

from dataclasses import asdict
from typing import Any

import pytest

from console.menus.form import read_fields, show_values
from console.menus.phone import make_phone


@pytest.mark.parametrize(
    ("fields", "kept"),
    [
        ({"type": "click", "answer": "orders"}, {"key": "ORDERS"}),
        ({"type": "click", "answer": "contact"}, {"key": "CONTACT"}),
        ({"type": "click", "answer": "rule", "rule": "7"}, {"key": "RULE_7"}),
        ({"type": "click", "answer": "product"}, {}),
        ({"type": "view", "page": "category", "page_category": "3"}, {"url": "/shop/?c=3"}),
        ({"type": "view", "page": "address", "url": " https://a.cn/ "}, {"url": "https://a.cn/"}),
        ({"type": "pic_weixin", "kept_kind": "pic_weixin", "kept_key": "OLD"}, {"key": "OLD"}),
        ({"type": "location_select", "kept_kind": "click", "kept_key": "OLD"}, {"key": "LOCATION"}),
        ({"type": "article_id", "article_id": "a1"}, {"article_id": "a1"}),
        ({"type": "media_id", "media_id": "m1"}, {"media_id": "m1"}),
        (
            {"type": "miniprogram", "appid": "wx1", "pagepath": "p", "mini_url": "/shop/"},
            {"appid": "wx1", "pagepath": "p", "url": "/shop/"},
        ),
        ({"type": "evil", "answer": "newest"}, {"type": "click", "key": "NEWS_NEW"}),
    ],
)
def test_what_is_chosen_is_kept_and_shown_again(fields: dict[str, str], kept: dict[str, str]) -> None:
    button = read_fields({"name": " 按钮 ", **fields})

    assert {name: value for name, value in button.items() if value} == {
        "name": "按钮",
        "type": fields["type"],
        **kept,
    }
    shown = asdict(show_values(button))
    assert shown["kind"] == button["type"]
    same = ("answer", "rule", "page", "page_category", "media_id", "article_id", "appid", "pagepath")
    chosen = {name: value for name, value in fields.items() if name in same}
    if any(kept.values()) and fields["type"] == button["type"]:
        assert {name: shown[name] for name in chosen} == chosen


@pytest.mark.parametrize(
    ("button", "values"),
    [
        ({"type": "click", "key": "FOREIGN"}, {"answer": "other", "key": "FOREIGN"}),
        ({"type": "click", "key": "PRODUCT_tea"}, {"answer": "product", "product": "tea"}),
        ({"type": "view", "url": "/shop/p/tea"}, {"page": "product", "page_product": "tea"}),
        ({"type": "view", "url": "/shop/other"}, {"page": "address", "url": "/shop/other"}),
        ({"type": "view"}, {"page": "", "url": ""}),
        ({"name": "列", "sub_button": [{}]}, {"kind": "click", "name": "列"}),
    ],
)
def test_a_button_from_elsewhere_is_shown(button: dict[str, Any], values: dict[str, str]) -> None:
    shown = asdict(show_values(button))

    assert {name: shown[name] for name in values} == values


def test_a_phone_has_room_for_three_columns_of_five() -> None:
    leaf = {"name": "一二三四五六七八九", "type": "click", "key": "K"}
    phone = make_phone({"button": [leaf, {"name": "满", "sub_button": [leaf] * 5}, {"name": "空"}]})

    assert not phone.has_room
    assert [column.has_room for column in phone.columns] == [True, False, True]
    assert phone.columns[0].shown == "一二三四…"
    assert phone.columns[1].children[0].shown == "一二三四五六七八…"
    assert make_phone({}).has_room
