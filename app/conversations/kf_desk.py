"""WeChat's own multi-agent desk (微信客服功能): whether the merchant uses it, its accounts, their sessions.

Everything but the preference asks WeChat: never call it inside a transaction.
Source: https://developers.weixin.qq.com/doc/service/guide/product/message/Customer_Service_Management.html
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from app.core import clock
from app.core.errors import InputInvalid
from app.core.preferences import find_preference, keep_preference
from app.wechat.client import AccountClient

PREFERENCE = "kf_desk"
ACCOUNTS = "https://api.weixin.qq.com/customservice"  # without /cgi-bin, unlike the two lists
MAX_ACCOUNTS = 100
LONGEST_NICK = 16
_ACCOUNT = re.compile(r"^[A-Za-z0-9_]{1,10}@[A-Za-z0-9_-]{1,40}$")


@dataclass(frozen=True, slots=True)
class KfDesk:
    """`kf_account`: who gets the followers; empty: whoever is free."""

    is_on: bool = False
    kf_account: str = ""


@dataclass(frozen=True, slots=True)
class KfAccount:
    """A person at WeChat's desk. `invited`: a WeChat id that was asked to take the account, and how that stands."""

    account: str  # theirs: `prefix@wechatid`
    nick: str
    bound_to: str  # WeChat id; empty: nobody can log in yet
    invited: str
    invitation: str  # theirs: `waiting`, `rejected`, `expired`
    is_online: bool
    cases: int  # followers it is talking with


@dataclass(frozen=True, slots=True)
class KfSession:
    """One follower at WeChat's desk."""

    openid: str
    since: datetime


def load_kf_desk() -> KfDesk:
    """What the merchant set; off before that."""
    kept = find_preference(PREFERENCE) or {}
    return KfDesk(bool(kept.get("is_on")), str(kept.get("kf_account", "")))


def keep_kf_desk(desk: KfDesk, *, actor: str) -> None:
    """Set it. Opens a transaction. Raises: InputInvalid."""
    if desk.kf_account:
        _check_account(desk.kf_account)
    keep_preference(PREFERENCE, {"is_on": desk.is_on, "kf_account": desk.kf_account}, actor=actor)


def list_accounts(client: AccountClient) -> Sequence[KfAccount]:
    """Every account, those online first. Raises: PlatformError."""
    online = {row["kf_account"]: row for row in client.get("customservice/getonlinekflist")["kf_online_list"]}
    rows = client.get("customservice/getkflist")["kf_list"]
    accounts = [_read_account(row, online.get(row.get("kf_account"))) for row in rows]
    return sorted(accounts, key=lambda account: (not account.is_online, account.account))


def add_account(client: AccountClient, account: str, nick: str) -> None:
    """Raises: InputInvalid, PlatformError."""
    _change(client, "add", {"kf_account": _check_account(account), "nickname": _check_nick(nick)})


def rename_account(client: AccountClient, account: str, nick: str) -> None:
    """Raises: InputInvalid, PlatformError."""
    _change(client, "update", {"kf_account": _check_account(account), "nickname": _check_nick(nick)})


def remove_account(client: AccountClient, account: str) -> None:
    """Raises: InputInvalid, PlatformError."""
    _change(client, "del", {"kf_account": _check_account(account)})


def invite(client: AccountClient, account: str, wechat_id: str) -> None:
    """Ask a person to take this account; he confirms in WeChat. Raises: InputInvalid, PlatformError."""
    if not wechat_id.strip():
        raise InputInvalid(_("请填写要邀请的微信号"))
    body = {"kf_account": _check_account(account), "invite_wx": wechat_id.strip()[:60]}
    _change(client, "inviteworker", body)


def list_sessions(client: AccountClient, account: str) -> Sequence[KfSession]:
    """Whom this account is talking with. Raises: InputInvalid, PlatformError."""
    params = {"kf_account": _check_account(account)}
    answer = client.get(f"{ACCOUNTS}/kfsession/getsessionlist", params=params)
    return [
        KfSession(row["openid"], clock.from_timestamp(row["createtime"])) for row in answer["sessionlist"]
    ]


def find_session(client: AccountClient, openid: str) -> str:
    """The account that is talking with this follower; empty when none is. Raises: PlatformError."""
    answer = client.get(f"{ACCOUNTS}/kfsession/getsession", params={"openid": openid})
    return str(answer.get("kf_account") or "")


def close_session(client: AccountClient, openid: str, account: str) -> None:
    """End the talk at WeChat's desk. Raises: PlatformError."""
    client.post(f"{ACCOUNTS}/kfsession/close", data={"kf_account": account, "openid": openid})


def _change(client: AccountClient, call: str, body: Mapping[str, str]) -> None:
    client.post(f"{ACCOUNTS}/kfaccount/{call}", data=dict(body))


def _check_account(account: str) -> str:
    if not _ACCOUNT.match(account):
        raise InputInvalid(_("客服账号的写法是“前缀@公众号微信号”，前缀最多 10 位字母、数字或下划线"))
    return account


def _check_nick(nick: str) -> str:
    if not 1 <= len(nick.strip()) <= LONGEST_NICK:
        raise InputInvalid(_("客服昵称要有 1 到 %(limit)d 个字", limit=LONGEST_NICK))
    return nick.strip()


def _read_account(row: Mapping[str, Any], online: Mapping[str, Any] | None) -> KfAccount:
    return KfAccount(
        account=str(row.get("kf_account", "")),
        nick=str(row.get("kf_nick", "")),
        bound_to=str(row.get("kf_wx", "")),
        invited=str(row.get("invite_wx", "")),
        invitation=str(row.get("invite_status", "")),
        is_online=bool(online and online.get("status")),
        cases=int(online.get("accepted_case", 0)) if online else 0,
    )
