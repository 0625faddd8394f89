"""How busy a tea shop is: seasons, festivals, days of the week, hours. Weights only say how much against each other."""

from datetime import date, timedelta
from enum import StrEnum


class Season(StrEnum):
    """When goods sell better. A day may be in several."""

    SPRING = "spring"  # new tea
    SUMMER = "summer"
    WINTER = "winter"
    GIFT = "gift"  # the weeks before Mid-Autumn and New Year


NEW_YEAR = (  # the first day of the Chinese year
    date(2024, 2, 10),
    date(2025, 1, 29),
    date(2026, 2, 17),
    date(2027, 2, 6),
    date(2028, 1, 26),
    date(2029, 2, 13),
    date(2030, 2, 3),
    date(2031, 1, 23),
    date(2032, 2, 11),
    date(2033, 1, 31),
    date(2034, 2, 19),
    date(2035, 2, 8),
)
MID_AUTUMN = (
    date(2024, 9, 17),
    date(2025, 10, 6),
    date(2026, 9, 25),
    date(2027, 9, 15),
    date(2028, 10, 3),
    date(2029, 9, 22),
    date(2030, 9, 12),
    date(2031, 10, 1),
    date(2032, 9, 19),
    date(2033, 9, 8),
    date(2034, 9, 27),
    date(2035, 9, 16),
)
HOURS = (
    4,
    2,
    1,
    1,
    1,
    1,
    3,
    8,
    12,
    16,
    18,
    17,
    19,
    16,
    14,
    15,
    16,
    17,
    19,
    26,
    34,
    36,
    28,
    13,
)  # from midnight on
WEEKDAYS = (0.9, 0.9, 0.95, 0.95, 1.1, 1.3, 1.25)  # from Monday on
FESTIVAL_WEEKS = 3
_SALES = {(6, 18): 1.7, (11, 11): 2.2, (12, 12): 1.4}
_IN_SEASON = {Season.SPRING: 3.0, Season.SUMMER: 1.8, Season.WINTER: 1.8, Season.GIFT: 5.0}
_OUT_OF_SEASON = 0.7


def seasons_of(day: date) -> frozenset[Season]:
    """The seasons this day is in."""
    found = set()
    if date(day.year, 3, 20) <= day <= date(day.year, 5, 15):
        found.add(Season.SPRING)
    if 6 <= day.month <= 8:
        found.add(Season.SUMMER)
    if day.month in (11, 12, 1, 2):
        found.add(Season.WINTER)
    if any(_is_before(day, festival) for festival in (*NEW_YEAR, *MID_AUTUMN)):
        found.add(Season.GIFT)
    return frozenset(found)


def busyness(day: date, age: float) -> float:
    """How many orders a day brings. `age`: how far through the year it is, 0 to 1; the shop grows."""
    weight = WEEKDAYS[day.weekday()] * (0.6 + 0.8 * age) * _SALES.get((day.month, day.day), 1.0)
    seasons = seasons_of(day)
    if Season.SPRING in seasons:
        weight *= 1.5
    if Season.GIFT in seasons:
        weight *= 1.9
    if any(festival <= day < festival + timedelta(days=7) for festival in NEW_YEAR):
        weight *= 0.35  # couriers rest
    return weight


def liking(seasons: frozenset[Season], own: frozenset[Season]) -> float:
    """How well goods with seasons of their `own` sell on a day in `seasons`."""
    if not own:
        return 1.0
    return max((_IN_SEASON[season] for season in seasons & own), default=_OUT_OF_SEASON)


def _is_before(day: date, festival: date) -> bool:
    return festival - timedelta(weeks=FESTIVAL_WEEKS) <= day < festival
