"""Runs the score's SQL, the same files as a run does, over any ``score_panel``."""

from __future__ import annotations

import re
import shutil
import tempfile
from dataclasses import replace
from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.engine.graph import load_models, plan
from pipelines.engine.rules import load_rules
from pipelines.engine.runner import run_models
from pipelines.errors import EXIT_USAGE, JiecunError, Problem, refusal
from pipelines.paths import RULES, TRANSFORMS
from schemas.rule_warnings import RuleScore
from schemas.table import by_name

if TYPE_CHECKING:
    import duckdb

    from pipelines.engine.graph import Model

RULE_FILE = RULES / "rule_score.csv"
_FAR = date(9999, 12, 31)


@cache
def score_plan() -> tuple[Model, ...]:
    """The models ``sco_*`` in the order they run over ``score_panel`` and ``rule_score``."""
    models = [m for m in load_models(TRANSFORMS) if m.name.startswith("sco_")]
    return plan(models, {"score_panel", "rule_score"})


def run_score(con: duckdb.DuckDBPyConnection) -> None:
    """Make every ``sco_*`` table; ``score_panel`` and ``rule_score`` must be there.

    Raises JiecunError with the file where SQL fails.
    """
    run_models(con, score_plan())


def load_limits(con: duckdb.DuckDBPyConnection, file: Path | None = None) -> None:
    """Make ``rule_score`` from the project's limits, or from ``file`` of the same form.

    Raises JiecunError: a file that is not of the form (``RULES_BROKEN``), a limit that nothing
    reads, one that is missing, or two rows in force on one day (``RULES_UNUSED``).
    """
    source = file or RULE_FILE
    with tempfile.TemporaryDirectory(prefix="jiecun-limits-") as folder:
        try:
            shutil.copyfile(source, Path(folder, RULE_FILE.name))
        except OSError as exc:
            raise _unreadable(source, exc) from None
        try:
            load_rules(con, Path(folder), by_name((RuleScore,)))
        except JiecunError as exc:
            raise _placed(exc, source) from None
    problems = limit_problems(con, source.name)
    if problems:
        con.execute("DROP TABLE rule_score")
        raise JiecunError(*problems, exit_code=EXIT_USAGE)


@cache
def limit_ids() -> frozenset[str]:
    """The limits that the SQL reads."""
    sql = (TRANSFORMS / "warnings" / "sco_limit.sql").read_text(encoding="utf-8")
    return frozenset(re.findall(r"limit_id = '([a-z_]+)'", sql))


def limit_problems(con: duckdb.DuckDBPyConnection, name: str) -> list[Problem]:
    """What is wrong with the rows of ``rule_score``, told as of the file ``name``."""
    rows = con.execute(
        "SELECT limit_id, rule_id, valid_from, valid_to FROM rule_score ORDER BY ALL"
    ).fetchall()
    known = limit_ids()
    found = {row[0] for row in rows}
    problems = [
        Problem("RULES_UNUSED", name, "得分读取的限额", f"没有用到的限额 {one}", "删去或改正该行")
        for one in sorted(found - known)
    ]
    problems += [
        Problem("RULES_UNUSED", name, "得分读取的限额齐全", f"缺少限额 {one}", "补上该行")
        for one in sorted(known - found)
    ]
    problems += [
        Problem("RULES_UNUSED", name, "规则编号 W-22、W-23、W-24", str(row[1]), "改正规则编号")
        for row in rows
        if row[1] not in ("W-22", "W-23", "W-24")
    ]
    for before, after in pairwise(rows):
        if before[0] == after[0] and (before[3] or _FAR) >= after[2]:
            problems.append(
                Problem(
                    "RULES_UNUSED",
                    name,
                    "同一限额的生效期不重叠",
                    f"{before[0]} 自 {after[2]} 起重叠",
                    "给旧行填失效日期",
                )
            )
    return problems


def _placed(error: JiecunError, source: Path) -> JiecunError:
    """The same problems at the file that was given."""
    at = f"transforms/rules/{RULE_FILE.name}"
    return JiecunError(
        *(replace(p, place=p.place.replace(at, source.name)) for p in error.problems),
        exit_code=EXIT_USAGE,
    )


def _unreadable(source: Path, error: OSError) -> JiecunError:
    return JiecunError(
        Problem("RULES_FILE", str(source), "可读的规则文件", refusal(error), "检查路径与权限"),
        exit_code=EXIT_USAGE,
    )
