"""What the web view needs to know of the engine: its addresses, its store, and who the followers are."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The engine as the web view sees it; read anew each time: ports are known late."""

    engine: Any

    @property
    def upstream(self) -> str:
        """Address where the shop itself listens."""
        return self.engine.settings.upstream.rstrip("/")

    @property
    def platform_base(self) -> str:
        """Address of the phone and of WeChat's hosts."""
        return self.engine.settings.base.rstrip("/")

    @property
    def web_base(self) -> str:
        """The shop's public address: this web port."""
        return self.engine.settings.web_base.rstrip("/")

    @property
    def store(self) -> Any:
        """The engine's document store, which survives a restart and is emptied by a reset."""
        return self.engine.store

    def platform_of(self, openid: str) -> str | None:
        """Return "ios" or "android"; None when nobody has this openid."""
        follower = self.engine.followers.find(openid)
        return None if follower is None else str(follower["platform"])


def surroundings_of(engine: Any) -> Surroundings:
    """Look at the engine through the web view's eyes."""
    return Surroundings(engine)
