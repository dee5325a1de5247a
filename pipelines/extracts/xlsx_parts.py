"""Parts of a workbook: shared texts, cell styles, and how numbers and dates are written."""

from __future__ import annotations

import datetime as dt
import math
import re
from decimal import Decimal

_BUILTIN_DATES = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
_NOT_FORMAT = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')


def shown_number(text: str) -> str:
    """A numeric cell's text as its sheet shows it without a format, never with lost digits."""
    value = float(text)
    if not math.isfinite(value):
        return text
    if abs(value) >= 1e15:
        return f"{value:.14E}"
    plain = format(Decimal(f"{value:.15g}"), "f")
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def shown_date(text: str, base: dt.datetime) -> str:
    """A serial number as an ISO date, with the time where it has one; as it stands before 1900-03.

    ``base`` is day 0 of the workbook's calendar.
    """
    serial = Decimal(text)
    if not Decimal(61) <= serial < Decimal(2_958_466):
        return shown_number(text)
    moment = base + dt.timedelta(seconds=int((serial * 86400).to_integral_value()))
    if moment.time() == dt.time():
        return moment.date().isoformat()
    return moment.isoformat(sep=" ")


class Strings:
    """Shared texts: the runs of each entry joined, its phonetic guides left out."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self.parts: list[str] = []
        self.inside = self.guide = False

    def start(self, name: str, _: dict[str, str]) -> None:
        if name == "si":
            self.parts = []
        elif name == "rPh":
            self.guide = True
        self.inside = name == "t" and not self.guide

    def end(self, name: str) -> None:
        self.inside = False
        if name == "rPh":
            self.guide = False
        elif name == "si":
            self.found.append("".join(self.parts))

    def text(self, data: str) -> None:
        if self.inside:
            self.parts.append(data)


class Styles:
    """Which cell styles show a number as a date."""

    def __init__(self) -> None:
        self.custom: dict[int, bool] = {}
        self.dates: list[bool] = []
        self.cells = False

    def start(self, name: str, attrs: dict[str, str]) -> None:
        if name == "numFmt":
            form = _NOT_FORMAT.sub("", attrs.get("formatCode", "")).lower()
            self.custom[int(attrs["numFmtId"])] = bool(re.search("[ymdhs年月日]", form))
        elif name == "cellXfs":
            self.cells = True
        elif name == "xf" and self.cells:
            number = int(attrs.get("numFmtId", "0"))
            self.dates.append(self.custom.get(number, number in _BUILTIN_DATES))

    def end(self, name: str) -> None:
        if name == "cellXfs":
            self.cells = False
