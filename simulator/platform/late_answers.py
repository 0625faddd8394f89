"""What the switches do to the answer of a message that has been delivered."""

from simulator.http_faults import go_silent
from simulator.platform.errors import PlatformError
from simulator.platform.routing import Call


def play_answer(call: Call, switch: str) -> None:
    """Before anything is delivered. Raises: PlatformError of the switch."""
    call.answer = call.engine.faults.take(switch)
    if call.answer.isdigit():
        call.verdicts.add("故障开关", None, switch)
        raise PlatformError(int(call.answer))


def answer_late(call: Call) -> None:
    """After it was delivered: later, or not at all."""
    delay = call.engine.faults.take("custom_delay")
    if delay.isdigit():
        call.engine.stopping.wait(int(delay) / 1000)
    if call.answer == "timeout":
        go_silent(call.engine, call.request)
