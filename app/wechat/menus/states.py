"""The states of a published version of a menu, and what may follow what."""

from enum import StrEnum

from app.core.states import Moves, check_complete


class VersionState(StrEnum):
    SENDING = "sending"  # given to WeChat, its answer not yet known
    SHOWN = "shown"
    REFUSED = "refused"
    LOST = "lost"  # WeChat shows something else, and its answer never came
    LEAVING = "leaving"  # a personalised menu that a newer version replaced; WeChat still has it
    WITHDRAWN = "withdrawn"


VERSION_MOVES: Moves = {
    VersionState.SENDING: frozenset({VersionState.SHOWN, VersionState.REFUSED, VersionState.LOST}),
    VersionState.LOST: frozenset({VersionState.SHOWN, VersionState.REFUSED}),
    VersionState.SHOWN: frozenset({VersionState.LEAVING, VersionState.WITHDRAWN}),
    VersionState.LEAVING: frozenset({VersionState.WITHDRAWN}),
    VersionState.REFUSED: frozenset(),
    VersionState.WITHDRAWN: frozenset(),
}
check_complete(VersionState, VERSION_MOVES)
