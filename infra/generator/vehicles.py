"""Vehicles (机动车): plates by GA 36, VINs by GB 16735 with true check digits."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from faker.providers.automotive import calculate_vin_str_weight

from infra.generator.draws import Row, data, digits, pick
from infra.generator.people import Party
from infra.generator.vocabulary import vocabulary

_YEAR_CODES = "ABCDEFGHJKLMNPRSTVWXY123456789"  # a cycle of 30 years that began with 1980 and 2010
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"  # plates know no I and no O
_PLATE_CHARACTERS = _LETTERS + "0123456789" * 3
_VIN_CHARACTERS = "ABCDEFGHJKLMNPRSTUVWXYZ0123456789"


@dataclass(frozen=True, slots=True)
class Vehicle:
    """A vehicle, its price new in yuan, and its columns in the policies file."""

    columns: Row
    price: int
    age_years: int


def vehicle(chance: Random, serial: int, owner: Party, before: date) -> Vehicle:
    """A vehicle registered on or before that day."""
    goods = not owner.sex and chance.random() < 0.5
    model: dict[str, Any] = pick(chance, data("vehicles")["goods" if goods else "passenger"])
    registered = before - timedelta(days=int(chance.random() * 9 * 365))
    columns = {
        "brand_model": model["model"],
        "vin": vin(chance, serial, model["wmi"], registered.year),
        "engine_no": f"{pick(chance, _LETTERS)}{digits(chance, 7)}",
        "first_registered_on": registered.isoformat(),
        "plate_type": _plate_type(model["drive"], goods),
        "vehicle_kind": "goods_vehicle" if goods else "passenger_car",
        "vehicle_use": "haulage" if goods else "private" if owner.sex else "corporate",
        "vehicle_owner": owner.name,
        "seats": str(model["seats"]),
    }
    if goods:
        columns["tonnage"] = str(model["payload"])
    if chance.random() >= 0.02:  # the others are new cars still without plates
        columns["plate_no"] = plate(chance, owner.city.plate, str(model["drive"]))
    return Vehicle(columns, int(model["price"]), before.year - registered.year)


def vin(chance: Random, serial: int, maker: str, year: int) -> str:
    """17 characters: maker, five of description, check digit, model year, plant, serial number."""
    front = maker + "".join(pick(chance, _VIN_CHARACTERS) for _ in range(5))
    year_code = _YEAR_CODES[(year - 1980) % len(_YEAR_CODES)]
    plant, number = divmod(serial, 10**6)
    rear = f"{year_code}{_VIN_CHARACTERS[plant % len(_VIN_CHARACTERS)]}{number:06d}"
    total = calculate_vin_str_weight(front, [8, 7, 6, 5, 4, 3, 2, 10])
    total += calculate_vin_str_weight(rear, [9, 8, 7, 6, 5, 4, 3, 2])
    check = total % 11
    return f"{front}{'X' if check == 10 else check}{rear}"


def plate(chance: Random, home: str, drive: str) -> str:
    """An ordinary plate or, for battery (D) and hybrid (F) cars, one of new energy (新能源)."""
    prefix = home if chance.random() < 0.92 else pick(chance, vocabulary().plate_provinces) + "A"
    if drive == "petrol":
        return prefix + "".join(pick(chance, _PLATE_CHARACTERS) for _ in range(5))
    return f"{prefix}{'D' if drive == 'battery' else 'F'}{digits(chance, 5)}"


def _plate_type(drive: str, goods: bool) -> str:
    if drive != "petrol":
        return "small_new_energy"
    return "large_car" if goods else "small_car"
