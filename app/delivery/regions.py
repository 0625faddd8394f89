"""Provinces and cities as WeChat's addresses name them, and finding the one an address means.

The names stand in `regions.txt`, a province a line, after the civil divisions of the National Bureau of
Statistics. What does not clearly mean one of them is asked about, never guessed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_PROVINCE_ENDINGS = ("特别行政区", "维吾尔自治区", "壮族自治区", "回族自治区", "自治区", "省", "市")
_CITY_ENDINGS = ("市", "地区", "盟", "自治州")
_NO_CITY = ("", "市辖区", "县")  # what address books write where a municipality has no city


@dataclass(frozen=True, slots=True)
class Region:
    """A city, or what counts as one."""

    province: str
    city: str

    @property
    def key(self) -> str:
        """`浙江省/杭州市`, as zones name it."""
        return f"{self.province}/{self.city}"


@cache
def all_regions() -> Mapping[str, tuple[str, ...]]:
    """Province → its cities, in the official order."""
    lines = Path(__file__).with_name("regions.txt").read_text("utf-8").splitlines()
    pairs = (line.partition("：") for line in lines if line)
    return {province: tuple(cities.split()) for province, _, cities in pairs}


def find_region(province: str, city: str, district: str = "") -> Region | None:
    """The region that these three names of an address mean; None when that is not clear."""
    name = _only(all_regions(), province.strip(), _PROVINCE_ENDINGS)
    if name is None:
        return None
    cities = all_regions()[name]
    if cities == (name,):
        own = city.strip() in _NO_CITY or _only((name,), city.strip(), _PROVINCE_ENDINGS)
        return Region(name, name) if own or name.endswith(("特别行政区", "台湾省")) else None
    wanted = district.strip() if "直辖" in city else city.strip()
    found = _only(cities, wanted, _CITY_ENDINGS)
    return Region(name, found) if found else None


def read_key(key: str) -> Region | None:
    """`浙江省/杭州市` → the region; None when there is none of this name."""
    province, _, city = key.partition("/")
    return Region(province, city) if city in all_regions().get(province, ()) else None


def is_place(key: str) -> bool:
    """Whether a zone may name this: a province or a city in it."""
    return key in all_regions() or read_key(key) is not None


def _only(names: Mapping[str, object] | tuple[str, ...], wanted: str, endings: tuple[str, ...]) -> str | None:
    """The one name that is `wanted`, with or without its ending."""
    if wanted in names:
        return wanted
    bare = _bare(wanted, endings)
    found = [name for name in names if bare and _bare(name, endings) == bare]
    return found[0] if len(found) == 1 else None


def _bare(name: str, endings: tuple[str, ...]) -> str:
    ending = next((each for each in endings if name.endswith(each) and len(name) > len(each) + 1), "")
    return name.removesuffix(ending)
