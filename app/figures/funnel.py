"""From the message to the money, by entrance: said, opened, looked at a product, ordered, paid."""

from dataclasses import dataclass

from app.core.days import Days
from app.entrances.models import Entrance, EntranceKind
from app.entrances.service import list_entrances
from app.figures.messages import count_messages
from app.figures.models import Share
from app.figures.reading import Figures
from app.figures.sums import ShareSums
from app.figures.visits import VisitSums, count_visits

_SAID_BY = {EntranceKind.KEYWORD: "rule:{}", EntranceKind.MENU: "menu:{}", EntranceKind.SCENE: "scene:{}"}
_WELCOMES = {"subscribe": "welcome", "subscribe_back": "welcome_back", "fallback": "fallback"}


@dataclass(frozen=True, slots=True)
class Steps:
    """Of one entrance. `messages` is None where no message leads there; `opened` and `looked`: visitors, each
    once a day; `ordered` by the day of placing, `paid` and `fen` by the day of payment."""

    entrance: Entrance | None  # None: by no link of ours
    messages: int | None
    opened: int
    looked: int
    ordered: int
    paid: int
    fen: int


def said_by(entrance: Entrance) -> str:
    """What messages that carry links to this entrance are said by, as `Message.answered_by`; empty: none are."""
    if entrance.kind == EntranceKind.WELCOME:
        return _WELCOMES.get(entrance.ref, "")
    if entrance.kind == EntranceKind.DESK:
        return entrance.ref
    pattern = _SAID_BY.get(entrance.kind)
    return pattern.format(entrance.ref) if pattern else ""


def read_funnel(figures: Figures, days: Days) -> list[Steps]:
    """Every entrance that had anything to show in these days, what brought most money first."""
    visits, messages = count_visits(days), count_messages(days)
    ordered, paid = figures.shares(Share.PLACED), figures.shares(Share.ENTRANCE)
    ids = {*visits, *map(int, ordered), *map(int, paid)}
    entrances: dict[int, Entrance | None] = {each.id: each for each in list_entrances(ids)}
    if 0 in ids:
        entrances[0] = None
    rows = []
    for number, entrance in entrances.items():
        key = str(number)
        by = said_by(entrance) if entrance else ""
        money = paid.get(key, ShareSums())
        seen = visits.get(number, VisitSums())
        rows.append(
            Steps(
                entrance,
                messages.get(by, 0) if by else None,
                seen.opened,
                seen.looked,
                ordered.get(key, ShareSums()).orders,
                money.orders,
                money.fen,
            )
        )
    return sorted(rows, key=lambda row: (-row.fen, -row.ordered, -row.opened))
