"""How the simulator misbehaves on demand: each switch set once, for always, or to strike each n-th call."""

from __future__ import annotations

from typing import Any

from simulator.account_faults import ACCOUNT_FAULTS
from simulator.events import Events
from simulator.fault import ALIPAY, NOTIFY, PAY, REFUND
from simulator.money_faults import MONEY_FAULTS
from simulator.store import Store

__all__ = ("ALIPAY", "BY_NAME", "NOTIFY", "PAY", "REFUND", "TABLE", "Faults")

TABLE = (*MONEY_FAULTS, *ACCOUNT_FAULTS)
BY_NAME = {fault.name: fault for fault in TABLE}


class Faults:
    def __init__(self, store: Store, events: Events) -> None:
        self._store = store
        self._events = events
        self._turns: dict[str, int] = {}

    def peek(self, name: str, path: str = "") -> str:
        """The present value, without using it up."""
        document = self._find(name, path)
        return document["value"] if document else BY_NAME[name].choices[0]

    def take(self, name: str, path: str = "") -> str:
        """The present value; a switch set for once goes back. `path` is that of the call it would strike."""
        with self._store.lock:
            document = self._find(name, path)
            if document is None or not self._due(document):
                return BY_NAME[name].choices[0]
            if document["once"]:
                self._store.remove("faults", name)
                self._events.publish("state", what="faults")
            return str(document["value"])

    def strikes(self, name: str, path: str = "") -> bool:
        return self.take(name, path) != BY_NAME[name].choices[0]

    def set(self, name: str, value: str, *, once: bool = False, only: str = "", every: int = 1) -> None:
        """`every` strikes each n-th time. Raises: KeyError for an unknown switch, ValueError for an unknown value."""
        fault = BY_NAME[name]
        if value in {"once", "always"} and value not in fault.choices:
            value, once = fault.choices[1], value == "once"
        if value not in fault.choices and not (fault.takes_number and value.isdigit()):
            raise ValueError(f"{name} knows {', '.join(fault.choices)}")
        if value == fault.choices[0]:
            self._store.remove("faults", name)
        else:
            document = {"name": name, "value": value, "once": once, "only": only, "every": every}
            self._store.put("faults", name, document)
        self._turns.pop(name, None)
        self._events.publish("state", what="faults")

    def _find(self, name: str, path: str) -> dict[str, Any] | None:
        """What is set, unless it waits for calls of another path."""
        document = self._store.find("faults", name)
        return None if document and path and document["only"] not in path else document

    def _due(self, document: dict[str, Any]) -> bool:
        """Of a switch that strikes each n-th time, whether this is one."""
        turn = self._turns[document["name"]] = self._turns.get(document["name"], 0) + 1
        return turn % document.get("every", 1) == 0

    def calm_value(self, name: str) -> str:
        """The value that means: behave well."""
        return BY_NAME[name].choices[0]

    def reset(self) -> None:
        for fault in TABLE:
            self._store.remove("faults", fault.name)
        self._events.publish("state", what="faults")

    def listing(self) -> list[dict[str, Any]]:
        rows = []
        for fault in TABLE:
            document = self._store.find("faults", fault.name)
            rows.append(
                {
                    "name": fault.name,
                    "group": fault.group,
                    "title": fault.title,
                    "help": fault.help,
                    "choices": list(fault.choices),
                    "value": document["value"] if document else fault.choices[0],
                    "once": bool(document and document["once"]),
                    "only": document["only"] if document else "",
                    "every": document.get("every", 1) if document else 1,
                    "active": document is not None,
                    "takes_number": fault.takes_number,
                }
            )
        return rows
