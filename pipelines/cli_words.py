"""What is wrong with a command line, in the one shape of errors; headings of help in Chinese."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import typer

from pipelines.errors import EXIT_USAGE, JiecunError, Problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from typer.exceptions import TyperException

_HEADINGS = {
    "ARGUMENTS_PANEL_TITLE": "参数",
    "OPTIONS_PANEL_TITLE": "选项",
    "COMMANDS_PANEL_TITLE": "命令",
    "DEFAULT_STRING": "[默认：{}]",
    "REQUIRED_LONG_STRING": "[必填]",
}
_TYPES = {
    "<str>": "<文本>",
    "<int>": "<整数>",
    "<int range>": "<整数>",
    "<float>": "<数>",
    "<path>": "<路径>",
    "<%Y-%m-%d>": "<YYYY-MM-DD>",
    "<bool>": "",
}
#: kind of what pydantic says of a value → what it should be; ``{}`` takes the limit
_EXPECTED = {
    "int_parsing": "整数",
    "float_parsing": "数",
    "bool_parsing": "true 或 false",
    "greater_than_equal": "不小于 {}",
    "less_than_equal": "不大于 {}",
    "value_error": "日期 YYYY-MM-DD",
}


def speak_chinese(app: typer.Typer) -> Callable[..., Any]:
    """The command of ``app``, which says ``--help`` in Chinese: headings, usage line, types."""
    command: Any = typer.main.get_command(app)
    _translate(command)
    called: Callable[..., Any] = command
    return called


def _translate(command: Any) -> None:
    """A command and those below it."""

    def usage(context: Any, formatter: Any) -> None:
        pieces = " ".join(command.collect_usage_pieces(context))
        formatter.write_usage(context.command_path, pieces, prefix="用法：")

    page = command.format_help

    def help_page(context: Any, formatter: Any) -> Any:
        # only a help page pays for the import
        from typer import rich_utils

        for name, text in _HEADINGS.items():
            setattr(rich_utils, name, text)
        return page(context, formatter)

    command.format_usage = usage
    command.format_help = help_page
    command.options_metavar = "[选项]"
    command.get_help_option(typer.Context(command)).help = "显示本说明后退出"
    for param in command.get_params(typer.Context(command)):
        shown = param.display_type_rich
        param.display_type_rich = lambda ctx, shown=shown: _type(shown(ctx))
        if getattr(param, "is_bool_flag", False):
            param.show_default = False
    if hasattr(command, "commands"):
        command.subcommand_metavar = "命令 [参数]…"
        for below in command.commands.values():
            _translate(below)


def _type(shown: str | None) -> str | None:
    return _TYPES.get(shown, shown) if shown else shown


def usage_error(error: TyperException) -> JiecunError:
    """A command line that cannot be read, told with place, expected, found and remedy."""
    context: Any = getattr(error, "ctx", None)
    command = context.command_path if context else "jiecun"
    place, expected, found = _told(error, context)
    remedy = f"用 {command} --help 查看写法"
    return JiecunError(Problem("USAGE", place, expected, found, remedy), exit_code=EXIT_USAGE)


def _told(error: TyperException, context: Any) -> tuple[str, str, str]:
    """Place, expected, found."""
    kind, message = type(error).__name__, error.message
    param: Any = getattr(error, "param", None)
    name = getattr(error, "option_name", "") or _name(param) or getattr(error, "param_hint", "")
    if kind == "MissingParameter":
        return str(name), "写明这一项" + _help(param), "没有写"
    if kind == "NoSuchOption":
        near = "、".join(sorted(getattr(error, "possibilities", None) or ()))
        return "选项", f"该命令的选项{f'，如 {near}' if near else ''}", str(name)
    if kind == "BadOptionUsage":
        if "does not take a value" in message:
            return str(name), "选项后面没有值", "有值"
        return str(name), "选项后面有一个值", "没有值"
    if kind == "BadParameter" and param is not None:
        return str(name), *_misread(error, param)
    return _unknown(message, context)


def _unknown(message: str, context: Any) -> tuple[str, str, str]:
    """What only the words of the message tell: a command or an argument too many."""
    if unknown := re.match(r"No such command '(.*?)'", message):
        known = sorted(getattr(context.command, "commands", {})) if context else []
        near = "、".join(get_close_matches(unknown.group(1), known) or known)
        return "命令", f"有的命令，如 {near}", unknown.group(1)
    if extra := re.match(r"Got unexpected extra argument\S* \((.*)\)", message):
        return "参数", "没有多余的参数", extra.group(1)
    return "命令行", "能识别的写法", message


def _name(param: Any) -> str:
    """``--by``, or an argument's name as help shows it."""
    if param is None:
        return ""
    options = [one for one in param.opts if one.startswith("--")]
    return str(options[0] if options else param.name.upper())


def _help(param: Any) -> str:
    told = getattr(param, "help", None) or ""
    return f"（{told}）" if told else ""


def _misread(error: TyperException, param: Any) -> tuple[str, str]:
    """What a value should be, and what was given."""
    errors = getattr(error.__cause__, "errors", None)
    if errors is None:
        return _help(param).strip("（）") or "能识别的值", error.message
    told = errors()[0]
    limit = next(iter(told.get("ctx", {}).values()), "")
    choices = re.findall(r"'([^']*)'", str(limit).partition("is not one of")[2])
    expected = "、".join(choices) or _EXPECTED.get(told["type"], "能识别的值").format(limit)
    return expected + _help(param), str(told["input"])
