"""The example client against the running town, as its first lines say."""

import subprocess
import sys

from tests.journeys.town import Town


def test_the_example_client_buys_and_pays(town: Town) -> None:
    where = ["--shop", town.settings.shop_url, "--wechat", town.settings.phone_url]

    run = subprocess.run(
        [sys.executable, "examples/app_client.py", *where], capture_output=True, text=True, timeout=60
    )

    assert run.returncode == 0, run.stderr
    assert "asked twice: True" in run.stdout
    assert "payment: paid, order: paid" in run.stdout
    rows = town.query(
        "SELECT o.state FROM orders o JOIN payment_attempts a ON a.order_id = o.id WHERE a.way = 'app'"
    )
    assert rows == [("paid",)]
