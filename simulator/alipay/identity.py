"""Who the merchant is to Alipay, and the keys of both: made once per folder."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import rsa

from simulator.alipay.bill_sheets import RATE
from simulator.crypto import keys

NAME_FILE = "alipay.json"


@dataclass(frozen=True, slots=True)
class AlipayIdentity:
    app_id: str
    seller_id: str
    app_key_file: Path  # the shop's
    app_key: rsa.RSAPublicKey  # checks the shop's requests
    private_key: rsa.RSAPrivateKey  # Alipay's own
    public_key_file: Path  # its public half, for the shop

    def shop_env(self, base: str) -> dict[str, str]:
        """What a shop must be told."""
        return {
            "ALIPAY_APP_ID": self.app_id,
            "ALIPAY_SELLER_ID": self.seller_id,
            "ALIPAY_PRIVATE_KEY_FILE": str(self.app_key_file),
            "ALIPAY_PUBLIC_KEY_FILE": str(self.public_key_file),
            "ALIPAY_GATEWAY": f"{base}/gateway.do",
            "ALIPAY_FEE_RATE": RATE,
        }


def load_identity(folder: Path) -> AlipayIdentity:
    """Makes what is missing and changes nothing that is there."""
    names_file, app_file, own_file = (
        folder / name for name in (NAME_FILE, "alipay_app_key.pem", "alipay_key.pem")
    )
    if not names_file.exists():
        names = {"app_id": f"2021{_digits(12)}", "seller_id": f"2088{_digits(12)}"}
        keys.write_secret(names_file, json.dumps(names, indent=1).encode())
    for path in (app_file, own_file):
        if not path.exists():
            keys.write_secret(path, keys.private_pem(keys.make_private_key()))
    names = json.loads(names_file.read_text("utf-8"))
    own, public_file = keys.read_private_key(own_file), folder / "alipay_pub_key.pem"
    pem = keys.public_pem(own.public_key())
    if not public_file.exists() or public_file.read_bytes() != pem:
        public_file.write_bytes(pem)
    return AlipayIdentity(
        app_id=names["app_id"],
        seller_id=names["seller_id"],
        app_key_file=app_file,
        app_key=keys.read_private_key(app_file).public_key(),
        private_key=own,
        public_key_file=public_file,
    )


def _digits(length: int) -> str:
    return "".join(secrets.choice("0123456789") for _ in range(length))
