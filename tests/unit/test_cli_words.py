"""A command line that cannot be read is told in Chinese, in the one shape of errors."""

from __future__ import annotations

import pytest
from typer.exceptions import TyperException

from pipelines.cli import app, main
from pipelines.cli_words import usage_error


def told(*args: str) -> tuple[str, str, str]:
    """Place, expected and found of what is wrong with a command line."""
    with pytest.raises(TyperException) as caught:
        app(list(args), standalone_mode=False, prog_name="jiecun")
    error = usage_error(caught.value)
    assert error.exit_code == 2
    (problem,) = error.problems
    assert problem.code == "USAGE"
    assert problem.remedy.startswith("用 jiecun")
    return problem.place, problem.expected, problem.found


@pytest.mark.parametrize(
    ("line", "place", "expected", "found"),
    [
        ("warnings ack", "WARNING", "写明这一项（预警标识，前几位即可）", "没有写"),
        ("warnings ack 6974", "--by", "写明这一项（经办人）", "没有写"),
        ("warnings ackk", "命令", "有的命令，如 ack", "ackk"),
        ("warnings list --mnth 3", "选项", "该命令的选项，如 --month", "--mnth"),
        ("warnings list --month", "--month", "选项后面有一个值", "没有值"),
        ("warnings list --month 1月", "--month", "整数（月份 yyyymm，默认最后一个月）", "1月"),
        ("warnings precision --months 0", "--months", "不小于 1（最近几个月起报的）", "0"),
        ("demo --months 99", "--months", "不大于 60（月数）", "99"),
        ("warnings ack 6974 --by 甲 --due 1/1", "--due", "日期 YYYY-MM-DD（期限，默认按规则）",
         "1/1"),
        ("warnings show 6974 b", "参数", "没有多余的参数", "b"),
    ],
)  # fmt: skip
def test_a_wrong_line_tells_place_expected_and_found(
    line: str, place: str, expected: str, found: str
) -> None:
    assert told(*line.split()) == (place, expected, found)


def test_the_command_says_it_in_chinese_and_exits_with_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["jiecun", "warnings", "ack", "6974"])
    with pytest.raises(SystemExit) as stopped:
        main()
    said = capsys.readouterr().err
    assert stopped.value.code == 2
    assert said.startswith("错误 USAGE: --by\n  应为: 写明这一项（经办人）\n")
    assert "Missing" not in said
    monkeypatch.setattr("sys.argv", ["jiecun", "warnings", "ack", "--help"])
    with pytest.raises(SystemExit) as stopped:
        main()
    shown = capsys.readouterr().out
    assert stopped.value.code == 0
    assert "选项" in shown
    assert "Options" not in shown
