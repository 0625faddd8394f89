"""The doctor's question to Alipay: what it finds when a key, the app or the line is wrong."""

from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import pytest
from flask import Flask

from app.core.errors import GatewayRefused, GatewayUnreachable
from app.golive.checks import BY_NAME
from app.golive.models import Verdict
from app.payments.gateways.alipay_transport import AnswerUnproven
from app.payments.gateways.contract import Trade, TradeState
from tests import alipay
from tests.keys import public_pem

CHECK = BY_NAME["alipay"]
FOUND = {
    "right": (None, Verdict.OK),
    "silent": (GatewayUnreachable("no answer"), Verdict.UNKNOWN),
    "our_signature": (GatewayRefused("isv.invalid-signature", "no"), Verdict.FAIL),
    "no_app": (AnswerUnproven("isv.invalid-app-id"), Verdict.FAIL),
    "answer_unproven": (AnswerUnproven(""), Verdict.FAIL),
    "refused_pay": (GatewayRefused("isv.something", "no"), Verdict.FAIL),
}


@dataclass
class Asked:
    """Alipay's gateway that answers as told."""

    error: Exception | None

    def query(self, number: str) -> Trade:
        if self.error:
            raise self.error
        return Trade(number, TradeState.UNKNOWN_NUMBER)


@pytest.mark.parametrize("says", FOUND)
def test_every_answer_says_what_to_mend(app: Flask, tmp_path: Path, says: str) -> None:
    alipay.use_alipay(app, tmp_path)
    error, verdict = FOUND[says]
    with app.app_context():
        app.extensions["gateways"]["alipay"] = Asked(error)
        finding = CHECK.look(SimpleNamespace(config=app.config))  # type: ignore[arg-type]
        copies = CHECK.copies(app.config, finding.details)

    assert (finding.says, finding.verdict) == (says, verdict)
    assert says in CHECK.says
    assert copies[0].value in public_pem("alipay app").decode().replace("\n", "")


def test_the_apps_own_public_key_is_noticed_and_no_account_is_no_trouble(app: Flask, tmp_path: Path) -> None:
    with app.app_context():
        assert CHECK.look(SimpleNamespace(config=app.config)).says == "unused"  # type: ignore[arg-type]
    alipay.use_alipay(app, tmp_path)
    (tmp_path / "own.pem").write_bytes(public_pem("alipay app"))
    app.config["ALIPAY_PUBLIC_KEY_FILE"] = str(tmp_path / "own.pem")
    with app.app_context():
        assert CHECK.look(SimpleNamespace(config=app.config)).says == "own_public_key"  # type: ignore[arg-type]
