"""States of complaints, which are WeChat's, and of what we want to say to them, which are ours."""

from enum import StrEnum

from app.core.states import Moves, check_complete
from app.payments.gateways.complaints import TheirState

# WeChat decides: a buyer who goes on complaining opens what was closed.
COMPLAINT_MOVES: Moves = {state: frozenset(set(TheirState) - {state}) for state in TheirState}
check_complete(TheirState, COMPLAINT_MOVES)


class ActKind(StrEnum):
    REPLY = "reply"
    AT_ONCE = "at_once"  # a reply into the chat in which the buyer waits
    APPROVE = "approve"  # a refund
    REJECT = "reject"
    COMPLETE = "complete"


class ActState(StrEnum):
    REQUESTED = "requested"  # decided here; perhaps known to WeChat, perhaps not
    DONE = "done"
    REFUSED = "refused"  # by WeChat: nothing was said


ACT_MOVES: Moves = {
    ActState.REQUESTED: frozenset({ActState.DONE, ActState.REFUSED}),
    ActState.DONE: frozenset(),
    ActState.REFUSED: frozenset(),
}
check_complete(ActState, ACT_MOVES)


class NoticeVerdict(StrEnum):
    RECEIVED = "received"  # stored, not yet judged: a crash came between
    REFUSED = "refused"  # it does not prove that WeChat sent it
    IGNORED = "ignored"  # genuine, but about something else
    APPLIED = "applied"  # the complaint is being fetched
    REPEATED = "repeated"  # genuine, and known already
