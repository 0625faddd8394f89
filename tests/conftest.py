"""Fixtures that every test may ask for: the app on either database, a browser-less client, a still clock.

What moves money or goods, locks, or is done by several workers runs on SQLite and on PostgreSQL (`MONEY`); of a test
with many cases the first one does, the others take turns. Of the other services each test runs on one of them, half of
a file here and half there; `--both` runs everything on both. Everything else runs on SQLite, but for what is marked
`both_databases`: of the doors, those that speak to the database in their own way. A walk through every page of a
filled shop runs on PostgreSQL, because some lists and figures are asked for by pages alone. What makes that cheap is in
`tests/warm.py`.
"""

import gc
import os
import socket
import zlib
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import settings as hypothesis_settings
from sqlalchemy import create_engine, make_url, text

from app import create_app
from app.core import clock
from app.core.db import db
from bootstrap.services import running_postgres, running_redis
from bootstrap.system_parts import find_chromium
from config import load_settings
from tests.fakes import FakeGateway
from tests.keys import write_keys
from tests.warm import PostgresDatabase, SqliteDatabase, WarmEngines, WarmMap, WarmTemplates

# How long an example takes says more about the machine than about the code.
hypothesis_settings.register_profile("shop", deadline=None, max_examples=50)
hypothesis_settings.load_profile("shop")

BOTH = ("sqlite", "postgresql")
SERVICES = ("tests/shop/", "tests/incidents/")
MONEY = frozenset(
    f"test_{name}"
    for name in (
        *("audience", "bills", "broadcasts", "by_entrance", "every_fault", "figures", "isolation", "ledger"),
        *("long_jobs", "mass", "opening", "orders", "outbox", "payments", "promotions", "refund_books"),
        *("refund_external", "refunds", "repricing", "sending", "shipping", "stock", "tokens"),
    )
)
LONG_RUNS = (("tests/journeys/",), ("tests/simulator/phone/", "tests/bootstrap/"))  # browsers and processes
# Every window would start two processes for the address bar that nobody sees: over half of what a window costs.
ADDRESS_BAR = ("WebUIOmniboxPopup", "WebUIOmniboxFullPopup", "WebUIOmniboxAimPopup")
OFF_FOR_PLAYWRIGHT = (  # its own list, which ours takes the place of
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsUpgrades",
    "HttpsFirstBalancedModeAutoEnable",
    "LensOverlay",
    "MediaRouter",
    "PaintHolding",
    "ThirdPartyStoragePartitioning",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "OptimizationHints",
    "NetworkTimeServiceQuerying",
    "AimEnabled",
    "PreconnectToSearch",
)
QUIET_CHROMIUM = [
    f"--disable-features={','.join(ADDRESS_BAR + OFF_FOR_PLAYWRIGHT)}",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--js-flags=--lite-mode",  # no machine code for scripts that run once
]
SOME_DAY = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)  # ten in the morning in Beijing


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run what touches the database on SQLite, and what depends on it on PostgreSQL, too."""
    if "database" in metafunc.fixturenames:
        metafunc.parametrize("database", _databases_of(metafunc), indirect=True)


def _databases_of(metafunc: pytest.Metafunc) -> Sequence[str]:
    test = metafunc.definition
    if test.get_closest_marker("both_databases") is not None:
        return BOTH
    if test.get_closest_marker("postgresql_only") is not None and not metafunc.config.getoption("both"):
        return BOTH[1:]
    if test.get_closest_marker("sqlite_only") is not None or not any(
        folder in test.path.as_posix() for folder in SERVICES
    ):
        return BOTH[:1]
    if test.path.stem in MONEY or metafunc.config.getoption("both"):
        return BOTH
    return (BOTH[zlib.crc32(test.name.encode()) % 2],)  # the same one whatever else is added


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--both`."""
    parser.addoption(
        "--both", action="store_true", help="every test of a service and every case on both databases"
    )


