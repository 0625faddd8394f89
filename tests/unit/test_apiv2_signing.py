"""APIv2's signatures against its public vectors, and what does not count as one."""

import pytest

from app.core.errors import SignatureInvalid
from app.payments.gateways.apiv2_signing import SignType, open_sealed, sign, verify

# The official example: https://pay.weixin.qq.com/doc/v2/merchant/4011985891
FIELDS = {
    "appid": "wxd930ea5d5a258f4f",
    "mch_id": "10000100",
    "device_info": "1000",
    "body": "test",
    "nonce_str": "ibuaiVcKdpRxkhJA",
}
KEY = "192006250b4c09247ec02edce69f6a2d"
SIGNED = {
    SignType.MD5: "9A0A8659F005D6984697E2CA0A9CF3B7",
    SignType.HMAC: "6A9AE1657590FD6257D693A078E1C3E4BB6BA4DC30B23E0EE2496E54170DACD6",
}
SEALING_KEY = "Shop2026ApiV2KeyForTests00000002"
SEALED = (
    "IUl819oNDDLmFLndv/vs+Ycjrcjl+w5c78H+ubFtEzLM5wS9yhSRxh5xd8C2rFF2mxGaObt4963HgPFAwYT1EAhuu/Jk1FBrSzIA4g7UxUuyC4w8"
    "Moo/fkKTFXGQMZLSL8SPV1rJNbDoZD/1WdzqFKUIQACTThhO4FzrVVzKPHM="
)


@pytest.mark.parametrize("kind", SignType)
def test_the_public_vectors_come_out(kind: SignType) -> None:
    assert sign(FIELDS, KEY, kind) == SIGNED[kind]
    assert sign(FIELDS | {"sign": "x", "attach": ""}, KEY, kind) == SIGNED[kind]

    verify(FIELDS | {"sign": SIGNED[kind]}, ["another", KEY])
    verify(FIELDS | {"sign": SIGNED[kind]}, [KEY], kind)


@pytest.mark.parametrize(
    "fields",
    [
        FIELDS,
        FIELDS | {"sign": ""},
        FIELDS | {"sign": SIGNED[SignType.MD5].lower()},
        FIELDS | {"sign": SIGNED[SignType.MD5], "body": "tess"},
        FIELDS | {"sign": SIGNED[SignType.MD5], "more": "1"},
        FIELDS | {"sign": SIGNED[SignType.MD5][:-1] + "Ｆ"},
        FIELDS | {"sign": sign(FIELDS, "another", SignType.HMAC)},
        {**FIELDS, "sign_type": "MD5", "sign": sign({**FIELDS, "sign_type": "MD5"}, KEY, SignType.HMAC)},
    ],
    ids=[
        "none",
        "empty",
        "lower case",
        "changed",
        "one more",
        "odd sign",
        "another key",
        "says another kind",
    ],
)
def test_nothing_else_is_a_signature(fields: dict[str, str]) -> None:
    with pytest.raises(SignatureInvalid):
        verify(fields, [KEY])


def test_an_answer_has_to_be_signed_as_it_was_asked() -> None:
    with pytest.raises(SignatureInvalid):
        verify(FIELDS | {"sign": SIGNED[SignType.MD5]}, [KEY], SignType.HMAC)
    with pytest.raises(SignatureInvalid):
        verify(FIELDS | {"sign": SIGNED[SignType.MD5]}, [])


def test_what_is_sealed_opens_with_one_of_our_keys() -> None:
    assert b"RF20261121000004" in open_sealed(SEALED, [KEY, SEALING_KEY])

    for sealed in (SEALED[4:], SEALED[:-24], "!", "", "茶"):
        with pytest.raises(SignatureInvalid):
            open_sealed(sealed, [SEALING_KEY])
    with pytest.raises(SignatureInvalid):
        open_sealed(SEALED, [KEY])
