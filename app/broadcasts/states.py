"""How a broadcast, its parts and the lines of its recipients may move."""

from enum import IntEnum, StrEnum

from app.core.states import Moves, check_complete


class Way(StrEnum):
    """How it reaches people; each has its own rules at WeChat."""

    MASS = "mass"  # 群发: an article in the draft box, four a month for each follower
    CARD = "card"  # a customer-service message: opens the product at once, inside the 48 hours
    NOTICE = "notice"  # a template message or subscription notification, for the purposes WeChat allows


class BroadcastState(StrEnum):
    DRAFT = "draft"
    SCHEDULED = "scheduled"  # confirmed, its time has not come
    GATHERING = "gathering"  # who gets it is being written down
    SENDING = "sending"
    PAUSED = "paused"  # by a person, or because WeChat takes nothing now: `halt` says why
    STOPPED = "stopped"  # by a person, before all had it
    FINISHED = "finished"  # everybody who could have it has it
    PARTIAL = "partial"  # some have it, some were refused or nobody knows
    FAILED = "failed"  # nobody has it


class RecipientState(StrEnum):
    DUE = "due"
    ASKING = "asking"  # taken by a worker that is asking WeChat
    UNCLEAR = "unclear"  # WeChat was asked and nobody knows what it did
    HANDED = "handed"  # a notification WeChat took: its event will tell what became of it
    SENT = "sent"
    SKIPPED = "skipped"  # we did not ask: `reason` says why
    REFUSED = "refused"  # WeChat said no: `reason` is its number


class Halt(IntEnum):
    """Why it is paused where no number of WeChat's says so."""

    GOODS_GONE = 0  # a product went off sale
    TOO_FEW = 1  # a mass message needs two people
    NO_PICTURE = 2  # an article needs one
    NO_TEMPLATE = 3  # a notification whose purpose has no template any more


class PartState(StrEnum):
    """One call to WeChat's mass interface, for up to 10,000 people."""

    DUE = "due"
    ASKING = "asking"  # asked with its own clientmsgid: asked again it is the same job
    ACCEPTED = "accepted"  # WeChat has the job: it waits for the administrator, or sends
    FINISHED = "finished"
    FAILED = "failed"


_S = BroadcastState
BROADCAST_MOVES: Moves = {
    _S.DRAFT: frozenset({_S.SCHEDULED, _S.GATHERING}),
    _S.SCHEDULED: frozenset({_S.DRAFT, _S.GATHERING}),
    _S.GATHERING: frozenset({_S.SENDING, _S.STOPPED, _S.FAILED}),
    _S.SENDING: frozenset({_S.PAUSED, _S.STOPPED, _S.FINISHED, _S.PARTIAL, _S.FAILED}),
    _S.PAUSED: frozenset({_S.SENDING, _S.STOPPED}),
    _S.STOPPED: frozenset(),
    _S.FINISHED: frozenset({_S.PARTIAL, _S.FAILED}),  # WeChat's counts come after its word that it is done
    _S.PARTIAL: frozenset({_S.FAILED}),
    _S.FAILED: frozenset(),
}
check_complete(BroadcastState, BROADCAST_MOVES)

_P = PartState
PART_MOVES: Moves = {
    _P.DUE: frozenset({_P.ASKING}),
    _P.ASKING: frozenset({_P.DUE, _P.ACCEPTED}),
    _P.ACCEPTED: frozenset({_P.FINISHED, _P.FAILED}),
    _P.FINISHED: frozenset({_P.FAILED}),
    _P.FAILED: frozenset(),
}
check_complete(PartState, PART_MOVES)

ENDED = (_S.STOPPED, _S.FINISHED, _S.PARTIAL, _S.FAILED)
UNDECIDED = (RecipientState.DUE, RecipientState.ASKING, RecipientState.UNCLEAR, RecipientState.HANDED)
UNDER_WAY = (_S.GATHERING, _S.SENDING, _S.PAUSED)
