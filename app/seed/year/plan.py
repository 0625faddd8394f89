"""What a year is made from: how many orders, from which seed, up to when. Everything else follows from it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from itertools import accumulate
from random import Random

from app.core import clock
from app.core.days import Days
from app.seed.year.seasons import HOURS, busyness

LENGTH = 365  # days, today among them
MOST_IN_A_BATCH = 1000  # orders; a batch is one transaction
FEWEST_FOLLOWERS = 30
LAST_DAYS, FEWEST_LATELY = 3, 3  # orders of each of so many days
_HOURS = list(range(24))


@dataclass(frozen=True)
class Year:
    """`now`: the last moment of the year, aware UTC. What would happen after it has not happened."""

    orders: int
    seed: int
    now: datetime

    @property
    def followers(self) -> int:
        """How many there are at the end."""
        return FEWEST_FOLLOWERS + self.orders * 4 // 5

    @cached_property
    def days(self) -> list[date]:
        """From the first to today, Beijing days."""
        today = clock.beijing_day(self.now)
        return list(Days(today - timedelta(days=LENGTH - 1), today))

    @cached_property
    def starts_at(self) -> datetime:
        """The first moment, aware UTC."""
        return start_of(self.days[0])

    @cached_property
    def weights(self) -> list[float]:
        """How busy each day is."""
        chance = self.chance("days")
        return [busyness(day, n / LENGTH) * chance.uniform(0.8, 1.2) for n, day in enumerate(self.days)]

    @cached_property
    def orders_by_day(self) -> list[int]:
        """How many orders each day brings; together `orders`. The last days are never empty: work waits there."""
        shares = spread(self.orders, self.weights)
        for day in range(LENGTH - LAST_DAYS, LENGTH):
            while shares[day] < FEWEST_LATELY and max(shares[:-LAST_DAYS]):
                shares[shares.index(max(shares[:-LAST_DAYS]))] -= 1
                shares[day] += 1
        return shares

    def batches(self) -> list[range]:
        """The days cut into pieces; today is never alone, for what it cannot hold yet goes to yesterday."""
        found: list[range] = []
        first = number = 0
        for day, orders in enumerate(self.orders_by_day):
            number += orders
            if number >= MOST_IN_A_BATCH and day < LENGTH - 2:
                found.append(range(first, day + 1))
                first, number = day + 1, 0
        return [*found, range(first, LENGTH)]

    def chance(self, what: object) -> Random:
        """Dice for one purpose: they fall the same whatever was thrown before for another."""
        return Random(f"{self.seed}/{self.orders}/{self.days[-1]}/{what}")

    def moments(self, day: int, number: int, chance: Random) -> list[datetime]:
        """So many moments of a day, aware UTC; what is not yet past has happened a day before."""
        start, found = start_of(self.days[day]), []
        for hour in chance.choices(_HOURS, HOURS, k=number):
            at = start + timedelta(hours=hour, seconds=chance.randrange(3600))
            found.append(at - timedelta(days=1) if at > self.now else at)
        return found


def spread(number: int, weights: Sequence[float]) -> list[int]:
    """`number` shared out by weight: whole numbers that add up to it."""
    total, done, shares = sum(weights), 0, []
    for reached in accumulate(weights):
        until = round(number * reached / total)
        shares.append(until - done)
        done = until
    return shares


def start_of(day: date) -> datetime:
    """The moment a Beijing day begins."""
    return datetime.combine(day, time(), clock.BEIJING).astimezone(UTC)
