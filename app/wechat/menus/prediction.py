"""Which menu a follower should see, by WeChat's rules as we know them; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

PLATFORMS = ("1", "2", "3")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A personalised menu at WeChat; `rule` in WeChat's words."""

    name: str
    rule: dict[str, Any]
    menu: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Person:
    """A follower as the rules see him. Of several tags the one attached last decides."""

    last_tag: str = ""  # WeChat's tag id
    platform: str = ""  # `1` iOS, `2` Android, `3` other; empty: unknown


def predict(person: Person, candidates: Sequence[Candidate], default: Candidate) -> tuple[Candidate, ...]:
    """What he sees; with an unknown phone everything he may see, each once.

    `candidates`: the newest first, because the first that fits is shown.
    """
    platforms = (person.platform,) if person.platform else PLATFORMS
    found: list[Candidate] = []
    for platform in platforms:
        seen = next((each for each in candidates if _fits(each.rule, person.last_tag, platform)), default)
        if seen not in found:
            found.append(seen)
    return tuple(found)


def _fits(rule: dict[str, Any], last_tag: str, platform: str) -> bool:
    tag = str(rule.get("tag_id", ""))
    wanted = str(rule.get("client_platform_type", ""))
    return tag in ("", last_tag) and wanted in ("", platform)
