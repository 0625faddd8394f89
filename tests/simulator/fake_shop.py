"""A shop that remembers what it was sent and answers what the test says."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from werkzeug.serving import BaseWSGIServer, make_server
from werkzeug.wrappers import Request, Response


@dataclass(frozen=True)
class Received:
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    at: float


@dataclass
class FakeShop:
    """`answer` makes the response to whatever comes in; without it everything is `success`."""

    received: list[Received] = field(default_factory=list)
    answer: Callable[[Received], Response | str] = lambda received: "success"
    server: BaseWSGIServer | None = None

    def start(self) -> str:
        self.server = make_server("127.0.0.1", 0, self._serve, threaded=True)
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()
        return f"http://127.0.0.1:{self.server.server_port}"

    def stop(self) -> None:
        assert self.server is not None
        self.server.shutdown()  # closes its socket as well
        self.thread.join()

    def forget(self) -> None:
        self.received.clear()
        self.answer = lambda received: "success"

    def to(self, prefix: str) -> list[Received]:
        return [one for one in self.received if one.path.startswith(prefix)]

    def wait_for(self, count: int, prefix: str = "/", seconds: float = 5.0) -> list[Received]:
        """What came in at this address once there are `count` of them."""
        deadline = time.monotonic() + seconds
        while len(self.to(prefix)) < count:
            assert time.monotonic() < deadline, f"{len(self.to(prefix))} of {count} requests to {prefix} came"
            time.sleep(0.01)
        return self.to(prefix)

    def _serve(self, environ: dict, start_response: Callable) -> object:
        request = Request(environ)
        received = Received(
            request.path,
            request.args.to_dict(),
            dict(request.headers),
            request.get_data(),
            time.monotonic(),
        )
        self.received.append(received)
        answer = self.answer(received)
        return (answer if isinstance(answer, Response) else Response(answer))(environ, start_response)
