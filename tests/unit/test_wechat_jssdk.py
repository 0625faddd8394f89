"""Signatures for pages."""

import pytest

from app.core import clock
from app.core.errors import InputInvalid
from app.wechat.jssdk import JsSdk, compute_signature

TICKET = "kgt8ON7yTeaShopJsapiTicket0001_own"
PAGE = "https://shop.example.cn/m/goods?id=88&from=menu"


@pytest.fixture
def jssdk() -> JsSdk:
    return JsSdk(appid="wx5a1b2c3d4e5f6a7b", base_url="https://shop.example.cn", find_ticket=lambda: TICKET)


def test_the_signature_is_the_published_one() -> None:
    signature = compute_signature(TICKET, "Wm3WZYTPz0wzccnW", 1795219200, PAGE)

    assert signature == "4da9d94b4e32ff03d65fede92a761d69f3c04605"


def test_a_page_is_signed_without_its_fragment(jssdk: JsSdk) -> None:
    with clock.frozen_at(clock.from_timestamp(1795219200)):
        signed = jssdk.sign(f"{PAGE}#/top")

    assert signed.timestamp == 1795219200
    assert signed.signature == compute_signature(TICKET, signed.nonceStr, 1795219200, PAGE)


def test_two_signatures_differ(jssdk: JsSdk) -> None:
    assert jssdk.sign(PAGE).nonceStr != jssdk.sign(PAGE).nonceStr


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/m/goods",
        "https://shop.example.cn.evil.example/",
        "https://shop.example.cn@evil.example/",
        "https://evil.example/?https://shop.example.cn/",
        "javascript:alert(1)//shop.example.cn",
        "//shop.example.cn/",
        "/shop/",
        "",
        "https://shop.example.cn:8443/",
        "https://[shop.example.cn/",
    ],
)
def test_a_page_of_somebody_else_is_not_signed(jssdk: JsSdk, url: str) -> None:
    with pytest.raises(InputInvalid):
        jssdk.sign(url)
