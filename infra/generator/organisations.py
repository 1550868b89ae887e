"""The insurer's organisations (机构), agents (业务员) and intermediaries (中介机构)."""

from functools import cache

from infra.generator.draws import Row, data, pick, stream
from infra.generator.people import everyday_name, mobile
from infra.generator.places import City, cities

HEAD_OFFICE = "10000000"
_AGENTS_PER_OUTLET = 4
_SPECIALTIES = (
    "motor",
    "motor;accident;health",
    "property;engineering;liability;cargo;hull;credit;special_risk;other",
    "motor;property;accident;health;agriculture;other",
)


@cache
def organisations() -> tuple[Row, ...]:
    """Head office, provinces, cities, outlets, parents first; the same for every seed."""
    rows: dict[str, Row] = {}
    _add(rows, HEAD_OFFICE, "总公司", "", "head_office", cities()[0].code)
    for city in cities():
        province = f"{city.province_code[:2]}000000"
        name = f"{city.province_short}分公司"
        _add(rows, province, name, HEAD_OFFICE, "province", city.province_code)
        branch = f"{city.code[:4]}0000"
        _add(rows, branch, f"{_short(city)}中心支公司", province, "city", city.code)
        for code, county in zip(outlets(city), city.counties, strict=False):
            _add(rows, code, f"{_short(city)}{county.name}营业部", branch, "outlet", county.code)
    return tuple(rows.values())


@cache
def outlets(city: City) -> tuple[str, ...]:
    """Codes of the outlets in a city: its first two counties have one each."""
    return tuple(f"{county.code}01" for county in city.counties[:2])


@cache
def agents(seed: int) -> tuple[Row, ...]:
    """Four agents at every outlet, one of them at least for every line."""
    rows = []
    for city in cities():
        for outlet in outlets(city):
            for number in range(_AGENTS_PER_OUTLET):
                code = f"{outlet}{number + 1:02d}"
                chance = stream(seed, "agent", code)
                rows.append(
                    {
                        "code": code,
                        "name": everyday_name(chance, pick(chance, ("male", "female"))),
                        "organisation": outlet,
                        "lines": _SPECIALTIES[number],
                        "phone": mobile(chance),
                        "available": "false" if chance.random() < 0.05 else "true",
                    }
                )
    return tuple(rows)


@cache
def agents_of(seed: int, outlet: str, line: str) -> tuple[Row, ...]:
    """The agents of an outlet who sell a line."""
    return tuple(
        row
        for row in agents(seed)
        if row["organisation"] == outlet and line in row["lines"].split(";")
    )


@cache
def intermediaries(seed: int) -> tuple[Row, ...]:
    """Agencies and brokers in every city."""
    words = data("subjects")
    rows = []
    for city in cities():
        candidates = [
            *((name, "", "professional_agency", "26") for name in words["professional_agencies"]),
            *(
                (name, outlet, "part_time_agency", "28")
                for name, outlet in words["part_time_agencies"]
            ),
            *((name, "", "broker", "27") for name in words["brokers"]),
        ]
        for number, (name, outlet, kind, licence) in enumerate(candidates, 1):
            chance = stream(seed, "intermediary", city.code, number)
            row = {
                "code": f"Z{city.code[:4]}{number:03d}",
                "name": f"{_short(city)}{name}",
                "type": kind,
                "licence_no": f"{licence}{city.code}{int(chance.random() * 10**6):06d}",
            }
            rows.append(row | ({"outlet": f"{_short(city)}{outlet}"} if outlet else {}))
    return tuple(rows)


@cache
def intermediaries_of(seed: int, city_code: str, kind: str) -> tuple[Row, ...]:
    """The intermediaries of a type in a city."""
    prefix = f"Z{city_code[:4]}"
    return tuple(
        row
        for row in intermediaries(seed)
        if row["type"] == kind and row["code"].startswith(prefix)
    )


def _short(city: City) -> str:
    return city.name.removesuffix("市")


def _add(rows: dict[str, Row], code: str, name: str, parent: str, level: str, region: str) -> None:
    row = {"code": code, "name": name, "level": level, "region": region}
    rows.setdefault(code, row | ({"parent": parent} if parent else {}))
