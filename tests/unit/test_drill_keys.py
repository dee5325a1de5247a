"""What may be typed after ``jiecun drill``."""

# ruff: noqa: E501  (one key a line)

from __future__ import annotations

import pytest

from pipelines.drill.keys import AccountKey, CellKey, MetricKey, VoucherKey, cell_text, parse_key
from pipelines.errors import EXIT_USAGE, JiecunError


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (
            "BS:610100-310:202403:A9",
            CellKey("BS", "610100-310", 202403, "A9", "M", "close_amt"),
        ),
        (
            "bs:610100-310:202312:n1a:y:open",
            CellKey("BS", "610100-310", 202312, "n1a", "Y", "year_open_amt"),
        ),
        ("BS:610100-310:202403:A9:OPEN", CellKey("BS", "610100-310", 202403, "A9", "M", "year_open_amt")),
        ("is:610100-390:202403:2.1.1", CellKey("IS", "610100-390", 202403, "2.1.1", "M", "month_amt")),
        ("IS:610100-390:202403:3:YTD", CellKey("IS", "610100-390", 202403, "3", "M", "ytd_amt")),
        ("IS:610100-310:202403:5.3:form", CellKey("IS", "610100-310", 202403, "5.3", "M", "form_amt")),
        ("IS:610100-390:202312:3:year", CellKey("IS", "610100-390", 202312, "3", "Y", "ytd_amt")),
        ("IS:610100-390:202312:3:prior", CellKey("IS", "610100-390", 202312, "3", "Y", "prior_year_amt")),
        (" a : 610100-390 : 202312 : 1003 ", AccountKey("610100-390", 202312, "1003")),
        ("v:36DB0E2549115D38", VoucherKey("36db0e2549115d38")),
        ("m-06/r12:610000-all:202510", MetricKey("M-06", "R12", "", "610000-ALL", 202510)),
        ("M-09/ytd_in/pool:610100-310:202510", MetricKey("M-09", "YTD_IN", "POOL", "610100-310", 202510)),
    ],
)  # fmt: skip
def test_a_key_is_read_in_either_case(text: str, key: object) -> None:
    assert parse_key(text) == key


@pytest.mark.parametrize(
    "text",
    [
        "",
        "610100-310",
        "BS:610100-310:202403",
        "BS:610100:202403:A9",
        "BS:610100-310:202413:A9",
        "BS:610100-310:202403:A9:ytd",
        "IS:610100-310:202403:3:Y",
        "A:610100-310:202403:41x",
        "A:610100-310:202403:",
        "V:12",
        "M-6/R12:610100-310:202403",
        "M-06:610100-310:202403",
        "XX:610100-310:202403:1",
    ],
)
def test_another_text_is_refused_with_what_is_allowed(text: str) -> None:
    with pytest.raises(JiecunError) as caught:
        parse_key(text)
    assert caught.value.exit_code == EXIT_USAGE
    (problem,) = caught.value.problems
    assert problem.code == "DRILL_KEY"
    assert problem.found == text
    assert problem.expected


@pytest.mark.parametrize(
    "text",
    [
        "BS:610100-310:202403:A9",
        "BS:610100-310:202312:N1a:Y:open",
        "BS:610100-310:202312:N1a:open",
        "IS:610100-390:202403:3:ytd",
        "IS:610100-390:202312:3:prior",
    ],
)
def test_a_cell_tells_its_key_as_it_is_typed(text: str) -> None:
    key = parse_key(text)
    assert isinstance(key, CellKey)
    assert cell_text(key) == text
