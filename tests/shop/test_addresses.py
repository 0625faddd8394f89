"""A follower's own addresses."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask

from app.core.errors import InputInvalid, NotFound
from app.followers import addresses
from app.followers.addresses import MAX_ADDRESSES, AddressInput
from tests.factories import make_follower

HOME = AddressInput("王小茶", "13800001234", "福建省", "厦门市", "思明区", "湖滨南路 88 号")
OFFICE = replace(HOME, detail="软件园二期 1 号")


def test_the_first_address_is_the_default_and_later_ones_are_not(shop: Flask) -> None:
    follower = make_follower()

    addresses.add(follower.id, HOME)
    addresses.add(follower.id, OFFICE)

    assert [(row.detail, row.is_default) for row in addresses.list_own(follower.id)] == [
        ("湖滨南路 88 号", True),
        ("软件园二期 1 号", False),
    ]


def test_the_same_address_is_not_kept_twice(shop: Flask) -> None:
    follower = make_follower()

    first = addresses.add(follower.id, HOME)
    again = addresses.add(follower.id, replace(HOME, phone=" 138-0000-1234 ", receiver=" 王小茶 "))

    assert again.id == first.id
    assert len(addresses.list_own(follower.id)) == 1


def test_another_followers_address_does_not_exist(shop: Flask) -> None:
    mine, other = make_follower(), make_follower()
    address = addresses.add(mine.id, HOME)

    for use in (
        lambda: addresses.get_own(address.id, follower_id=other.id),
        lambda: addresses.change(address.id, OFFICE, follower_id=other.id),
        lambda: addresses.delete(address.id, follower_id=other.id),
        lambda: addresses.make_default(address.id, follower_id=other.id),
        lambda: addresses.mark_used(address.id, follower_id=other.id),
    ):
        with pytest.raises(NotFound):
            use()
    assert addresses.get_own(address.id, follower_id=mine.id).detail == HOME.detail


def test_there_is_one_default_address(shop: Flask) -> None:
    follower = make_follower()
    addresses.add(follower.id, HOME)
    office = addresses.add(follower.id, OFFICE)

    addresses.make_default(office.id, follower_id=follower.id)

    assert [row.detail for row in addresses.list_own(follower.id) if row.is_default] == [OFFICE.detail]


def test_another_address_becomes_the_default_when_the_default_is_deleted(shop: Flask) -> None:
    follower = make_follower()
    home = addresses.add(follower.id, HOME)
    addresses.add(follower.id, OFFICE)

    addresses.delete(home.id, follower_id=follower.id)

    assert [(row.detail, row.is_default) for row in addresses.list_own(follower.id)] == [
        (OFFICE.detail, True)
    ]


def test_the_address_used_last_is_offered_first(shop: Flask, advance: Callable[[timedelta], None]) -> None:
    follower = make_follower()
    home = addresses.add(follower.id, HOME)
    office = addresses.add(follower.id, OFFICE)
    before = addresses.find_preselected(follower.id)
    assert before is not None
    assert before.id == home.id  # nothing used yet: the default one

    addresses.mark_used(home.id, follower_id=follower.id)
    advance(timedelta(days=1))
    addresses.mark_used(office.id, follower_id=follower.id)

    after = addresses.find_preselected(follower.id)
    assert after is not None
    assert after.id == office.id


def test_without_addresses_none_is_offered(shop: Flask) -> None:
    assert addresses.find_preselected(make_follower().id) is None


@pytest.mark.parametrize(
    ("phone", "kept"),
    [
        ("13800001234", "13800001234"),
        ("138 0000 1234", "13800001234"),
        ("138-0000-1234", "13800001234"),
        ("+8613800001234", "13800001234"),
        ("86 13800001234", "13800001234"),
        ("0592-5551234", "0592-5551234"),
        ("+85291234567", "+85291234567"),
    ],
)
def test_a_phone_is_kept_as_it_is_dialled(shop: Flask, phone: str, kept: str) -> None:
    assert addresses.add(make_follower().id, replace(HOME, phone=phone)).phone == kept


@pytest.mark.parametrize("phone", ["1380000123", "23800001234", "138000012345", "电话", "138000o1234", "<b>"])
def test_a_wrong_phone_is_told_at_its_field(shop: Flask, phone: str) -> None:
    with pytest.raises(InputInvalid) as caught:
        addresses.add(make_follower().id, replace(HOME, phone=phone))

    assert set(caught.value.details) == {"phone"}


@pytest.mark.parametrize("name", ["receiver", "phone", "province", "city", "detail"])
def test_a_missing_field_is_told_at_its_place(shop: Flask, name: str) -> None:
    with pytest.raises(InputInvalid) as caught:
        addresses.add(make_follower().id, replace(HOME, **{name: "  "}))

    assert set(caught.value.details) == {name}


def test_a_place_without_districts_is_an_address_too(shop: Flask) -> None:
    address = addresses.add(make_follower().id, replace(HOME, city="东莞市", district=""))

    assert addresses.region_of(address) == "福建省 东莞市"


def test_a_municipality_is_not_said_twice(shop: Flask) -> None:
    given = replace(HOME, province="北京市", city="北京市", district="朝阳区")

    assert addresses.region_of(addresses.add(make_follower().id, given)) == "北京市 朝阳区"


def test_too_long_a_text_is_refused_before_the_database_refuses_it(shop: Flask) -> None:
    with pytest.raises(InputInvalid) as caught:
        addresses.add(make_follower().id, replace(HOME, detail="路" * 201))

    assert set(caught.value.details) == {"detail"}


def test_the_list_has_an_end(shop: Flask) -> None:
    follower = make_follower()
    for number in range(MAX_ADDRESSES):
        addresses.add(follower.id, replace(HOME, detail=f"{number} 号"))

    with pytest.raises(InputInvalid):
        addresses.add(follower.id, OFFICE)


def test_an_emoji_in_an_address_survives(shop: Flask) -> None:
    follower = make_follower()

    address = addresses.add(follower.id, replace(HOME, receiver="小茶🍵"))

    assert addresses.get_own(address.id, follower_id=follower.id).receiver == "小茶🍵"
