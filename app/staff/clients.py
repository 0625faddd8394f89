"""Where a login comes from: the network address, the browser as it calls itself, and the device if it is known."""

import ipaddress
from dataclasses import dataclass

LONGEST_AGENT = 200


@dataclass(frozen=True, slots=True)
class Client:
    """`device` is known from an earlier login of `device_of` in the same browser; else empty and 0."""

    address: str
    agent: str = ""
    device: str = ""
    device_of: int = 0

    @property
    def network(self) -> str:
        """The address itself, of IPv6 its /64: one line often owns that many addresses."""
        parsed = _parse(self.address)
        if parsed is None:
            return ""
        if parsed.version == 4:
            return str(parsed)
        return str(ipaddress.ip_network((parsed, 64), strict=False).network_address)

    def device_for(self, staff_id: int) -> str:
        """The device, when this very user has logged in on it before."""
        return self.device if self.device_of == staff_id else ""


def shorten(address: str) -> str:
    """`203.0.113.7` → `203.0.*.*`: enough to recognise a town or an office."""
    parsed = _parse(address)
    if parsed is None:
        return ""
    if parsed.version == 4:
        return ".".join([*str(parsed).split(".")[:2], "*", "*"])
    return ":".join([*parsed.exploded.split(":")[:2], "*"])


def _parse(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return None
    return (parsed.ipv4_mapped if parsed.version == 6 else None) or parsed
