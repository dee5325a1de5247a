"""The graph of models, read from the SQL itself: what each reads, and in which order they run."""

from __future__ import annotations

import gc
import re
from collections.abc import Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING, Literal

from pipelines.engine.parse import NotPlainSql, header, line_of, parse_select
from pipelines.errors import JiecunError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from collections.abc import Set as AbstractSet
    from pathlib import Path

#: the folders of ``transforms``, left to right; a layer reads its own tables and those to its left
LAYERS = (
    "staging",
    "journal",
    "ledger",
    "statements",
    "metrics",
    "warnings",
    "marts",
    "checks",
)
_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
_CHECK_KEYS = ("check", "severity", "title", "guards")


@dataclass(frozen=True)
class Model:
    """One SQL file: its name is the table it makes, its folder is the layer."""

    name: str
    layer: str
    path: Path
    sql: str
    #: tables read, in lower case; CTEs are not among them
    reads: frozenset[str]
    #: what one row is, from ``-- grain: …`` on line 1
    grain: str
    #: names given to CTEs, in lower case
    ctes: frozenset[str] = frozenset()

    @property
    def is_view(self) -> bool:
        """Line 2 is ``-- view``: nothing is materialised."""
        lines = self.sql.splitlines()
        return len(lines) > 1 and lines[1].strip() == "-- view"

    def place(self, line: int = 0) -> str:
        """``transforms/<layer>/<name>.sql[:line]``, the same on every machine."""
        return f"transforms/{self.layer}/{self.name}.sql" + (f":{line}" if line else "")


@dataclass(frozen=True)
class CheckHeader:
    """The head of a check file."""

    check_id: str
    severity: Literal["H", "S"]
    title: str
    guards: str


def load_models(root: Path) -> tuple[Model, ...]:
    """Read every model under ``root`` (the ``transforms`` folder), by layer and name.

    Raises JiecunError with every problem found: not one SELECT, SQL that does not parse, I/O in a
    table function, no grain line, a bad or double name, ``SELECT *`` in marts, a check without its
    header or with another's id.
    """
    models: list[Model] = []
    problems: list[Problem] = []
    with _collector_paused():
        for path in sorted(root.rglob("*.sql")):
            model, found = _load(root, path)
            problems += found
            if model:
                models.append(model)
    problems += _double_names(models)
    problems += _double_check_ids(models)
    if problems:
        raise JiecunError(*problems)
    return tuple(sorted(models, key=lambda m: (LAYERS.index(m.layer), m.name)))


def plan(
    models: Iterable[Model], inputs: Mapping[str, str] | AbstractSet[str]
) -> tuple[Model, ...]:
    """The models in the order they run: by layer, then by dependency, then by name.

    ``inputs`` are the tables bound from outside (rules, staged, reference views): a set of names,
    or name → layer where an input belongs to a layer ('' where it may be read by all).
    Raises JiecunError with every duplicate name, shadowing CTE, unknown table, read to the right
    and cycle.
    """
    chosen = tuple(models)
    bound = inputs if isinstance(inputs, Mapping) else dict.fromkeys(inputs, "")
    layer_of = {name.lower(): layer for name, layer in bound.items()}
    problems = _double_names(chosen, frozenset(layer_of))
    layer_of |= {m.name: m.layer for m in chosen}
    for model in chosen:
        problems += _shadows(model, layer_of)
        problems += _bad_reads(model, layer_of)
    problems += _cycle(chosen)
    if problems:
        raise JiecunError(*problems)
    depth = _depths(chosen)
    return tuple(sorted(chosen, key=lambda m: (LAYERS.index(m.layer), depth[m.name], m.name)))


def check_header(model: Model) -> CheckHeader:
    """The head of a check; raises JiecunError where a line is missing or not as agreed."""
    keys = header(model.sql)
    missing = [key for key in _CHECK_KEYS if key not in keys]
    severity = keys.get("severity", "")
    if missing or severity not in ("H", "S"):
        found = f"缺少 {'、'.join(missing)}" if missing else f"severity: {severity}"
        raise JiecunError(
            Problem(
                "SQL_CHECK_HEADER",
                model.place(1),
                "文件头依次写 grain、check、severity（H 或 S）、title、guards",
                found,
                "补全文件头",
            )
        )
    return CheckHeader(
        keys["check"], "H" if severity == "H" else "S", keys["title"], keys["guards"]
    )


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Parsing builds many small live objects; without the collector it takes a third less time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _load(root: Path, path: Path) -> tuple[Model | None, list[Problem]]:
    parts = path.relative_to(root).parts
    layer, name = parts[0], path.stem
    place = "transforms/" + "/".join(parts)
    if len(parts) != 2 or layer not in LAYERS:
        expected = f"transforms/<层>/<表名>.sql，层为 {'、'.join(LAYERS)}"
        return None, [Problem("SQL_PLACE", place, expected, place, "把文件移到它所属的层")]
    if not _NAME.fullmatch(name):
        expected = "小写字母、数字、下划线，字母开头"
        return None, [Problem("SQL_NAME", place, expected, name, "改文件名")]
    return _read(layer, name, path)


