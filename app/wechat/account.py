"""Everything of the account platform, built once from the settings: for doors, tasks and commands."""

from dataclasses import dataclass
from typing import Any, cast

from flask import Flask, current_app

from app.wechat import transport
from app.wechat.client import AccountClient
from app.wechat.jssdk import JsSdk
from app.wechat.oauth import OAuth

EXTENSION = "wechat"


@dataclass(slots=True)
class Account:
    """The parts that speak with WeChat."""

    client: AccountClient
    oauth: OAuth
    jssdk: JsSdk


def install(app: Flask) -> None:
    """Build the account's parts for this app. Nothing is asked of WeChat before it is needed."""
    app.extensions[EXTENSION] = build_account(app.config)


def get_account() -> Account:
    """The account of the running app."""
    return cast("Account", current_app.extensions[EXTENSION])


def build_account(config: dict[str, Any]) -> Account:
    """The account's parts from the settings."""
    session = transport.open_session()
    appid, secret = config["WECHAT_APPID"], config["WECHAT_APPSECRET"]
    client = AccountClient(appid=appid, secret=secret, api_base=config["WECHAT_API_BASE"], session=session)
    oauth = OAuth(
        appid=appid,
        secret=secret,
        api_base=config["WECHAT_API_BASE"],
        open_base=config["WECHAT_OPEN_BASE"],
        session=session,
    )
    jssdk = JsSdk(appid=appid, base_url=config["BASE_URL"], find_ticket=client.ticket.get)
    return Account(client=client, oauth=oauth, jssdk=jssdk)
