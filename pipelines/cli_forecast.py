"""``jiecun warnings forecast`` and ``verify``: when funds run down, and how well that held."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path  # noqa: TC003  (typer reads the annotations at run time)
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipelines.errors import EXIT_USAGE, JiecunError, Problem
from pipelines.options import JsonOption, WarehouseOption, out, request_of

if TYPE_CHECKING:
    import polars as pl

    from pipelines.warnings.verify_forecast import LineResult
    from pipelines.warnings.verify_source import Verified

MARTS = ("fct_forecast", "fct_forecast_crossing", "dim_pooling_area")
_BASIS = {"budget": "批准预算", "repeated": "上一批准年度", "history": "上年同月实收"}
_SCHEMES = {"310": "职工", "390": "居民"}
_NAMED = 5
_PLAIN: dict[str, Any] = {"markup": False, "highlight": False, "soft_wrap": True}
_NOTE = "收入只计批准预算所列项目；可用结存不含以后年度预缴保费。区间为以往误差的10%与90%分位。"


def add_commands(app: typer.Typer) -> None:
    """Add the commands to ``app``."""
    app.command("forecast")(forecast)
    app.command("verify")(verify)


def forecast(
    pool: Annotated[str | None, typer.Option(help="统筹区编号，如 610100；默认全部")] = None,
    release: Annotated[str | None, typer.Option(help="发布编号，默认当前发布")] = None,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """结存何时跌破 6、3、0 个可支付月数：中位与 80% 区间。"""
    from pipelines.books.export.source import open_marts
    from pipelines.console import print_json
    from pipelines.warehouse.catalog import query
    from pipelines.warehouse.release import find_release

    found = find_release(request_of(None, warehouse).warehouse, release)
    with closing(open_marts(found.path, MARTS)) as con:
        rows = query(con, _CROSSINGS)
    known = rows["poolarea_no"].unique().sort().to_list()
    if pool is not None:
        if pool not in known:
            raise _no_pool(pool, known)
        rows = rows.filter(rows["poolarea_no"] == pool)
    told = list(_by_series(rows))
    if as_json:
        print_json({"release_id": found.release_id, "forecasts": told})
        return
    out.print(f"发布 {found.release_id}", highlight=False)
    if not told:
        out.print("没有预测：账簿不足12个月，或近12个月没有支出")
        return
    for one in told:
        name = f"{one['pool_name']}{_SCHEMES.get(one['insutype'], one['insutype'])}"
        out.print(
            f"{name} {one['series_id']}  基准 {one['period_ym']}  "
            f"可支付 {one['payable_months'] or '—'} 个月  收入：{_BASIS[one['income_basis']]}",
            **_PLAIN,
        )
        for text in one["texts"]:
            out.print(f"  {text}", **_PLAIN)
    out.print(_NOTE, **_PLAIN)


def verify(
    panel: Annotated[
        Path | None,
        typer.Option("--panel", help="月度支出 CSV：series_id, month（YYYY-MM）, amount"),
    ] = None,
    groups: Annotated[
        Path | None, typer.Option("--groups", help="分组 CSV：series_id, region, fund")
    ] = None,
    release: Annotated[str | None, typer.Option(help="发布编号，默认当前发布")] = None,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """用过去各月做预测，与后来的实际对照；默认用发布自己的历史。"""
    from pipelines.books.export.source import open_marts
    from pipelines.console import print_json
    from pipelines.warehouse.release import find_release
    from pipelines.warnings.verify_source import verify_panel, verify_release

    if (panel is None) != (groups is None):
        raise JiecunError(
            Problem(
                "PANEL_FILE",
                "--panel、--groups",
                "两个文件都给，或都不给",
                "只有一个",
                "补上另一个；都不给则用当前发布的历史",
            ),
            exit_code=EXIT_USAGE,
        )
    if panel is not None and groups is not None:
        with out.status("正在回测…"):
            done = verify_panel(panel, groups)
        source = panel.name
    else:
        found = find_release(request_of(None, warehouse).warehouse, release)
        with closing(open_marts(found.path, MARTS)) as con, out.status("正在回测…"):
            done = verify_release(con)
        source = f"发布 {found.release_id}"
    if as_json:
        print_json({"source": source, **_facts(done)})
        return
    for line in summary(done, source, is_release=panel is None):
        out.print(line, **_PLAIN)


def summary(done: Verified, source: str, *, is_release: bool) -> list[str]:
    """What a verification found, in lines."""
    spending = done.spending
    lines = [
        f"{source}：{len(spending.spends)} 个序列，{spending.month_cnt} 个月；"
        f"{len(spending.origins)} 个起点，起点之前至少24个月"
    ]
    if spending.left_out:
        few = list(spending.left_out.items())[:_NAMED]
        more = "…" if len(spending.left_out) > _NAMED else ""
        named = "、".join(f"{series}（{why}）" for series, why in few)
        lines.append(f"未用的序列 {len(spending.left_out)} 个：{named}{more}")
    lines += ["", "一、支出预测：结存取 4—9 个月、收入取支出的 70%—95%（假设），支出为实际"]
    lines += _result_lines(done.drawn)
    if is_release:
        lines += ["", "二、历次实际预测（实际结存、批准收入）对照后来的账簿"]
        lines += _result_lines(done.real)
        lines.append(
            f"已到期的预测跌破 {done.told_cnt} 次，"
            f"其中到期后一年内（或至今）未跌破 {done.false_cnt} 次"
            if done.told_cnt
            else "没有已到期的跌破预测"
        )
    lines += ["", "实际在24个月以内跌破才计入；起点靠后的，只看得到其后已有的月份。"]
    return lines


def _result_lines(results: tuple[LineResult, ...]) -> list[str]:
    if not results:
        return ["样本太少（n = 0），不给数字"]
    lines = []
    for one in results:
        name = "结存用尽" if one.line == 0 else f"{one.line}个月线"
        if not one.is_enough:
            lines.append(f"{name}：样本太少（n = {one.cases}），不给数字")
            continue
        ratio = "—" if one.ratio is None else f"{one.ratio:.1f} 倍"
        lines.append(
            f"{name}：n = {one.cases}（{one.series} 个序列），平均误差 {one.mae:.1f} 个月"
            f"（结存÷平均赤字 {one.naive_mae:.1f} 个月，精确 {ratio}），"
            f"两个月以内 {one.within_two:.0%}，80%区间覆盖 {one.coverage:.0%}、"
            f"平均宽 {one.width:.1f} 个月，偏差 {one.bias:+.1f} 个月"
        )
        if not one.is_broad:
            said = f"　　只来自 {one.series} 个序列：逐月预测看的是同一次跌破，比例不能当作概率"
            if one.missed:
                series, times = one.missed[0]
                total = sum(count for _, count in one.missed)
                said += f"；区间未覆盖的 {total} 次中 {times} 次在 {series}"
            lines.append(said)
    return lines


def _facts(done: Verified) -> dict[str, Any]:
    def told(results: tuple[LineResult, ...]) -> list[dict[str, Any]]:
        return [
            {"line": one.line, "cases": one.cases, "is_enough": False}
            if not one.is_enough
            else {
                "line": one.line,
                "cases": one.cases,
                "is_enough": True,
                "mae": round(one.mae, 3),
                "naive_mae": round(one.naive_mae, 3),
                "ratio": None if one.ratio is None else round(one.ratio, 3),
                "within_two": round(one.within_two, 4),
                "coverage": round(one.coverage, 4),
                "width": round(one.width, 3),
                "bias": round(one.bias, 3),
                "series": one.series,
                "missed": dict(one.missed),
            }
            for one in results
        ]

    return {
        "series": len(done.spending.spends),
        "months": done.spending.month_cnt,
        "origins": list(done.spending.origins),
        "left_out": dict(done.spending.left_out),
        "drawn": told(done.drawn),
        "real": told(done.real),
        "told_due": done.told_cnt,
        "told_false": done.false_cnt,
    }


_CROSSINGS = """
    select c.series_id, c.ledger_id, c.poolarea_no, p.poolarea_name, c.insutype, c.fund,
        c.period_ym, c.line, c.point_ym, c.early_ym, c.late_ym, c.is_below, c.reserve_amt,
        c.payable_months, c.income_basis, c.growth_pct, c.text_zh
    from fct_forecast_crossing as c
    left join (select distinct poolarea_no, poolarea_name from dim_pooling_area) as p
        on c.poolarea_no = p.poolarea_no
    qualify c.period_ym = max(c.period_ym) over (partition by c.book, c.series_id)
    order by c.book, c.series_id, c.line desc
