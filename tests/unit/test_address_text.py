"""Pasted addresses."""

import pytest

from app.followers.address_text import ReadAddress, read_address

XIAMEN = ReadAddress("王小茶", "13800001234", "福建省", "厦门市", "思明区", "湖滨南路88号")


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("王小茶 13800001234 福建省厦门市思明区湖滨南路88号", XIAMEN),
        ("福建省厦门市思明区湖滨南路88号，王小茶，13800001234", XIAMEN),
        (
            "收货人：王小茶\n手机号码：138 0000 1234\n所在地区：福建省厦门市思明区\n详细地址：湖滨南路88号",
            XIAMEN,
        ),
        ("王小茶 +86 138-0000-1234 福建厦门市思明区湖滨南路88号", XIAMEN),
        (
            "李雷13900002222北京市朝阳区建国路1号",
            ReadAddress("李雷", "13900002222", "北京市", "北京市", "朝阳区", "建国路1号"),
        ),
        (
            "韩梅梅 13700003333 广西壮族自治区南宁市青秀区民族大道100号",
            ReadAddress("韩梅梅", "13700003333", "广西壮族自治区", "南宁市", "青秀区", "民族大道100号"),
        ),
        (
            "阿木 13600004444 四川省阿坝藏族羌族自治州九寨沟县漳扎镇",
            ReadAddress("阿木", "13600004444", "四川省", "阿坝藏族羌族自治州", "九寨沟县", "漳扎镇"),
        ),
        ("", ReadAddress()),
        ("13800001234", ReadAddress(phone="13800001234")),
    ],
)
def test_a_pasted_address_is_taken_apart(text: str, read: ReadAddress) -> None:
    assert read_address(text) == read


@pytest.mark.parametrize(
    "text", ["你好", "🍵" * 500, "a" * 5000, "\x00\x01", "：：：,,,", "区" * 300, "福建省" * 100]
)
def test_any_text_at_all_is_read_without_failing(text: str) -> None:
    assert isinstance(read_address(text), ReadAddress)


def test_a_number_that_is_too_long_is_no_phone() -> None:
    assert read_address("138000012345").phone == ""
