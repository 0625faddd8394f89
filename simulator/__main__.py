"""`python -m simulator init|serve --dir DIR`: identities, then WeChat on two ports until interrupted."""

from __future__ import annotations

import argparse
import json
import logging
import signal
import socket
import sys
import threading
from pathlib import Path

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from simulator.app import create_app
from simulator.engine import Engine
from simulator.fast_lane import LaneHandler
from simulator.settings import Settings, SettingsError, load_settings, write_shop_env
from simulator.webview import create_gateway


class QuietHandler(WSGIRequestHandler):
    """The wire log tells what happened; the terminal stays readable."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        return

    def connection_dropped(self, error: BaseException, environ: object = None) -> None:
        """Nothing more is read from it: that would fail on a connection we have cut ourselves."""
        self.close_connection = True


class Servers:
    """The engine with its two listening ports."""

    def __init__(self, settings: Settings) -> None:
        sockets = [_listen(settings.host, port) for port in (settings.port, settings.web_port)]
        self.settings = settings.with_ports(*(found.getsockname()[1] for found in sockets))
        self.engine = Engine(self.settings)
        self.app = create_app(self.engine)
        platform = type("PlatformHandler", (QuietHandler, LaneHandler), {"engine": self.engine})
        apps = ((self.app, platform), (create_gateway(self.engine), QuietHandler))
        self._servers: list[BaseWSGIServer] = [
            make_server(
                settings.host,
                found.getsockname()[1],
                app,
                threaded=True,
                request_handler=handler,
                fd=found.fileno(),
            )
            for found, (app, handler) in zip(sockets, apps, strict=True)
        ]
        for found in sockets:
            found.close()  # the servers hold duplicates
        self._threads = [
            threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True)
            for server in self._servers
        ]

    def start(self) -> None:
        self.engine.start()
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self.engine.stop()
        for server, thread in zip(self._servers, self._threads, strict=True):
            server.shutdown()  # closes its socket as well
            thread.join()
        self.engine.close()


def _listen(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port), backlog=128)
    except OSError as error:
        raise SettingsError(f"cannot listen on {host}:{port}: {error.strerror}") from error


def serve(folder: Path) -> int:
    try:
        settings = load_settings(folder)
        servers = Servers(settings)
    except (SettingsError, OSError) as error:
        print(f"simulator: {error}", file=sys.stderr)
        return 1
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    shop_env = write_shop_env(servers.settings)
    servers.start()
    ready = {
        "ready": True,
        "port": servers.settings.port,
        "web_port": servers.settings.web_port,
        "base": servers.settings.base,
        "web_base": servers.settings.web_base,
        "upstream": servers.settings.upstream,
        "shop_env": str(shop_env),
    }
    print(json.dumps(ready), flush=True)
    stopping.wait()
    servers.stop()
    return 0


def init(folder: Path) -> int:
    try:
        print(write_shop_env(load_settings(folder)))
    except (SettingsError, OSError) as error:
        print(f"simulator: {error}", file=sys.stderr)
        return 1
    return 0


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m simulator", description="WeChat in a box")
    parser.add_argument("command", choices=("init", "serve"))
    parser.add_argument("--dir", type=Path, default=Path("var/simulator"), help="identities, keys and state")
    given = parser.parse_args(arguments)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    return init(given.dir) if given.command == "init" else serve(given.dir)


if __name__ == "__main__":
    raise SystemExit(main())
