"""``jiecun regions``: region texts on their own, outside a run."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from pipelines.errors import EXIT_USAGE, JiecunError, Problem, refusal
from pipelines.options import JsonOption, out
from pipelines.paths import RULES

if TYPE_CHECKING:
    from pipelines.regions import RegionLoad

regions_app = typer.Typer(help="区划文本。", no_args_is_help=True)
_SHOWN = 10


@regions_app.command("load")
def regions_load(
    file: Annotated[Path, typer.Argument(help="区划文本")],
    form: Annotated[
        Literal["list", "pairs"],
        typer.Option("--format", help="list = 省市县清单；pairs = 省与地级市成对"),
    ] = "list",
    to: Annotated[Path | None, typer.Option("--out", help="输出文件夹，默认 regions")] = None,
    strict: Annotated[bool, typer.Option(help="有警告即失败，什么也不写")] = False,
    as_json: JsonOption = False,
) -> None:
    """读取一份区划文本，写出 region_source、region_quarantine、region_issue。"""
    from pipelines.regions import assert_strict, load_region_text, write_region_load
    from pipelines.regions.strict import rows_of

    folder = to or Path.cwd() / "regions"
    load = load_region_text(file, RULES / "regions", form)
    if strict:
        assert_strict(load, rows_of(folder))
    try:
        write_region_load(load, folder)
    except OSError as bad:
        problem = Problem(
            "OUT_UNWRITABLE", str(folder), "可写的文件夹", refusal(bad), "换一个 --out"
        )
        raise JiecunError(problem, exit_code=EXIT_USAGE) from None
    facts = _facts(load, folder)
    if as_json:
        from pipelines.console import print_json

        print_json(facts)
    else:
        _tell(facts)


def _facts(load: RegionLoad, folder: Path) -> dict[str, Any]:
    """Counts of the load, its issues by code and the warnings among them."""
    from pipelines.regions.strict import counts_of

    warnings = load.issues.filter(load.issues["severity"] == "warning")
    return {
        "format": load.format,
        "source_sha256": load.source_sha256,
        "text": load.known.name if load.known else None,
        "counts": counts_of(load.regions),
        "rows": load.regions.height,
        "quarantine": dict(sorted(Counter(load.quarantine["reason"]).items())),
        "issues": dict(sorted(Counter(load.issues["code"]).items())),
        "warnings": warnings.select("source_line", "code", "detail").rows(named=True),
        "out": str(folder),
    }


def _tell(facts: dict[str, Any]) -> None:
    counts, quarantine = facts["counts"], facts["quarantine"]
    last = f"县级 {counts['county']}" if facts["format"] == "list" else ""
    last = last or f"占位 {counts['placeholder']}"
    outside = sum(quarantine.pop(reason, 0) for reason in ("PROLOGUE", "HEADING"))
    out.print(
        f"省级 {counts['province']}，地级 {counts['prefecture']}，{last}，"
        f"无代码 {counts['no_code']}，隔离 {sum(quarantine.values())} → {facts['out']}",
        soft_wrap=True,
    )
    if outside:
        out.print(f"清单之前的 {outside} 行未读")
    warnings = facts["warnings"]
    for told in warnings[:_SHOWN]:
        line = f"第 {told['source_line']} 行" if told["source_line"] else "整个文件"
        out.print(f"警告 {told['code']}: {line}  {told['detail']}", markup=False, soft_wrap=True)
    if len(warnings) > _SHOWN:
        out.print(f"另有 {len(warnings) - _SHOWN} 条警告，见 region_issue")
