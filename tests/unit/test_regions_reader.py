"""Bytes → text → tokens → units: what is odd is told or rejected, never attached by guess."""

from __future__ import annotations

import pytest

from pipelines.errors import JiecunError
from pipelines.regions.decode import decode
from pipelines.regions.hierarchy import assemble
from pipelines.regions.list_reader import read_list

TEXT = "2陕西省\n1西安市\n碑林区 新城区\n1咸阳市\n秦都区\n"


def units(text: str) -> list[tuple[str, str | None, str]]:
    return [unit.path for unit in assemble(read_list(text).tokens).units]


def rejected(text: str) -> list[tuple[int, str, str]]:
    return [(r.line, r.raw, r.reason) for r in assemble(read_list(text).tokens).rejected]


def test_levels_run_upside_down() -> None:
    assert units(TEXT) == [
        ("陕西省", None, "陕西省"),
        ("陕西省", "西安市", "西安市"),
        ("陕西省", "西安市", "碑林区"),
        ("陕西省", "西安市", "新城区"),
        ("陕西省", "咸阳市", "咸阳市"),
        ("陕西省", "咸阳市", "秦都区"),
    ]
    assert rejected(TEXT) == []


@pytest.mark.parametrize(
    "variant",
    [
        TEXT.replace("\n", "\r\n"),
        TEXT.rstrip("\n"),
        TEXT.replace("2", "２").replace("1", "１"),
        TEXT.replace(" ", "\u3000"),
        TEXT.replace(" ", "\u00a0 "),
        TEXT.replace(" ", "\u200b"),
        TEXT.replace("\n", "  \n"),
        TEXT.replace("\n", "\n\n"),
        TEXT.replace("1", " 1 "),
        TEXT.replace("碑林区 ", "碑林区\n"),
    ],
    ids=[
        "CRLF",
        "no newline at the end",
        "full-width digits",
        "ideographic space",
        "no-break space",
        "zero-width space",
        "trailing blanks",
        "blank lines",
        "blanks around the digit",
        "continuation line",
    ],
)
def test_forms_of_the_same_text_give_the_same_units(variant: str) -> None:
    assert units(variant) == units(TEXT)
    assert rejected(variant) == []


def test_every_form_that_is_odd_is_told() -> None:
    issues = read_list("2陕西省\n1西安市\n碑林区\n\n新城区\t灞桥区\n未央区\n").issues

    assert [(i.line, i.code) for i in issues] == [
        (4, "BLANK_LINE"),
        (5, "CONTINUATION_LINE"),
        (5, "UNUSUAL_BLANK"),
        (6, "CONTINUATION_LINE"),
    ]


def test_below_an_unknown_level_nothing_is_attached() -> None:
    text = "2陕西省\n1西安市\n碑林区\n3咸阳市\n秦都区 渭城区\n1宝鸡市\n金台区\n"

    assert rejected(text) == [
        (4, "3咸阳市", "UNKNOWN_LEVEL"),
        (5, "秦都区", "ORPHAN_LINE"),
        (5, "渭城区", "ORPHAN_LINE"),
    ]
    assert units(text)[-1] == ("陕西省", "宝鸡市", "金台区")


def test_below_a_province_with_an_unknown_level_no_city_goes_to_the_province_before() -> None:
    text = "2陕西省\n1西安市\n3甘肃省\n1兰州市\n城关区\n2青海省\n1西宁市\n"

    assert [line for line, _, _ in rejected(text)] == [3, 4, 5]
    assert units(text)[-1] == ("青海省", "西宁市", "西宁市")


@pytest.mark.parametrize("line", ["12咸阳市", "3", "1", "2023年 咸阳市", "0咸阳市"])
def test_any_other_digit_makes_the_parent_unknown(line: str) -> None:
    text = f"2陕西省\n1西安市\n{line}\n秦都区\n"

    assert {reason for at, _, reason in rejected(text) if at == 3} == {"UNKNOWN_LEVEL"}
    assert rejected(text)[-1] == (4, "秦都区", "ORPHAN_LINE")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("碑林区\n" + TEXT, [(1, "碑林区", "ORPHAN_LINE")]),
        ("2陕西省\n碑林区\n", [(2, "碑林区", "ORPHAN_LINE")]),
        (
            "1西安市\n碑林区\n2陕西省\n",
            [(1, "1西安市", "LEVEL_BEFORE_PROVINCE"), (2, "碑林区", "ORPHAN_LINE")],
        ),
        ("2陕西省\n1西安市 碑林区\n", [(2, "碑林区", "LEVEL_LINE_EXTRA")]),
        ("2陕西省\n1西安市\n碑林区 A区 新城区\n", [(3, "A区", "NOT_A_NAME")]),
        ("2陕西省\n1西\ufffd市\n碑林区\n", [(2, "1西\ufffd市", "BROKEN_CHARACTER")]),
    ],
    ids=[
        "names before any level",
        "names below a province",
        "a city before any province",
        "names behind a level line's own",
        "a name that is none",
        "a broken city takes what is below it",
    ],
)
def test_what_has_no_certain_parent_is_rejected(
    text: str, expected: list[tuple[int, str, str]]
) -> None:
    assert rejected(text)[: len(expected)] == expected


def test_a_municipality_is_a_province_with_either_digit() -> None:
    expected = [("北京市", None, "北京市"), ("北京市", "北京市", "东城区")]

    assert units("1北京市\n东城区\n") == expected
    assert units("2北京市\n东城区\n") == expected


def test_decoding_is_strict() -> None:
    utf8 = TEXT.encode()

    assert decode(utf8, "f").encoding == "utf-8"
    assert decode(b"\xef\xbb\xbf" + utf8, "f") == decode(utf8, "f")
    assert decode(TEXT.encode("gb18030"), "f").text == TEXT
    assert decode(TEXT.encode("gb18030"), "f").encoding == "gb18030"


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_text_cut_within_a_character_is_told_and_keeps_its_encoding(encoding: str) -> None:
    decoded = decode(TEXT.rstrip("\n").encode(encoding)[:-1], "f")

    assert decoded.truncated
    assert decoded.encoding == encoding
    assert decoded.text == TEXT.rstrip("\n")[:-1] + "\ufffd"
    assert rejected(decoded.text) == [(5, "秦都\ufffd", "BROKEN_CHARACTER")]


@pytest.mark.parametrize(
    "data", [b"", b"\xef\xbb\xbf", b" \r\n\t\n"], ids=["no bytes", "a BOM alone", "blanks"]
)
def test_an_empty_text_is_refused(data: bytes) -> None:
    with pytest.raises(JiecunError, match="REGION_EMPTY"):
        decode(data, "f")


@pytest.mark.parametrize(
    "data",
    [TEXT.encode("utf-16"), TEXT.encode()[:31] + b"\xff" + TEXT.encode()[31:]],
    ids=["UTF-16", "a broken byte in the middle"],
)
def test_bytes_of_no_known_encoding_are_refused(data: bytes) -> None:
    with pytest.raises(JiecunError, match="ENC_INVALID"):
        decode(data, "f")


def test_the_line_of_a_broken_byte_is_told() -> None:
    data = TEXT.encode("gb18030").replace("新城区".encode("gb18030"), b"\xd0\xff")

    with pytest.raises(JiecunError, match="f 第 3 行"):
        decode(data, "f")
