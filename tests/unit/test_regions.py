"""Which region an address means: clear, or asked about."""

import pytest

from app.delivery.regions import all_regions, find_region, is_place, read_key


@pytest.mark.parametrize(
    ("province", "city", "district", "key"),
    [
        ("福建省", "厦门市", "思明区", "福建省/厦门市"),
        ("福建", "厦门", "", "福建省/厦门市"),
        ("内蒙古", "锡林郭勒", "", "内蒙古自治区/锡林郭勒盟"),
        ("广西壮族自治区", "南宁市", "", "广西壮族自治区/南宁市"),
        ("北京市", "北京市", "朝阳区", "北京市/北京市"),
        ("北京", "市辖区", "朝阳区", "北京市/北京市"),
        ("重庆市", "县", "城口县", "重庆市/重庆市"),
        ("湖北省", "省直辖县级行政区划", "仙桃市", "湖北省/仙桃市"),
        ("香港特别行政区", "九龙", "油尖旺区", "香港特别行政区/香港特别行政区"),
        ("吉林省", "吉林市", "", "吉林省/吉林市"),
        ("海南省", "三亚市", "", "海南省/三亚市"),
    ],
)
def test_a_clear_address_is_found(province: str, city: str, district: str, key: str) -> None:
    region = find_region(province, city, district)

    assert region is not None
    assert region.key == key


@pytest.mark.parametrize(
    ("province", "city"),
    [
        ("福建省", "杭州市"),
        ("福建省", ""),
        ("", "厦门市"),
        ("东北", "沈阳"),
        ("北京市", "厦门市"),
        ("青海省", "海"),
        ("福建省", "厦"),
        ("湖北省", "省直辖县级行政区划"),
    ],
)
def test_what_is_not_clear_is_not_guessed(province: str, city: str) -> None:
    assert find_region(province, city) is None


def test_every_region_is_found_by_its_own_name_and_key() -> None:
    for province, cities in all_regions().items():
        assert is_place(province)
        for city in cities:
            region = find_region(province, city)
            assert region is not None
            assert region.key == f"{province}/{city}"
            assert read_key(region.key) == region


def test_there_are_all_provinces() -> None:
    assert len(all_regions()) == 34
    assert sum(map(len, all_regions().values())) > 360
    assert read_key("福建省/杭州市") is None
    assert not is_place("火星")
