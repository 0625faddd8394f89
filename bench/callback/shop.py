"""The shop to be measured: an empty database with goods and a thousand rules, each answering with a product's card."""

import os
from pathlib import Path

from flask import Flask

from app import create_app
from app.core.db import db
from app.entrances.models import EntranceKind
from app.entrances.service import code_for
from app.keywords.matching import MatchMode
from app.keywords.replies import ReplyKind, ReplySpec
from app.tables import METADATA
from bench.callback.bodies import RULES, keyword
from config import load_settings
from tests.factories import make_rule, make_sku
from tests.keys import write_keys
from tests.pushes import AES_KEY, APPID, TOKEN

PRODUCTS = 20


def fill(folder: Path, database: str) -> None:
    """Make the database, before the server starts."""
    write_keys(folder)
    app = build(folder, database)
    with app.app_context():
        METADATA.create_all(db.engine)
        slugs = [make_sku(title=f"好茶 {n}").product.slug for n in range(PRODUCTS)]
        for number in range(RULES):
            mode = MatchMode.EXACT if number % 2 else MatchMode.CONTAINS
            card = ReplySpec(ReplyKind.PRODUCT, slugs=(slugs[number % PRODUCTS],))
            rule_id = make_rule(f"规则 {number}", keyword(number), mode=mode, replies=[card])
            code_for(
                EntranceKind.KEYWORD, str(rule_id), f"关键词：规则 {number}"
            )  # as after its first answer
        db.engine.dispose()


def build(folder: Path, database: str) -> Flask:
    """The shop with its data in `folder`."""
    return create_app(load_settings(environ(folder, database)))


def environ(folder: Path, database: str) -> dict[str, str]:
    return {
        "APP_ENV": "testing",
        "SECRET_KEY": "a-key-for-measuring-only-9f31c2d4e5b6",
        "BASE_URL": "https://shop.example.cn",
        "DATABASE_URL": database,
        "DATA_DIR": str(folder),
        "WECHAT_APPID": APPID,
        "WECHAT_APPSECRET": "0f1e2d3c4b5a69788796a5b4c3d2e1f0",
        "WECHAT_TOKEN": TOKEN,
        "WECHAT_AES_KEY": AES_KEY,
        "WECHAT_CALLBACK_MODE": "plain",
        "WXPAY_MCHID": "1900000001",
        "WXPAY_APIV3_KEY": "Shop2026ApiV3KeyForTests00000001",
        "WXPAY_CERT_SERIAL": "3A5C7E90B1D2F4061827394A5B6C7D8E9F001122",
        "WXPAY_PRIVATE_KEY_FILE": str(folder / "merchant.pem"),
        "WXPAY_PUBLIC_KEY_ID": "PUB_KEY_ID_0119000000012026112100000000000001",
        "WXPAY_PUBLIC_KEY_FILE": str(folder / "wechatpay_public.pem"),
    }


if "BENCH_FOLDER" in os.environ:
    app = build(Path(os.environ["BENCH_FOLDER"]), os.environ["BENCH_DATABASE"])
