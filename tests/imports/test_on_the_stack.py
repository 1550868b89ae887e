"""Files through the running stack: templates to fill in, ugly rows, the link to them, checks."""

import csv
import io
import json
from uuid import uuid4

import openpyxl
import requests

from chalicelib.imports import plan
from tests.imports.files import HEADERS, as_csv, row

IMPORTS = "/v1/staff/imports"


def dropped(stack, key, content):
    stack.put_object("incoming", key, content)
    assert stack.drain() or stack.drain()
    folder = key.replace("check/", "checks/", 1) if key.startswith("check/") else f"imports/{key}"
    place = f"{folder}/{plan.digest([content])[:12]}"
    return json.loads(stack.object("documents", f"{place}/report.json")), place


def own(stack, **changes):
    """A row of an organisation that this stack knows."""
    code = f"T{uuid4().hex[:6]}"
    announced, _ = dropped(
        stack, f"organisations/{code}.csv", f"code,name,level\n{code},测试,市公司\n".encode()
    )
    assert announced["accepted"] == 1
    return row(organisation=code, **changes)


def test_every_template_lies_in_storage_and_a_filled_one_becomes_a_policy(stack):
    bucket = stack.info["buckets"]["documents"]
    found = stack.client("s3").list_objects_v2(Bucket=bucket, Prefix="templates/")
    assert len(found["Contents"]) == 9
    book = openpyxl.load_workbook(io.BytesIO(stack.object("documents", "templates/policies.xlsx")))
    sheet = book["数据"]
    one = own(stack)
    places = {cell.value.strip("*"): cell.column for cell in sheet[1]}
    for name, header in HEADERS.items():
        sheet.cell(3, places[header], one[name])
    for line, value in enumerate(["张三", "李四", 1], 1):
        book["制表复核"].cell(line, 2, value)
    out = io.BytesIO()
    book.save(out)
    report, _ = dropped(stack, f"policies/{uuid4().hex}.xlsx", out.getvalue())
    assert (report["total"], report["accepted"]) == (1, 1), report
    assert report["control"]["reviewer"] == "李四"


def test_rejected_rows_are_fetched_by_their_link_corrected_and_dropped_again(stack):
    good, bad = own(stack), own(stack, premium="free", insured_name="=HYPERLINK(1)")
    name = f"{uuid4().hex}.csv"
    report, place = dropped(stack, f"policies/{name}", as_csv([good, bad]))
    assert (report["accepted"], report["rejected"]) == (1, 1)
    token = {"Authorization": f"Bearer {stack.staff_token(['business_admin'], '44', sub='files')}"}
    listed = stack.get(f"{IMPORTS}?kind=policies&limit=100", headers=token).json()["items"]
    entry = next(one for one in listed if one["file_name"] == name)
    assert entry["outcomes"] == {"accepted": 1, "unchanged": 0, "superseded": 0, "rejected": 1}
    asked = f"{IMPORTS}/{entry['import_no']}/rejected-rows"
    link = stack.post_json(asked, {"purpose": "更正"}, headers=token).json()
    content = requests.get(link["url"], timeout=10).content
    assert content == stack.object("documents", f"{place}/rejected.csv")
    header, line = csv.reader(io.StringIO(content.decode("utf-8-sig")))
    assert line[header.index("被保人")] == "'=HYPERLINK(1)"
    line[header.index("保费")] = "1.00"
    out = io.StringIO()
    csv.writer(out).writerows([header, line])
    again, _ = dropped(stack, f"policies/{uuid4().hex}.csv", out.getvalue().encode())
    assert (again["total"], again["accepted"]) == (1, 1)


def test_a_check_says_what_differs_and_the_policy_stays(stack):
    one = own(stack)
    dropped(stack, f"policies/{uuid4().hex}.csv", as_csv([one]))
    credentials = {"policy_no": one["policy_no"], "id_no": one["insured_id_no"]}
    before = stack.post_json("/v1/queries", credentials).json()["policy"]
    changed = {**one, "premium": "1.00"}
    report, place = dropped(stack, f"check/policies/{uuid4().hex}.csv", as_csv([changed]))
    assert (report["rows"], report["differs"], report["fields"]) == (1, 1, {"premium": 1})
    assert "3280.50" in stack.object("documents", f"{place}/differences.csv").decode()
    assert stack.post_json("/v1/queries", credentials).json()["policy"] == before
