"""Dates as files write them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

DAY_FIRST = re.compile(r"([0-9]{1,2})([./])([0-9]{1,2})\2([0-9]{4})(.*)")
YEAR_FIRST = re.compile(r"([0-9]{4})([-/.])([0-9]{1,2})(?:\2([0-9]{1,2})(.*))?")


def parsed_date(cell: str) -> datetime | None:
    """The date of a cell like 2024-01-31, 2024-01-31T12:00, 2024/1/31 or 31.1.2024.

    A month without a day is its first. None for what is no date, and for 1/2/2024, which is two.
    """
    cell = cell.strip()
    if match := YEAR_FIRST.fullmatch(cell):
        year, sign, month, day, time = match.groups()
        if day is None and sign != "-":  # 2024.5 is a number
            return None
        return _moment(year, month, day or "1", time or "")
    if match := DAY_FIRST.fullmatch(cell):
        day, sign, month, year, time = match.groups()
        if sign == "/":
            if int(day) <= 12 and int(month) <= 12 and day != month:
                return None
            day, month = (month, day) if int(month) > 12 else (day, month)
        return _moment(year, month, day, time)
    return None


def _moment(year: str, month: str, day: str, time: str) -> datetime | None:
    """A date and a time of the day, in UTC where a zone is named."""
    try:
        when = date(int(year), int(month), int(day)).isoformat()
        clock = time.strip().removeprefix("T").strip()
        moment = datetime.fromisoformat(f"{when}T{clock}" if clock else when)
    except ValueError:
        return None
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
