"""The two ways out of the house: a group robot's webhook, and mail. Neither address ever stands in an error.

Sources of the robots' form:
https://developer.work.weixin.qq.com/document/path/91770 (WeCom)
https://open.dingtalk.com/document/robots/custom-robot-access (DingTalk)
https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot (Feishu)
"""

import smtplib
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from typing import Any
from urllib.parse import unquote, urlsplit

import requests

from app.core.outgoing import open_session, write_json

PATIENCE = (5, 10)  # seconds to connect, to answer
FEISHU = ("open.feishu.cn", "open.larksuite.com")
ROBOTS = ("qyapi.weixin.qq.com", "oapi.dingtalk.com")
CODES = ("errcode", "code", "StatusCode")  # where a robot says that it refused; 0 is yes
TLS_PORT, PLAIN_PORT = 465, 587

Config = Mapping[str, Any]


class NotTold(Exception):
    """It did not get through. `problem` is a key of `words.PROBLEMS`, `detail` theirs: a status or code."""

    def __init__(self, problem: str, detail: str = "") -> None:
        super().__init__(f"{problem} {detail}".strip())
        self.problem, self.detail = problem, detail[:200]


@dataclass(frozen=True, slots=True)
class Notice:
    """What is told: one line, the text below it, a link to the console."""

    title: str
    text: str
    link: str

    @property
    def whole(self) -> str:
        """All of it as one text."""
        return "\n".join(part for part in (self.title, self.text, self.link) if part)


def post_to_robot(config: Config, notice: Notice) -> None:
    """Raises: NotTold."""
    url = config["ALERT_WEBHOOK_URL"]
    body = write_json(_shape(urlsplit(url).hostname or "", notice))
    try:
        with open_session() as session:
            answer = session.post(
                url,
                data=body,
                headers={"Content-Type": "application/json; charset=utf-8"},
                timeout=PATIENCE,
                allow_redirects=False,
            )
    except requests.RequestException:
        raise NotTold("unreachable") from None  # the error holds the address, and that is the key
    if not 200 <= answer.status_code < 300:
        raise NotTold("refused", f"HTTP {answer.status_code}")
    if code := _find_code(answer):
        raise NotTold("refused", code)


def send_mail(config: Config, notice: Notice) -> None:
    """Raises: NotTold."""
    try:
        with _connect(config["ALERT_SMTP_URL"]) as server:
            refused = server.send_message(_write(config, notice))
    except smtplib.SMTPAuthenticationError:
        raise NotTold("login") from None
    except smtplib.SMTPResponseException as error:
        raise NotTold("refused", f"SMTP {error.smtp_code}") from None
    except (smtplib.SMTPException, OSError, ValueError):
        raise NotTold("unreachable") from None
    if refused:
        raise NotTold("some_refused", str(len(refused)))


CHANNELS: Mapping[str, tuple[str, Callable[[Config, Notice], None]]] = {
    "robot": ("ALERT_WEBHOOK_URL", post_to_robot),
    "mail": ("ALERT_SMTP_URL", send_mail),
}


def set_up_channels(config: Config) -> list[str]:
    """The names of those the operator has set up."""
    return [name for name, (setting, _send) in CHANNELS.items() if config[setting]]


def _shape(host: str, notice: Notice) -> Mapping[str, object]:
    if host in FEISHU:
        return {"msg_type": "text", "content": {"text": notice.whole}}
    if host in ROBOTS:
        return {"msgtype": "text", "text": {"content": notice.whole}}
    return {"title": notice.title, "text": notice.text, "link": notice.link}


def _find_code(answer: requests.Response) -> str:
    """The code of a robot that answers 200 and means no."""
    try:
        said = answer.json()
    except ValueError:
        return ""
    if not isinstance(said, dict):
        return ""
    return next((str(said[name])[:20] for name in CODES if said.get(name) not in (None, 0, "0")), "")


def _connect(url: str) -> smtplib.SMTP:
    parts = urlsplit(url)
    host, patience = parts.hostname or "", PATIENCE[1]
    if parts.scheme == "smtps":
        context = ssl.create_default_context()
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            host, parts.port or TLS_PORT, timeout=patience, context=context
        )
    else:
        server = smtplib.SMTP(host, parts.port or PLAIN_PORT, timeout=patience)
    try:
        _log_in(server, parts.scheme == "smtps", unquote(parts.username or ""), unquote(parts.password or ""))
    except BaseException:
        server.close()
        raise
    return server


def _log_in(server: smtplib.SMTP, is_secret: bool, user: str, password: str) -> None:
    """A password is never sent in the open: without STARTTLS there is no login."""
    server.ehlo()
    if not is_secret and server.has_extn("starttls"):
        server.starttls(context=ssl.create_default_context())
        server.ehlo()
        is_secret = True
    if user and not is_secret:
        raise NotTold("no_tls")
    if user:
        server.login(user, password)


def _write(config: Config, notice: Notice) -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = notice.title
    message["From"] = Address(addr_spec=config["ALERT_MAIL_FROM"][0])
    message["To"] = tuple(Address(addr_spec=each) for each in config["ALERT_MAIL_TO"])
    message.set_content("\n\n".join(part for part in (notice.text, notice.link) if part))
    return message