"""


def _by_series(rows: pl.DataFrame) -> list[dict[str, Any]]:
    out_rows: dict[str, dict[str, Any]] = {}
    for row in rows.iter_rows(named=True):
        one = out_rows.setdefault(
            row["series_id"],
            {
                "series_id": row["series_id"],
                "poolarea_no": row["poolarea_no"],
                "pool_name": row["poolarea_name"] or row["poolarea_no"],
                "insutype": row["insutype"],
                "fund": row["fund"],
                "period_ym": row["period_ym"],
                "reserve_amt": str(row["reserve_amt"]),
                "payable_months": _text(row["payable_months"]),
                "growth_pct": _text(row["growth_pct"]),
                "income_basis": row["income_basis"],
                "lines": [],
                "texts": [],
            },
        )
        one["lines"].append(
            {name: row[name] for name in ("line", "point_ym", "early_ym", "late_ym", "is_below")}
        )
        one["texts"].append(row["text_zh"])
    return list(out_rows.values())


def _text(value: object) -> str | None:
    return None if value is None else f"{value:.2f}"


def _no_pool(pool: str, known: list[str]) -> JiecunError:
    return JiecunError(
        Problem(
            "POOL_UNKNOWN",
            "--pool",
            f"有预测的统筹区：{'、'.join(known) or '没有'}",
            pool,
            "改正统筹区编号",
        ),
        exit_code=EXIT_USAGE,
    )