def _read(layer: str, name: str, path: Path) -> tuple[Model | None, list[Problem]]:
    place = f"transforms/{layer}/{name}.sql"
    problems: list[Problem] = []
    try:
        sql = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None, [Problem("SQL_SYNTAX", place, "UTF-8 文本", "其他编码", "另存为 UTF-8")]
    first = sql.split("\n", 1)[0]
    grain = header(first).get("grain", "")
    if not grain:
        problems.append(
            Problem(
                "SQL_GRAIN",
                f"{place}:1",
                "第一行写 -- grain: 一行代表什么",
                "没有 grain 行",
                "在第一行写明粒度",
                excerpt=first[:80],
            )
        )
    try:
        parsed = parse_select(sql)
    except NotPlainSql as exc:
        problems.append(
            Problem(
                exc.code,
                f"{place}:{exc.line}",
                exc.expected,
                exc.found,
                "改这个 SQL 文件",
                excerpt=_line(sql, exc.line),
            )
        )
        return None, problems
    if layer == "marts" and parsed.star_line:
        problems.append(
            Problem(
                "SQL_STAR",
                f"{place}:{parsed.star_line}",
                "集市逐列写明，不用 SELECT *",
                "SELECT *",
                "列出每一列",
                excerpt=_line(sql, parsed.star_line),
            )
        )
    model = Model(name, layer, path, sql, parsed.reads, grain, parsed.ctes)
    if layer == "checks":
        try:
            check_header(model)
        except JiecunError as exc:
            problems += exc.problems
    return model, problems


def _line(sql: str, number: int) -> str:
    lines = sql.splitlines()
    return lines[number - 1].strip()[:120] if 0 < number <= len(lines) else ""


def _double_names(models: Sequence[Model], inputs: frozenset[str] = frozenset()) -> list[Problem]:
    problems: list[Problem] = []
    seen: dict[str, str] = {name: f"输入 {name}" for name in inputs}
    for model in models:
        if model.name in seen:
            problems.append(
                Problem(
                    "SQL_DUPLICATE",
                    model.place(),
                    "表名在所有层与输入中唯一",
                    f"{model.name} 已由 {seen[model.name]} 占用",
                    "给其中一个改名",
                )
            )
        seen.setdefault(model.name, model.place())
    return problems


def _double_check_ids(models: Sequence[Model]) -> list[Problem]:
    problems: list[Problem] = []
    seen: dict[str, str] = {}
    for model in models:
        check_id = header(model.sql).get("check", "") if model.layer == "checks" else ""
        if check_id and check_id in seen:
            problems.append(
                Problem(
                    "SQL_DUPLICATE",
                    model.place(),
                    "检查编号唯一",
                    f"{check_id} 已由 {seen[check_id]} 占用",
                    "换一个检查编号",
                )
            )
        seen.setdefault(check_id, model.place())
    return problems


def _shadows(model: Model, known: Mapping[str, str]) -> list[Problem]:
    return [
        Problem(
            "SQL_CTE_SHADOWS",
            model.place(line_of(model.sql, name)),
            "CTE 名不与任何表或输入同名",
            f"CTE {name} 遮住了同名的表",
            "给 CTE 改名",
            excerpt=_line(model.sql, line_of(model.sql, name)),
        )
        for name in sorted(model.ctes & known.keys())
    ]


def _bad_reads(model: Model, layer_of: Mapping[str, str]) -> list[Problem]:
    problems: list[Problem] = []
    for name in sorted(model.reads):
        line = line_of(model.sql, name)
        place, excerpt = model.place(line), _line(model.sql, line)
        if name not in layer_of:
            problems.append(
                Problem(
                    "SQL_UNKNOWN_TABLE",
                    place,
                    "模型、规则表或绑定的输入",
                    f"没有名为 {name} 的表",
                    "改正表名，或把它列为输入",
                    excerpt=excerpt,
                )
            )
        elif layer_of[name] in LAYERS and LAYERS.index(layer_of[name]) > LAYERS.index(model.layer):
            problems.append(
                Problem(
                    "SQL_READS_RIGHT",
                    place,
                    f"{model.layer} 层只读本层及左边各层",
                    f"读了 {layer_of[name]} 层的 {name}",
                    "把所需的步骤移到左边的层，或把本模型移到右边的层",
                    excerpt=excerpt,
                )
            )
    return problems


def _cycle(models: Sequence[Model]) -> list[Problem]:
    names = {m.name: m for m in models}
    try:
        TopologicalSorter(
            {m.name: sorted(m.reads & names.keys()) for m in sorted(models, key=lambda m: m.name)}
        ).prepare()
    except CycleError as exc:
        ring = [str(name) for name in exc.args[1]]
        return [
            Problem(
                "SQL_CYCLE",
                names[ring[0]].place(),
                "表之间没有环",
                " → ".join(ring),
                "把共用的一步拆成单独的模型",
            )
        ]
    return []


def _depths(models: Sequence[Model]) -> dict[str, int]:
    """Longest chain of reads within a model's own layer."""
    names = {m.name: m for m in models}

    @cache
    def depth(name: str) -> int:
        model = names[name]
        same = [r for r in model.reads if r in names and names[r].layer == model.layer]
        return 1 + max((depth(r) for r in same), default=-1)

    return {name: depth(name) for name in names}
