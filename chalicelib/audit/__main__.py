"""`python -m chalicelib.audit verify --from 2026-11-01 --to 2026-11-20`: are the registers whole?

Needs the settings AUDIT_TABLE, PRIVACY_TABLE, OBJECTIONS_TABLE, DOCUMENTS_BUCKET and either
SIGNING_KEY_ID or `--public-key`, and may read only. Ends with 1 if anything is not as it was
sealed.
"""

import argparse
import sys
from datetime import date, timedelta
from pathlib import Path

from chalicelib import clock
from chalicelib.ledger import signing, verification


def main(arguments: list[str]) -> int:
    """A line per finding and a last one that sums up; 0 if all is as it was sealed."""
    yesterday = clock.shanghai_day(clock.now()) - timedelta(days=1)
    parser = argparse.ArgumentParser(prog="python -m chalicelib.audit", description=__doc__)
    parser.add_argument("command", choices=("verify",))
    parser.add_argument("--from", dest="first", type=date.fromisoformat, required=True)
    parser.add_argument("--to", dest="last", type=date.fromisoformat, default=yesterday)
    parser.add_argument("--public-key", type=Path, help="PEM file; without it KMS is asked")
    asked = parser.parse_args(arguments)
    pem = asked.public_key.read_bytes() if asked.public_key else None
    breaches = 0
    for found in verification.verify(asked.first, asked.last, signing.public_key(pem)):
        breaches += found.kind != "late"
        sys.stdout.write(f"{found.day} {found.kind} {found.place} {found.detail}\n")
    days = (asked.last - asked.first).days + 1
    verdict = f"{breaches} breaches" if breaches else "whole"
    sys.stdout.write(f"{asked.first} to {asked.last}, {days} days: {verdict}\n")
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
