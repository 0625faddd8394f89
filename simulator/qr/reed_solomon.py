"""Correcting the codewords of one QR block: Reed-Solomon over GF(256) with the polynomial 0x11D."""

from __future__ import annotations

from simulator.qr.errors import QrError

EXP = [1] * 512
for _power in range(1, 512):
    _doubled = EXP[_power - 1] << 1
    EXP[_power] = _doubled ^ 0x11D if _doubled > 255 else _doubled
LOG = {EXP[power]: power for power in range(255)}


def multiply(a: int, b: int) -> int:
    return EXP[LOG[a] + LOG[b]] if a and b else 0


def divide(a: int, b: int) -> int:
    return EXP[(LOG[a] - LOG[b]) % 255] if a else 0


def correct(block: list[int], checks: int) -> list[int]:
    """The block with its errors mended. Raises: QrError when there are too many."""
    syndromes = _syndromes(block, checks)
    if not any(syndromes):
        return block
    locator = _locator(syndromes)
    places = [
        place
        for place in range(len(block))
        if _value(locator, EXP[(255 - (len(block) - 1 - place)) % 255]) == 0
    ]
    if len(places) != len(locator) - 1:
        raise QrError("二维码损坏太多")
    mended = _mend(block, places, locator, syndromes)
    if any(_syndromes(mended, checks)):
        raise QrError("二维码损坏太多")
    return mended


def _syndromes(block: list[int], checks: int) -> list[int]:
    found = []
    for power in range(checks):
        value = 0
        for word in block:
            value = multiply(value, EXP[power]) ^ word
        found.append(value)
    return found


def _value(polynomial: list[int], x: int) -> int:
    """Of a polynomial whose lowest coefficient stands first."""
    value = 0
    for coefficient in reversed(polynomial):
        value = multiply(value, x) ^ coefficient
    return value


def _locator(syndromes: list[int]) -> list[int]:
    """The error-locator polynomial, by Berlekamp and Massey; lowest coefficient first."""
    current, previous = [1], [1]
    errors, shift, last = 0, 1, 1
    for step, syndrome in enumerate(syndromes):
        difference = syndrome
        for number in range(1, errors + 1):
            if number < len(current):
                difference ^= multiply(current[number], syndromes[step - number])
        if difference == 0:
            shift += 1
            continue
        scale = divide(difference, last)
        longer = current + [0] * (len(previous) + shift - len(current))
        for number, coefficient in enumerate(previous):
            longer[number + shift] ^= multiply(scale, coefficient)
        if 2 * errors <= step:
            errors, previous, last, shift = step + 1 - errors, current, difference, 1
        else:
            shift += 1
        current = longer
    while len(current) > 1 and current[-1] == 0:
        current.pop()
    return current


def _mend(block: list[int], places: list[int], locator: list[int], syndromes: list[int]) -> list[int]:
    """Forney's formula at each place."""
    evaluator = [0] * len(syndromes)
    for number, coefficient in enumerate(locator):
        for power in range(len(syndromes) - number):
            evaluator[number + power] ^= multiply(coefficient, syndromes[power])
    derivative = [coefficient if number % 2 else 0 for number, coefficient in enumerate(locator)][1:]
    mended = list(block)
    for place in places:
        power = len(block) - 1 - place
        inverse = EXP[(255 - power) % 255]
        slope = _value(derivative, inverse)
        if slope == 0:
            raise QrError("二维码损坏太多")
        mended[place] ^= multiply(EXP[power], divide(_value(evaluator, inverse), slope))
    return mended
