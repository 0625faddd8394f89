"""A tiny account platform on a real socket: it counts what it is asked and refuses dead tokens."""

import json
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from app.wechat.client import AccountClient

Answer = Callable[["Asked"], Any]


@dataclass
class Asked:
    """One request as it arrived."""

    method: str
    path: str
    query: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


@dataclass
class FakePlatform:
    """Issues tokens and answers `{"errcode":0}` to everything else, unless told otherwise in `answers`."""

    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    tokens_issued: int = 0
    token_lives_seconds: int = 7200
    answer_delay_seconds: float = 0.0
    refused_tokens: set[str] = field(default_factory=set)

    def __enter__(self) -> "FakePlatform":
        platform = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                platform._serve(self)

            do_POST = do_GET

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def base(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def answer_for(self, client: AccountClient) -> None:
        """Let the shop's client speak with it."""
        client.api_base, client.API_BASE_URL = self.base, f"{self.base}/cgi-bin/"

    def count(self) -> Counter[str]:
        """How often each path was asked."""
        return Counter(asked.path for asked in self.asked)

    def _serve(self, handler: BaseHTTPRequestHandler) -> None:
        parts = urlsplit(handler.path)
        body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        asked = Asked(handler.command or "", parts.path, dict(parse_qsl(parts.query)), body)
        with self._lock:
            self.asked.append(asked)
        threading.Event().wait(self.answer_delay_seconds)
        answer = self._answer(asked)
        status, payload = answer if isinstance(answer, tuple) else (200, answer)
        raw = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        handler.send_response(status)
        handler.send_header("Content-Type", "text/plain")
        handler.send_header("Content-Length", str(len(raw)))
        handler.end_headers()
        handler.wfile.write(raw)

    def _answer(self, asked: Asked) -> Any:
        if asked.path in self.answers:
            return self.answers[asked.path](asked)
        if asked.path == "/cgi-bin/stable_token":
            return self._issue_token(asked)
        if asked.query.get("access_token") in self.refused_tokens:
            return {"errcode": 40001, "errmsg": "invalid credential, access_token is invalid or not latest"}
        if asked.path == "/cgi-bin/ticket/getticket":
            return {"errcode": 0, "errmsg": "ok", "ticket": "ticket-1", "expires_in": 7200}
        return {"errcode": 0, "errmsg": "ok"}

    def _issue_token(self, asked: Asked) -> dict[str, Any]:
        with self._lock:
            if asked.json["force_refresh"] or not self.tokens_issued:
                self.tokens_issued += 1
            return {"access_token": f"token-{self.tokens_issued}", "expires_in": self.token_lives_seconds}
