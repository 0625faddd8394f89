"""Personal data as everybody in the console may see it: enough to recognise, not enough to use."""


def mask_name(name: str) -> str:
    """`张三丰` → `张**`."""
    return name[:1] + "*" * min(max(len(name) - 1, 1), 2)


def mask_phone(phone: str) -> str:
    """`13812345678` → `138****5678`; of a number too short for that only the last two digits stay."""
    if len(phone) >= 11:
        return f"{phone[:3]}****{phone[-4:]}"
    return f"****{phone[-2:]}" if len(phone) > 4 else "****"


def short_openid(openid: str) -> str:
    """`oAbcdefghijklmnopqrstuvwxyz1` → `oAbc…xyz1`."""
    return f"{openid[:4]}…{openid[-4:]}" if len(openid) > 10 else openid
