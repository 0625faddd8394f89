"""Everything of the account platform, built once from the settings: for doors, tasks and commands."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import requests
from flask import Flask, current_app

from app.core.outgoing import open_session
from app.wechat.callback.codec import CallbackCodec, Mode
from app.wechat.client import AccountClient
from app.wechat.jssdk import JsSdk
from app.wechat.menus.buttons import MakeLink
from app.wechat.oauth import OAuth

EXTENSION = "wechat"


@dataclass(slots=True)
class Account:
    """The parts that speak with WeChat. `make_link` turns a menu button's path into a full address."""

    client: AccountClient
    oauth: OAuth
    jssdk: JsSdk
    callback: CallbackCodec
    app_oauth: OAuth | None  # logs people into the merchant's own mobile app; None without one
    make_link: MakeLink


def install(app: Flask) -> None:
    """Build the account's parts for this app. Nothing is asked of WeChat before it is needed."""
    app.extensions[EXTENSION] = build_account(app.config)


def get_account() -> Account:
    """The account of the running app."""
    return cast("Account", current_app.extensions[EXTENSION])


def build_account(config: Mapping[str, Any]) -> Account:
    """The account's parts from the settings."""
    session = open_session()
    appid, secret = config["WECHAT_APPID"], config["WECHAT_APPSECRET"]
    api_base, base_url = config["WECHAT_API_BASE"], config["BASE_URL"]
    client = AccountClient(appid=appid, secret=secret, api_base=api_base, session=session)
    oauth = OAuth(
        appid=appid,
        secret=secret,
        api_base=api_base,
        open_base=config["WECHAT_OPEN_BASE"],
        session=session,
    )
    return Account(
        client=client,
        oauth=oauth,
        jssdk=JsSdk(appid=appid, base_url=base_url, find_ticket=client.ticket.get),
        callback=_build_codec(config),
        app_oauth=_build_app_oauth(config, session),
        make_link=lambda path, _ref, _label: f"{base_url}{path}",
    )


def _build_app_oauth(config: Mapping[str, Any], session: requests.Session) -> OAuth | None:
    if not config["WXPAY_APP_APPID"]:
        return None
    return OAuth(
        appid=config["WXPAY_APP_APPID"],
        secret=config["WXPAY_APP_SECRET"],
        api_base=config["WECHAT_API_BASE"],
        open_base=config["WECHAT_OPEN_BASE"],
        session=session,
    )


def _build_codec(config: Mapping[str, Any]) -> CallbackCodec:
    keys = (config["WECHAT_AES_KEY"], config["WECHAT_AES_KEY_OLD"])
    return CallbackCodec(
        appid=config["WECHAT_APPID"],
        token=config["WECHAT_TOKEN"],
        aes_keys=tuple(key for key in keys if key),
        weakest=Mode[config["WECHAT_CALLBACK_MODE"].upper()],
    )