@pytest.hookimpl(trylast=True)  # pytest itself brings all that needs the browser together
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Let cases take turns, and a process of its own begin with each of the long runs, not end with it."""
    if not config.getoption("both"):
        _take_turns(config, items)
    processes = getattr(config, "workerinput", {}).get("workercount", 1)
    if processes == 1:
        return
    runs: list[list[pytest.Item]] = [[] for _ in LONG_RUNS]
    short = []
    for item in items:
        numbers = [number for number, run in enumerate(LONG_RUNS) if any(map(item.nodeid.startswith, run))]
        (runs[numbers[0]] if numbers else short).append(item)
    share = len(items) // processes
    for number, run in enumerate(runs):  # `--dist worksteal` gives every process one piece of the list first
        short[number * share : number * share] = run
    items[:] = short


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """No garbage is looked for while all is loaded, nor afterwards among it: it stays to the end."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.collect()
        gc.freeze()
        gc.enable()


def _take_turns(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Of a test with many cases all but the first run on one database, in turn."""
    cases: dict[tuple[str, str], list[str]] = {}
    left_out = []
    for item in items:
        database, _, case = item.name.partition("[")[2].rstrip("]").partition("-")
        if database in BOTH and case and item.get_closest_marker("both_databases") is None:
            known = cases.setdefault((item.path.as_posix(), item.name.partition("[")[0]), [])
            if case not in known:
                known.append(case)
            number = known.index(case)
            if number and item.path.stem in MONEY and BOTH[number % 2] != database:
                left_out.append(item)
    if left_out:
        gone = set(left_out)
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in gone]


@pytest.fixture(scope="session", autouse=True)
def no_network_but_loopback() -> Iterator[None]:
    """A test that reaches outside fails and says where it wanted to go."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in (
            "127.0.0.1",
            "::1",
            "localhost",
        ):
            raise RuntimeError(f"a test tried to reach {address}")
        connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded)
        yield


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """The system's Chromium, and nothing in it that calls home; pytest-playwright starts it once for all."""
    program = find_chromium()
    assert program, "Chromium is missing: `make test` brings it"
    return {"executable_path": program, "args": QUIET_CHROMIUM}


@pytest.fixture(scope="session")
def worker() -> str:
    """The name of this process of the test run; there is only one without xdist."""
    return os.environ.get("PYTEST_XDIST_WORKER", "alone")


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the merchant's and WeChat Pay's key pairs, as PEM files."""
    folder = tmp_path_factory.mktemp("keys")
    write_keys(folder)
    return folder


@pytest.fixture
def settings(tmp_path: Path, keys: Path, database: str) -> dict[str, Any]:
    """What the shop is configured with in tests."""
    environ = {
        "APP_ENV": "testing",
        "SECRET_KEY": "a-key-for-tests-only-9f31c2d4e5b6a798",
        "BASE_URL": "https://shop.example.cn",
        "SHOP_NAME": "Xiaopu",
        "DATABASE_URL": database,
        "DATA_DIR": str(tmp_path / "var"),
        "WECHAT_APPID": "wx5a1b2c3d4e5f6a7b",
        "WECHAT_APPSECRET": "0f1e2d3c4b5a69788796a5b4c3d2e1f0",
        "WECHAT_TOKEN": "shopbot2026",
        "WECHAT_AES_KEY": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
        "WECHAT_CALLBACK_MODE": "plain",
        "WXPAY_MCHID": "1900000001",
        "WXPAY_APIV3_KEY": "Shop2026ApiV3KeyForTests00000001",
        "WXPAY_CERT_SERIAL": "3A5C7E90B1D2F4061827394A5B6C7D8E9F001122",
        "WXPAY_PRIVATE_KEY_FILE": str(keys / "merchant.pem"),
        "WXPAY_PUBLIC_KEY_ID": "PUB_KEY_ID_0119000000012026112100000000000001",
        "WXPAY_PUBLIC_KEY_FILE": str(keys / "wechatpay_public.pem"),
        # Nobody listens there: a call that no fake answers fails at once.
        "WECHAT_API_BASE": "http://127.0.0.1:9",
        "WECHAT_OPEN_BASE": "http://127.0.0.1:9",
        "WECHAT_MP_BASE": "http://127.0.0.1:9",
        "WXPAY_API_BASE": "http://127.0.0.1:9",
    }
    return load_settings(environ)


@pytest.fixture(scope="session")
def engines() -> Iterator[WarmEngines]:
    """The engines that the apps of this process share."""
    with pytest.MonkeyPatch.context() as patch:
        engines = WarmEngines()
        patch.setattr(db, "_make_engine", engines.make)
        yield engines
        engines.close()


@pytest.fixture(scope="session")
def templates() -> Iterator[WarmTemplates]:
    """The templates and addresses that the apps of this process share."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Flask, "url_map_class", WarmMap)
        yield WarmTemplates()


