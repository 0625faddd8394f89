"""Whose bills speak of which gateway's money: APIv2 and APIv3 are two doors to one merchant's account at WeChat."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, case

from app.payments.gateways import list_gateways, wechatpay_v2, wechatpay_v3
from app.payments.gateways.contract import Gateway

_SHARED = {wechatpay_v2.NAME: wechatpay_v3.NAME}


def books_of(name: str) -> str:
    """The gateway whose bills a gateway's money stands in; most have their own."""
    return _SHARED.get(name, name)


def gateways_in(books: str) -> Sequence[str]:
    """Every gateway whose money stands in these bills."""
    return [books, *(name for name, place in _SHARED.items() if place == books)]


def books_column(name: Any) -> ColumnElement[str]:
    """`books_of` for a column."""
    return case(_SHARED, value=name, else_=name)


def list_books() -> Sequence[Gateway]:
    """The shop's gateways that have bills of their own."""
    return [gateway for gateway in list_gateways() if books_of(gateway.name) == gateway.name]
