"""Fixtures of tests whose service calls WeChat."""

from collections.abc import Iterator

import pytest
from flask import Flask

from app.wechat.client import AccountClient
from tests.fake_platform import FakePlatform


@pytest.fixture
def platform() -> Iterator[FakePlatform]:
    """Plays the account platform; ask it what it was asked."""
    with FakePlatform() as platform:
        yield platform


@pytest.fixture
def account(shop: Flask, platform: FakePlatform) -> AccountClient:
    """The shop's client, pointed at `platform`."""
    client: AccountClient = shop.extensions["wechat"].client
    platform.answer_for(client)
    return client