@pytest.fixture
def app(settings: dict[str, Any], templates: WarmTemplates) -> Iterator[Flask]:
    """The shop with an empty database, made for this test alone; no app context is open."""
    app = create_app(settings)
    app.jinja_env.bytecode_cache = templates
    yield app
    if answering := app.extensions.get("answering"):
        answering.driver.close()


@pytest.fixture
def shop(app: Flask) -> Iterator[Flask]:
    """The app with its context open: for tests of services."""
    with app.app_context():
        yield app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Speaks HTTP with the app. Look at the database inside `with app.app_context()`."""
    return app.test_client()


@pytest.fixture
def gateway(app: Flask) -> FakeGateway:
    """Stands in for WeChat Pay; ask it what it was asked."""
    fake = FakeGateway()
    app.extensions["gateways"] = {fake.name: fake}
    return fake


@pytest.fixture
def advance() -> Iterator[Callable[[timedelta], None]]:
    """The clock stands still at ten in the morning; call this to move it on."""
    with clock.frozen_at(SOME_DAY) as move:
        yield move


@pytest.fixture
def database(request: pytest.FixtureRequest, engines: WarmEngines) -> Iterator[str]:
    """The address of an empty database of the shop."""
    kind = getattr(request, "param", "sqlite")
    database = request.getfixturevalue(f"{kind}_database")
    yield database.url
    engines.rest(database.url)
    database.empty()


@pytest.fixture(scope="session")
def sqlite_database(tmp_path_factory: pytest.TempPathFactory, engines: WarmEngines) -> SqliteDatabase:
    """An SQLite database that the tests of this process use in turn."""
    database = SqliteDatabase(tmp_path_factory.mktemp("sqlite"))
    engines.keep(database.url)
    return database


@pytest.fixture(scope="session")
def postgresql_database(
    postgres_server: str, worker: str, engines: WarmEngines
) -> Iterator[PostgresDatabase]:
    """A PostgreSQL database that the tests of this process use in turn."""
    database = PostgresDatabase(create_postgres_database(postgres_server, f"test_{worker}"))
    engines.keep(database.url)
    yield database
    database.close()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of a throw-away PostgreSQL server: the one of `make test`, or one of our own."""
    with ExitStack() as stack:
        yield os.environ.get("TEST_POSTGRES_URL") or stack.enter_context(running_postgres(Path("var/test")))


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory, worker: str) -> Iterator[str]:
    """The address of a throw-away Redis: the one of `make test`, or one of our own.

    Each process of the test run has a database of its own in it: what one rings, the worker of another must not hear.
    """
    with ExitStack() as stack:
        url = os.environ.get("TEST_REDIS_URL") or stack.enter_context(
            running_redis(tmp_path_factory.mktemp("redis"))
        )
        yield urlsplit(url)._replace(path=f"/{worker.removeprefix('gw').removeprefix('alone') or 0}").geturl()


def create_postgres_database(server: str, name: str) -> str:
    """Make an empty database on `server`, in place of one of the same name; returns its address."""
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    engine.dispose()
    return make_url(server).set(database=name).render_as_string(hide_password=False)
