"""What a check is: a question, the function that looks, and the sentences of what it may find."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

import requests
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from app.golive.models import Verdict
from app.payments.gateways.contract import Gateway
from app.wechat.client import AccountClient

Details = Mapping[str, Any]


class Group(StrEnum):
    """In the order of WeChat's own consoles, then the machine."""

    SERVER = "server"
    DOMAINS = "domains"
    PAY = "pay"
    MACHINE = "machine"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found: `says` names a sentence of the check, `details` fill it."""

    verdict: Verdict
    says: str
    details: Details = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Copy:
    """A value to be put into WeChat's console exactly as it is."""

    label: LazyString
    value: str


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What checks look at. `timetable`: how often each background task should run."""

    config: Mapping[str, Any]
    client: AccountClient
    gateway: Gateway
    session: requests.Session
    timetable: Mapping[str, timedelta] = field(default_factory=dict)

    @property
    def base_url(self) -> str:
        """The shop's public address."""
        return str(self.config["BASE_URL"])

    @property
    def host(self) -> str:
        """Its host, as WeChat's consoles want a domain."""
        return host_of(self.config)


def host_of(config: Mapping[str, Any]) -> str:
    """The host of the shop's public address."""
    return urlsplit(str(config["BASE_URL"])).netloc


def no_copies(_config: Mapping[str, Any], _details: Details) -> Sequence[Copy]:
    """Nothing to copy."""
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One question. With `asks`, a person may answer what no interface can: his tick is about `about`."""

    name: str
    group: Group
    title: LazyString
    meaning: LazyString  # why it matters
    place: LazyString  # where to mend it
    says: Mapping[str, LazyString]
    look: Callable[[Surroundings], Finding]
    copies: Callable[[Mapping[str, Any], Details], Sequence[Copy]] = no_copies
    asks: LazyString | None = None
    about: Callable[[Mapping[str, Any]], str] = host_of


# What any check may find; a check's own sentence of the same name comes first.
COMMON_SAYS: Mapping[str, LazyString] = {
    "refused": _l("微信返回错误 %(errcode)s：%(sentence)s"),
    "unreachable": _l("连不上微信服务器，稍后再查一次；一直这样就检查服务器的出口网络"),
    "broken": _l("检查本身出了问题，已记入日志"),
    "too_long": _l("等了太久没有结果"),
}


def ok(says: str, **details: Any) -> Finding:
    """All is well."""
    return Finding(Verdict.OK, says, details)


def warn(says: str, **details: Any) -> Finding:
    """It works, but somebody should look."""
    return Finding(Verdict.WARN, says, details)


def fail(says: str, **details: Any) -> Finding:
    """It does not work."""
    return Finding(Verdict.FAIL, says, details)


def unknown(says: str, **details: Any) -> Finding:
    """It cannot be known from here."""
    return Finding(Verdict.UNKNOWN, says, details)
