"""Generated identifiers are checked with python-stdnum and with the standards' own weights."""

import re
import string

import pytest
from stdnum import imo, iso6346
from stdnum.cn import ric, uscc
from stdnum.iso7064 import mod_11_2

from infra.generator import portfolio

POLICIES = list(portfolio(11, 1500).policies)
RARE = "喆堃玥珺翀镕祎頔㛃𬭎瑄劼昇𠮷"
VIN_VALUES = dict(zip(string.digits, range(10), strict=True)) | dict(
    zip("ABCDEFGHJKLMNPRSTUVWXYZ", [*range(1, 9), *range(1, 6), 7, 9, *range(2, 10)], strict=True)
)
VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
PLATE = re.compile(
    "[京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新][A-HJ-NP-Z]"
    "(?:[A-HJ-NP-Z0-9]{5}|[DF][A-HJ-NP-Z0-9][0-9]{4})"
)


def parties(*id_types):
    """Name, ID type, number, sex and birth date of everybody with one of the types."""
    found = [
        {key: row.get(f"{role}_{key}") for key in ("name", "id_type", "id_no", "sex", "birth_date")}
        for row in POLICIES
        for role in ("insured", "policyholder")
        if row[f"{role}_id_type"] in id_types
    ]
    assert found, f"nobody has {id_types}"
    return found


def test_resident_ids_are_valid_and_agree_with_sex_and_birth_date():
    for party in parties("resident_id"):
        number = ric.validate(party["id_no"])
        assert ric.get_birth_date(number).isoformat() == party["birth_date"]
        assert (int(number[16]) % 2 == 1) == (party["sex"] == "male")


def test_residence_permits_of_hong_kong_macao_and_taiwan_have_their_regions_and_check_digits():
    permits = parties("hk_macao_taiwan_residence")
    assert {party["id_no"][:6] for party in permits} == {"810000", "820000", "830000"}
    for party in permits:
        mod_11_2.validate(party["id_no"])
        assert party["id_no"][6:14] == party["birth_date"].replace("-", "")


def test_foreigners_have_cards_of_both_forms():
    numbers = {party["id_no"] for party in parties("foreign_permanent_resident_id")}
    new = {number for number in numbers if number.startswith("9")}
    assert new
    assert all(mod_11_2.is_valid(number) and len(number) == 18 for number in new)
    assert numbers - new
    assert all(re.fullmatch("[A-Z]{3}[0-9]{12}", number) for number in numbers - new)


@pytest.mark.parametrize(
    ("id_type", "pattern"),
    [
        ("passport", "[A-Z][0-9]{8}"),
        ("hk_macao_permit", "[HM][0-9]{8}"),
        ("taiwan_permit", "[0-9]{8}"),
    ],
)
def test_travel_documents_have_their_form(id_type, pattern):
    assert all(re.fullmatch(pattern, party["id_no"]) for party in parties(id_type))


def test_credit_codes_are_valid_around_a_valid_organisation_code():
    for party in parties("credit_code"):
        number = uscc.validate(party["id_no"])
        assert organisation_check(number[8:16]) == number[16]
        assert not party["sex"]


def test_organisation_codes_are_valid():
    for party in parties("organisation_code"):
        body, check = party["id_no"].split("-")
        assert organisation_check(body) == check


def organisation_check(body):
    """GB 11714, written down apart from the generator."""
    values = [(string.digits + string.ascii_uppercase).index(character) for character in body]
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    remainder = sum(v * w for v, w in zip(values, weights, strict=True)) % 11
    return "0X987654321"[remainder]


def test_the_vectors_of_the_standard_pass_the_check_of_these_tests():
    assert organisation_check("12345678") == "8"
    assert organisation_check("D2143569") == "X"
    assert vin_check("LATPAB071W1005301") == "1"
    assert vin_check("1M8GDM9AXKP042788") == "X"


def test_one_number_belongs_to_one_person_and_one_name():
    holders = {}
    for party in parties("resident_id", "credit_code", "organisation_code"):
        assert holders.setdefault(party["id_no"], party["name"]) == party["name"]


def test_vins_are_valid_and_one_belongs_to_one_owner():
    owners = {}
    for row in POLICIES:
        if "vin" in row:
            assert vin_check(row["vin"]) == row["vin"][8]
            assert owners.setdefault(row["vin"], row["vehicle_owner"]) == row["vehicle_owner"]


def vin_check(vin):
    """GB 16735 Annex A, written down apart from the generator."""
    values = [VIN_VALUES[character] for character in vin]
    remainder = sum(v * w for v, w in zip(values, VIN_WEIGHTS, strict=True)) % 11
    return "0123456789X"[remainder]


def test_plates_are_ordinary_or_new_energy_and_say_so():
    kinds = set()
    for row in POLICIES:
        if "plate_no" in row:
            assert PLATE.fullmatch(row["plate_no"])
            assert (len(row["plate_no"]) == 8) == (row["plate_type"] == "small_new_energy")
            kinds.add(row["plate_type"])
    assert {"small_car", "small_new_energy"} <= kinds


def test_vessels_and_containers_have_valid_numbers():
    for row in POLICIES:
        if "imo_no" in row:
            imo.validate(row["imo_no"])
        if "container_no" in row:
            iso6346.validate(row["container_no"])


def test_names_are_of_all_kinds():
    names = {row["insured_name"] for row in POLICIES}
    assert any("·" in name for name in names)
    assert {character for character in RARE if any(character in name for name in names)} == set(
        RARE
    )
    assert any(re.fullmatch("[A-Z '-]+", name) for name in names)
    assert any(len(name) >= 50 for name in names)


def test_a_small_portfolio_already_has_a_character_outside_the_basic_plane():
    assert any("𠮷" in row["insured_name"] for row in portfolio(1, 60).policies)
