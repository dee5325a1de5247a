"""A command line that cannot be read is told in Chinese, in the one shape of errors."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from typer.exceptions import TyperException

from pipelines.cli import app, main
from pipelines.cli_words import speak_chinese, usage_error

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


ENGLISH = re.compile(r"Usage|OPTIONS|COMMAND|ARGS|Options|Arguments|Show this|<[a-z ]+>|default")


def helps(command: Any, words: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The words of every command, groups too."""
    yield words
    for name, below in getattr(command, "commands", {}).items():
        yield from helps(below, (*words, name))


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
        ("regions load --format foo x", "--format",
         "list、pairs（list = 省市县清单；pairs = 省与地级市成对）", "foo"),
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


def test_every_help_page_is_chinese(capsys: pytest.CaptureFixture[str]) -> None:
    """Usage line, headings, types and the option ``--help`` itself, of 30 pages and more."""
    command = speak_chinese(app)
    pages = 0
    for words in helps(command):
        command([*words, "--help"], standalone_mode=False, prog_name="jiecun")
        shown = capsys.readouterr().out
        assert f"用法：{' '.join(('jiecun', *words))}" in shown
        assert "显示本说明后退出" in shown
        assert ENGLISH.findall(shown) == [], words
        pages += 1
    assert pages >= 30


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("intake list --json=3", "错误 USAGE: --json\n  应为: 选项后面没有值\n  实为: 有值\n"),
        ("intake rejects x --unmasked",
         "错误 USAGE: FILE / --unmasked\n  应为: 与 --csv 同用\n  实为: 没有 --csv\n"),
        ("intake replay", "USAGE: BATCH / --log\n  应为: 一个批次，或 --log 日志文件，只给一样\n"
         "  实为: 两样都没有\n"),
        ("intake replay x --log y", "只给一样\n  实为: 两样都给了\n"),
        ("intake list --table setl", "错误 USAGE: --table\n  应为: settlements、clearing、"),
        ("intake list --warehouse HERE", "NO_WAREHOUSE: HERE\n  应为: 已有的数据仓库\n"),
        ("intake list --json --warehouse HERE", "NO_WAREHOUSE"),
        ("intake show x --warehouse HERE", "NO_WAREHOUSE"),
        ("intake replay x --warehouse HERE", "NO_WAREHOUSE"),
        ("history --warehouse HERE", "NO_RELEASE: HERE\n  应为: 已有发布\n  实为: 还没有发布\n"),
        ("regions load HERE", "  应为: 可读的文件\n  实为: 没有该文件或文件夹\n"),
    ],
)  # fmt: skip
def test_a_command_that_cannot_be_done_says_so_and_exits_with_2(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    line: str,
    said: str,
) -> None:
    """Nothing is written on the way, not even an empty warehouse."""
    here = tmp_path / "none"
    monkeypatch.setattr("sys.argv", ["jiecun", *line.replace("HERE", str(here)).split()])
    with pytest.raises(SystemExit) as stopped:
        main()
    shown = capsys.readouterr()
    assert stopped.value.code == 2
    assert said.replace("HERE", str(here)) in shown.err
    assert shown.out == ""
    assert not here.exists()
