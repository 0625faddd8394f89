"""Certificates that end soon ask for a person, once for each stage."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from cryptography import x509
from flask import Flask

from app.alerts.service import open_alerts
from app.golive.expiry import warn_of_certificates
from tests.golive.around import around
from tests.keys import certificate_pem, private_pem

Advance = Callable[[timedelta], None]


def test_a_merchant_certificate_asks_for_a_person_a_month_before_and_when_it_is_over(
    shop: Flask, tmp_path: Path, advance: Advance
) -> None:
    pem = certificate_pem("merchant", days=40)
    (tmp_path / "apiclient_cert.pem").write_bytes(pem)
    (tmp_path / "apiclient_key.pem").write_bytes(private_pem("merchant"))
    surroundings = around(
        WXPAY_PRIVATE_KEY_FILE=str(tmp_path / "apiclient_key.pem"),
        WXPAY_CERT_SERIAL=f"{x509.load_pem_x509_certificate(pem).serial_number:040X}",
        WXPAY_PUBLIC_KEY_ID="PUB_KEY_ID_1",
    )
    counts = []

    for days in (0, 15, 1, 30, 1):
        advance(timedelta(days=days))
        warn_of_certificates(surroundings)
        counts.append(len(open_alerts()))

    assert counts == [0, 1, 1, 2, 2]
    assert {alert.kind for alert in open_alerts()} == {"merchant_certificate_ends"}


def test_a_platform_certificate_that_is_not_followed_by_a_new_one_does_too(
    shop: Flask, tmp_path: Path
) -> None:
    (tmp_path / "certificates").mkdir()
    (tmp_path / "certificates" / "5B6C.pem").write_bytes(certificate_pem("platform", days=3))
    (tmp_path / "apiclient_key.pem").write_bytes(private_pem("merchant"))
    surroundings = around(
        WXPAY_PRIVATE_KEY_FILE=str(tmp_path / "apiclient_key.pem"),
        WXPAY_PUBLIC_KEY_ID="",
        DATA_DIR=str(tmp_path),
    )

    warn_of_certificates(surroundings)

    assert [alert.kind for alert in open_alerts()] == ["platform_certificate_ends"]
