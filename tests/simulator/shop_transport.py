"""The shop's own way to call WeChat Pay, pointed at the simulator."""

from __future__ import annotations

from pathlib import Path

from app.payments.gateways.apiv3_keys import VerificationKeys
from app.payments.gateways.apiv3_transport import Apiv3Transport
from tests.simulator.box import Box


def make_transport(box: Box, folder: Path) -> tuple[Apiv3Transport, VerificationKeys]:
    """It signs as the simulator's merchant and knows WeChat Pay's public key; `folder` is for platform certificates."""
    settings = box.settings
    public_keys = {settings.wechatpay.public_key_id: settings.wechatpay.private_key.public_key()}
    keys = VerificationKeys(str(folder), (settings.merchant.apiv3_key,), public_keys)
    transport = Apiv3Transport(
        base=settings.base,
        mchid=settings.merchant.mchid,
        private_key=box.merchant_key,
        certificate_serial=settings.merchant.cert_serial,
        keys=keys,
    )
    return transport, keys
