"""What is added up: all of them know `+`, and nothing is their plain form."""

from dataclasses import astuple, dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class Sums:
    """Numbers that are added one by one."""

    def __add__(self, other: Self) -> Self:
        return type(self)(
            *(mine + theirs for mine, theirs in zip(astuple(self), astuple(other), strict=True))
        )


@dataclass(frozen=True, slots=True)
class StateSums(Sums):
    """Orders placed, by the state they are in now. `due_fen`: money that came too late or twice; `refunded_fen`: of
    `total_fen`, what went back."""

    orders: int = 0
    total_fen: int = 0
    due_fen: int = 0
    refunded_fen: int = 0


@dataclass(frozen=True, slots=True)
class MoneySums(Sums):
    """Money that came, and what went back.

    Buyers are counted once a day: summed over days, `buyers` counts some more than once.
    """

    orders: int = 0
    fen: int = 0
    buyers: int = 0
    new_buyers: int = 0
    new_orders: int = 0
    new_fen: int = 0
    late_payments: int = 0
    late_fen: int = 0
    refunds: int = 0
    refunded_fen: int = 0

    @property
    def received_fen(self) -> int:
        """All that came: for orders, and too late or twice."""
        return self.fen + self.late_fen

    @property
    def net_fen(self) -> int:
        """What stayed of these days: all that came, less what went back on them."""
        return self.received_fen - self.refunded_fen

    @property
    def returning_buyers(self) -> int:
        """Who had paid on an earlier day."""
        return self.buyers - self.new_buyers

    @property
    def returning_orders(self) -> int:
        """Orders of theirs."""
        return self.orders - self.new_orders

    @property
    def returning_fen(self) -> int:
        """Money of theirs."""
        return self.fen - self.new_fen


@dataclass(frozen=True, slots=True)
class ShareSums(Sums):
    """A part of the orders that were paid."""

    orders: int = 0
    pieces: int = 0
    fen: int = 0
