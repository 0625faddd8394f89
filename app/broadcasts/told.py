"""What one recipient is told, and who says it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import ClassVar, Protocol

from app.broadcasts.states import RecipientState
from app.wechat.replies import NewsReply


class Sender(Protocol):
    """Says one thing to whoever it is given, from any thread and without the database."""

    def send(self, openid: str, token: str) -> int | None:
        """WeChat's number of the message, where it gives one. Raises: PlatformError, PlatformUnreachable."""


@dataclass(frozen=True, slots=True)
class Told:
    """`shown`: as the log shows it; `kind`: as the log calls it; `taken`: what he is once WeChat took it."""

    shown: NewsReply
    sender: Sender
    kind: str = "news"
    taken: RecipientState = RecipientState.SENT


class Teller(Protocol):
    """Knows what each recipient of one broadcast is told. `silence`: the reason of whoever is told nothing."""

    silence: ClassVar[str]

    def find(self, follower_ids: Collection[int]) -> Mapping[int, Told]:
        """By follower; who is not in it has nothing to be told any more."""
