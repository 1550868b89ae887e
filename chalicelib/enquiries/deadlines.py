"""By when a complaint or a consultation is answered: dated data and the holiday calendar.

银行业保险业消费投诉处理管理办法 counts natural days from receipt; what nobody prescribes counts
working days, with the State Council's make-up days.
"""

from datetime import datetime, timedelta

from chalicelib import clock, dated
from chalicelib.notifications import hours


def due_at(kind: str, received_at: datetime) -> datetime:
    """24:00 in Shanghai of the last day; the day of receipt itself is not counted."""
    day = clock.shanghai_day(received_at)
    rule = dated.in_force("data/complaint_clocks", day)["kinds"][kind]
    if "days" in rule:
        return clock.end_of_day(day + timedelta(days=rule["days"]))
    left = int(rule["working_days"])
    while left:
        day += timedelta(days=1)
        left -= hours.is_working_day(day)
    return clock.end_of_day(day)
