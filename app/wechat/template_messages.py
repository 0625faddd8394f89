"""Template messages (模板消息) and subscription notifications (订阅通知): to whom they go is known to the caller.

Source: https://developers.weixin.qq.com/doc/service/api/notify/template/api_sendtemplatemessage.html and
https://developers.weixin.qq.com/doc/service/api/notify/notify/api_sendnewsubscribemsg.html
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from app.wechat.client import AccountClient

REFUSED = 43101  # he does not take this notification, or has had as many as he agreed to
REPEATABLE_FOR = timedelta(minutes=8)  # WeChat keeps a client_msg_id for ten
CLOCKS_APART = timedelta(seconds=5)  # WeChat's and ours, at most
LARGEST = 2**63 - 1  # that a column holds
EVENT_WITHIN = timedelta(minutes=10)  # an event that did not come by then does not come
BLOCKED = "blocked"  # he takes none
FAILED = "failed"  # could not be delivered
NOT_PERSONAL = (40036, 40037, 43116, 47003, 40249)  # something is wrong with the template or its values


@dataclass(frozen=True, slots=True)
class Notice:
    """One message: values by keyword, and the full address that a tap opens."""

    template_id: str
    data: Mapping[str, str]
    url: str

    def body(self, openid: str) -> dict[str, Any]:
        """What both interfaces have in common."""
        data = {keyword: {"value": value} for keyword, value in self.data.items()}
        return {"touser": openid, "template_id": self.template_id, "data": data}


@dataclass(frozen=True, slots=True)
class TemplateSender:
    """Sends one as a template message, from any thread and without the database.

    `client_msg_id`: the same to the same person is sent once in ten minutes, so asking again is harmless.
    """

    client: AccountClient
    notice: Notice
    client_msg_id: str

    def send(self, openid: str, token: str = "") -> int | None:
        """WeChat's number of the message. Without a token the client takes its own, from the database.

        Raises: PlatformError, PlatformUnreachable.
        """
        body = {**self.notice.body(openid), "url": self.notice.url, "client_msg_id": self.client_msg_id}
        params = {"access_token": token} if token else {}
        answer = self.client.post("message/template/send", params=params, data=body)
        msg_id = answer.get("msgid")
        return msg_id if isinstance(msg_id, int) else None


@dataclass(frozen=True, slots=True)
class SubscriptionSender:
    """Sends one as a subscription notification, from any thread and without the database."""

    client: AccountClient
    notice: Notice

    def send(self, openid: str, token: str) -> int | None:
        """WeChat gives it no number. Raises: PlatformError, PlatformUnreachable."""
        body = {**self.notice.body(openid), "page": self.notice.url}
        self.client.post("message/subscribe/bizsend", params={"access_token": token}, data=body)
        return None


@dataclass(frozen=True, slots=True)
class Template:
    """A template of the account. `content`: `商品名称:{{thing1.DATA}}`, a line for each keyword."""

    template_id: str
    title: str
    content: str
    is_lasting: bool = False  # who agreed once has agreed for good


def read_msg_id(text: str) -> int:
    """WeChat's number of a message, as its event names it; 0 when there is none."""
    return int(text) if text.isdecimal() and int(text) <= LARGEST else 0


def read_failure(status: str) -> str:
    """Why a message did not arrive, as the status of its event tells; empty when it did."""
    if status == "success":
        return ""
    return BLOCKED if "block" in status else FAILED


def fetch_templates(client: AccountClient) -> Sequence[Template]:
    """The templates for template messages. Raises: PlatformError, PlatformUnreachable."""
    answer = client.get("template/get_all_private_template")
    return [_read(row, "template_id") for row in _rows(answer.get("template_list"))]


def fetch_subscription_templates(client: AccountClient) -> Sequence[Template]:
    """The templates for subscription notifications. Raises: PlatformError, PlatformUnreachable."""
    answer = client.get(f"{client.api_base}/wxaapi/newtmpl/gettemplate")
    return [_read(row, "priTmplId") for row in _rows(answer.get("data"))]


def _rows(value: Any) -> list[Mapping[str, Any]]:
    return [row for row in value if isinstance(row, Mapping)] if isinstance(value, list) else []


_LASTING = 3  # WeChat's `type`; 2 is for one notification


def _read(row: Mapping[str, Any], key: str) -> Template:
    words = (str(row.get(name) or "") for name in (key, "title", "content"))
    return Template(*words, is_lasting=row.get("type") == _LASTING)
