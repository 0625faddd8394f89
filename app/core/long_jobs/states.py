"""Which state of a long job may follow which."""

from enum import StrEnum

from app.core.states import Moves, check_complete


class JobState(StrEnum):
    WAITING = "waiting"  # no worker has begun it yet
    RUNNING = "running"  # one has; when it dies, another one goes on after the lease
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


_ENDS = frozenset({JobState.DONE, JobState.FAILED, JobState.CANCELLED})

JOB_MOVES: Moves = {
    JobState.WAITING: frozenset({JobState.RUNNING, JobState.FAILED, JobState.CANCELLED}),
    JobState.RUNNING: _ENDS,
    **dict.fromkeys(_ENDS, frozenset()),
}
check_complete(JobState, JOB_MOVES)

OPEN = (JobState.WAITING, JobState.RUNNING)
