"""`python -m bench.broadcasts.automatic`: messages that go by themselves, while workers are killed at any moment.

A welcome is due to so many followers at once. Workers find who is due and send; every few seconds the one that has been
there longest is ended by SIGKILL. In the end WeChat in a box is asked how often each follower got the card.
"""

import argparse
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

from sqlalchemy import func, select

from app.broadcasts.automatic.models import AutomaticCause
from app.broadcasts.models import BroadcastRecipient
from app.broadcasts.states import RecipientState
from app.core.db import db
from bench.broadcasts.playing import playing
from bench.broadcasts.shop import PLATFORM, TITLE, build, fill_due, open_database
from bench.broadcasts.workers import Crew
from tests.keys import write_keys

LOOK_EVERY = 0.5


def main() -> None:
    """Play it and print one line."""
    options = _read_options()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        box = stack.enter_context(playing(folder / "wechat", **PLATFORM))
        database = open_database(stack, folder, postgres=options.postgres)
        openids = box.gather(options.followers)
        write_keys(folder)
        app = build(folder, database, box.address, options.per_second)
        fill_due(app, openids)
        print("filled", flush=True)
        crew = Crew(folder, database, box.address, options.per_second)
        stack.callback(crew.dismiss)
        with app.app_context():
            seconds = _send(crew, options)
            counts = _count()
            db.session.remove()
            db.engine.dispose()
        arrived = box.arrived(TITLE)
        times = Counter(arrived.get(openid, 0) for openid in openids)
    print(
        f"{options.followers:,} due, {crew.kills} kills, done after {seconds:.0f} s; {dict(counts)}; "
        f"got it once {times[1]:,}, never {times[0]:,}, more often {sum(times.values()) - times[0] - times[1]:,}"
    )


def _send(crew: Crew, options: argparse.Namespace) -> float:
    """Until each has been told and nothing is unclear, killing as told; returns the seconds."""
    crew.hire(options.workers)
    while not _count().get(RecipientState.SENT):
        time.sleep(LOOK_EVERY)  # the workers are still starting
    started = time.perf_counter()
    next_kill = started + options.kill_every
    while not _is_done(options.followers):
        time.sleep(LOOK_EVERY)
        crew.look()
        if crew.kills < options.kills and time.perf_counter() > next_kill:
            crew.kill_one()
            next_kill = time.perf_counter() + options.kill_every
    return time.perf_counter() - started


def _is_done(followers: int) -> bool:
    told = db.session.scalar(select(func.count()).select_from(AutomaticCause)) or 0
    left = set(_count()) & {RecipientState.DUE, RecipientState.ASKING, RecipientState.UNCLEAR}
    return told >= followers and not left


def _count() -> dict[RecipientState, int]:
    db.session.rollback()
    query = select(BroadcastRecipient.state, func.count()).group_by(BroadcastRecipient.state)
    return dict(db.session.execute(query).all())


def _read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.broadcasts.automatic", description=__doc__)
    parser.add_argument("--followers", type=int, default=5_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--per-second", type=int, default=300)
    parser.add_argument("--kills", type=int, default=8)
    parser.add_argument("--kill-every", type=float, default=4, help="seconds")
    parser.add_argument("--postgres", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    main()
