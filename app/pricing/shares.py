"""Sharing an amount among lines so that the shares add up exactly."""

from collections.abc import Sequence


def share_out(amount_fen: int, weights: Sequence[int]) -> tuple[int, ...]:
    """Split `amount_fen` in proportion to `weights`; the largest remainders get the fen that are left over.

    Equal remainders are served from the first line on, so that the same order is always split the same way.
    No share is larger than its weight as long as the amount is not larger than all of them together.
    Raises: ValueError for a negative number, or for an amount that nobody can bear.
    """
    whole = sum(weights)
    if amount_fen < 0 or any(weight < 0 for weight in weights) or (amount_fen and not whole):
        raise ValueError("an amount and its weights cannot be negative, and somebody has to bear it")
    if not amount_fen:
        return (0,) * len(weights)
    shares = [amount_fen * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda at: (-(amount_fen * weights[at] % whole), at))
    for at in by_remainder[: amount_fen - sum(shares)]:
        shares[at] += 1
    return tuple(shares)
