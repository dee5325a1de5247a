"""The template environment: automatic escaping, no undefined names, the filters of the pages."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from pipelines.reports import layout
from pipelines.reports.html import text

TEMPLATES = Path(__file__).resolve().parent.parent / "templates"


@cache
def environment() -> Environment:
    """The environment over ``pipelines/reports/templates``."""
    env = Environment(
        loader=FileSystemLoader(TEMPLATES, encoding="utf-8"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    env.filters.update(
        wan=lambda amount: "—" if amount is None else text.wan(amount),
        yuan=text.yuan,
        sign=text.sign_class,
        figure=text.figure,
        judged=text.judged,
        shown_unit=text.shown_unit,
        month=text.month,
        short_month=text.short_month,
        scheme=lambda code: text.SCHEMES.get(code, code),
        fund=lambda code: text.FUNDS.get(code, code),
        check_status=lambda code: layout.STATUS_NAMES.get(code, code),
        check_severity=lambda code: layout.SEVERITY_NAMES.get(code, code),
    )
    style = (TEMPLATES / "style.css").read_text(encoding="utf-8")
    env.globals.update(levels=text.LEVELS, style=Markup(style), nothing=text.NONE)
    return env
