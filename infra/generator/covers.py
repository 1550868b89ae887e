"""Covers (险别) with premiums that add up to the policy's, in fen throughout."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from infra.generator.draws import data, pick, yuan
from infra.generator.vehicles import Vehicle

_LEAST_PREMIUM = 1_000  # ten yuan, so that no rounding makes a cover free


@dataclass(frozen=True, slots=True)
class Cover:
    """One cover: sum insured and premium in fen, deductible as printed."""

    name: str
    sum_insured: int
    premium: int
    deductible: str = ""


def cell(covers: Sequence[Cover]) -> str:
    """The contract's cell list: name|sum insured|premium|deductible, items parted by semicolons."""
    return ";".join(
        f"{cover.name}|{yuan(cover.sum_insured)}|{yuan(cover.premium)}|{cover.deductible}"
        for cover in covers
    )


def of_product(chance: Random, product: dict[str, Any]) -> tuple[Cover, ...]:
    """The covers of a product of the lines other than motor; the first always, riders mostly."""
    return tuple(
        _rated(chance, cover)
        for number, cover in enumerate(product["covers"])
        if number == 0 or chance.random() < 0.8
    )


def compulsory(vehicle: Vehicle, factor: int) -> tuple[Cover, ...]:
    """Compulsory motor (交强险): one limit, a tariff by use, a factor in percent."""
    terms = data("products")["motor"]["compulsory"]
    use, seats = vehicle.columns["vehicle_use"], int(vehicle.columns["seats"])
    if use == "haulage":
        kind = "goods_heavy" if int(vehicle.columns["tonnage"]) > 2000 else "goods"
    elif use == "corporate":
        kind = "corporate"
    else:
        kind = "private_six_seats" if seats >= 6 else "private"
    premium = terms["premiums"][kind] * factor
    return (Cover(terms["cover"], terms["limit"] * 100, premium),)


def commercial(chance: Random, vehicle: Vehicle, factor: int) -> tuple[Cover, ...]:
    """Commercial motor (商业险): damage to what the car is still worth, liability, passengers."""
    terms = data("products")["motor"]["commercial"]
    damage, liability = terms["damage"], terms["liability"]
    limit = pick(chance, tuple(liability["limits"]))
    covers = [
        Cover(liability["name"], int(limit) * 100, liability["limits"][limit] * factor),
    ]
    if chance.random() < 0.85:
        worth = vehicle.price * max(30, 100 - 8 * vehicle.age_years)
        premium = worth * damage["rate"] * factor // 10**8
        excess = terms["excess"] if chance.random() < 0.2 else damage["deductible"]
        covers.insert(0, Cover(damage["name"], worth, premium, excess))
    for name in ("driver", "passengers", "medical"):
        if chance.random() < 0.6:
            rider, people = terms[name], int(vehicle.columns["seats"]) - 1
            count = people if name == "passengers" else 1
            total = rider["limit"] * 100 * count
            covers.append(Cover(rider["name"], total, total * rider["rate"] * factor // 10**8))
    return tuple(covers)


def _rated(chance: Random, cover: dict[str, Any]) -> Cover:
    low, high = cover["sum"]
    step = 10_000 if high >= 100_000 else 1_000
    total = (low + int(chance.random() ** 2 * (high - low))) // step * step * 100
    loading = 80 + int(chance.random() * 41)
    premium = max(_LEAST_PREMIUM, total * cover["rate"] * loading // 10**8)
    return Cover(cover["name"], max(total, low * 100), premium, cover["deductible"])
