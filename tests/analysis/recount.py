"""Every figure counted once more, straight from the rows, by other code than the room's."""

import json
from collections import Counter, defaultdict
from datetime import date, timedelta
from pathlib import Path

BANDS = {0: "0-17", 18: "18-24", 25: "25-34", 35: "35-44", 45: "45-54", 55: "55-64", 65: "65-74"}
(CODES,) = json.loads(Path("schemas/data/prefectures.json").read_text("utf-8"))["versions"]
PROVINCES = json.loads(Path("schemas/data/regions.json").read_text("utf-8"))["regions"]


def within(parents, organisation):
    """The organisation and all below it."""
    found = {organisation}
    for _ in parents:
        found |= {one for one, above in parents.items() if above in found}
    return found


def held(rows, parents, organisation, day):
    units = within(parents, organisation)
    return [
        row
        for row in rows
        if row["organisation"] in units
        and row["status"] in ("in_force", "suspended")
        and row["starts_on"] <= day.isoformat() <= row["ends_on"]
    ]


def person(row):
    number = row["insured_id_no"]
    return number[8:17] if row["insured_id_type"] == "credit_code" else number


def natural(row):
    return row["insured_id_type"] not in ("credit_code", "organisation_code")


def band(row, day):
    number = row["insured_id_no"]
    text = (
        f"{number[6:10]}-{number[10:12]}-{number[12:14]}"
        if row["insured_id_type"] in ("resident_id", "hk_macao_taiwan_residence")
        else row.get("insured_birth_date", "")
    )
    if not text:
        return "unknown"
    born = date.fromisoformat(text)
    had = (day.month, day.day) >= (born.month, born.day)
    years = day.year - born.year - (0 if had else 1)
    return "75+" if years >= 75 else BANDS[max(first for first in BANDS if first <= years)]


def sex(row):
    number = row["insured_id_no"]
    if row["insured_id_type"] in ("resident_id", "hk_macao_taiwan_residence"):
        return "male" if number[16] in "13579" else "female"
    return row.get("insured_sex", "unknown")


def prefecture(row):
    """The unit in use that the number's digits name, or None."""
    digits = row["insured_id_no"][:4]
    if digits in CODES["former"]:
        return CODES["former"][digits].get("now", digits)
    return digits if digits in CODES["prefectures"] else None


def province(row):
    """None where the number has no address code, or one of nowhere."""
    coded = row["insured_id_type"] in ("resident_id", "hk_macao_taiwan_residence")
    digits = (prefecture(row) or row["insured_id_no"])[:2] if coded else ""
    return digits if digits in PROVINCES else None


def regions(newest, *, enough):
    """A person's place by prefecture, rest of the province, rest, as the company has them."""
    placed = [row for row in newest.values() if natural(row) and province(row)]
    of = Counter(prefecture(row) for row in placed)
    common = {unit for unit, people in of.items() if unit and people >= enough}
    others = Counter(province(row) for row in placed if prefecture(row) not in common)

    def place(row):
        if not province(row):
            return "unknown"
        if prefecture(row) in common:
            return prefecture(row)
        return f"{province(row)}xx" if others[province(row)] >= enough else "other"

    return place


def insured(rows, parents, organisation, day):
    """People by table and category: `{"sex": {"male": {…}}}`."""
    everything = held(rows, parents, "Q", day)
    newest = {}
    for row in sorted(everything, key=lambda one: (one["ends_on"], one["policy_no"])):
        newest[person(row)] = row
    found = defaultdict(lambda: defaultdict(set))
    region = regions(newest, enough=20)
    for row in held(rows, parents, organisation, day):
        who = person(row)
        said = newest[who]
        if natural(said):
            lines = {one["line"] for one in everything if person(one) == who}
            found["held"]["+".join(sorted(lines))].add(who)
            found["age"][band(said, day)].add(who)
            found["sex"][sex(said)].add(who)
            found["region"][region(said)].add(who)
            found["occupation"][said.get("occupation", "unknown")].add(who)
    return found


def policies(rows, parents, organisation, day):
    """(people, policies, premium) by table and category."""
    found = defaultdict(lambda: defaultdict(list))
    for row in held(rows, parents, organisation, day):
        found["line"][row["line"]].append(row)
        found["channel"][row.get("channel_type", "unknown")].append(row)
    return {
        table: {
            code: (len({person(r) for r in group}), len(group), sum(r["premium"] for r in group))
            for code, group in groups.items()
        }
        for table, groups in found.items()
    }


def renewals(rows, parents, organisation, day):
    """(people, policies) by line and outcome."""
    last = day - timedelta(days=30)
    first = last - timedelta(days=364)
    units = within(parents, organisation)
    groups = defaultdict(list)
    for row in rows:
        ran = row["status"] in ("in_force", "suspended", "expired")
        ended = date.fromisoformat(row["ends_on"])
        if row["organisation"] in units and ran and first <= ended <= last:
            again = any(_renews(other, row) for other in rows)
            groups[f"{row['line']}:{'renewed' if again else 'lapsed'}"].append(row)
    return {
        code: (len({person(row) for row in group}), len(group)) for code, group in groups.items()
    }


def _renews(other, row):
    if other["status"] in ("cancelled", "terminated") or other is row:
        return False
    if other.get("previous_policy_no") == row["policy_no"]:
        return True
    vehicle = "vin" if row.get("vin") and other.get("vin") else "plate_no"
    return (
        bool(row.get("vin") or row.get("plate_no"))
        and person(other) == person(row)
        and all(other.get(name) == row.get(name) for name in ("line", "motor_kind", vehicle))
        and other["starts_on"] > row["starts_on"]
        and other["ends_on"] > row["ends_on"]
    )
