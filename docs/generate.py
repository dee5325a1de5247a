"""Writes the generated pages of ``docs/`` from the declarations, the rules and the check files.

``python docs/generate.py`` from the checkout; a test compares the pages with what it would write.
"""

from __future__ import annotations

import ast
import csv
import re
import sys
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from pipelines.engine.graph import check_header, load_models  # noqa: E402
from pipelines.reports.dictionary import dictionary_html  # noqa: E402
from schemas.columns import KIND_REASON  # noqa: E402
from schemas.extracts import EXTRACTS  # noqa: E402
from schemas.marts import LIVE, MARTS  # noqa: E402
from schemas.table import Declaration, by_name  # noqa: E402

_HEAD = "<!-- written by docs/generate.py: change the declaration, not this page -->\n\n"
_DISPOSITION = {"Q": "隔离", "H": "暂挂", "O": "范围外", "W": "只计数"}
_MARKERS = ("event", "mechanism")
#: events that are no entry, mechanisms that other parts of the product build or that are planned
_EXEMPT = {"memo": "只动明细，无凭证", "elsewhere": "另行建设", "planned": "计划中"}
_LOOKUP = {"quarantined": "隔离", "held": "暂挂", "out_of_scope": "范围外"}


def pages() -> dict[str, str]:
    """File name → text of every generated page."""
    return {
        "checks.md": _HEAD + checks_page(),
        "posting.md": _HEAD + posting_page(),
        "accounting.md": _HEAD + accounting_page(shown_by(ROOT / "tests")),
        "extracts.md": _HEAD + extracts_page(),
        "dictionary.md": _HEAD + dictionary_page(),
        "dictionary.html": dictionary_html(),
    }


def checks_page() -> str:
    """Every check: what it says, and what would go unseen without it."""
    rows = []
    for model in load_models(ROOT / "transforms"):
        if model.layer == "checks":
            told = check_header(model)
            rows.append(
                (told.check_id, told.severity, told.title, model.grain, told.guards, model.name)
            )
    head = (
        "# Checks\n\n"
        "Each check tells, for every instance, what is expected and what is found; it fails where "
        "the two differ in the last fen or one is missing, and is *not applicable* where there was "
        "nothing to test. H stops the release, S is reported.\n\n"
    )
    body = _table(
        ("check", "", "law", "tested per", "without it", "file"),
        [(c, s, t, g, w, f"`transforms/checks/{n}.sql`") for c, s, t, g, w, n in sorted(rows)],
    )
    return head + body


def posting_page() -> str:
    """Events and entries, from the posting rules."""
    with (ROOT / "transforms/rules/rule_posting.csv").open(encoding="utf-8", newline="") as file:
        rules = list(csv.DictReader(file))
    with (ROOT / "transforms/rules/rule_account.csv").open(encoding="utf-8", newline="") as file:
        names = {
            (r["insutype"], r["account_code"]): r["account_name"] for r in csv.DictReader(file)
        }

    def account(rule: dict[str, str], column: str) -> str:
        code = rule[column]
        if code == "@BANK":
            return "收付账户"
        return f"{code} {names[rule['scheme'], code]}"

    head = (
        "# Posting rules\n\n"
        "One row of `transforms/rules/rule_posting.csv` each. 收付账户 is the bank account of the "
        "event. E110 (期末结转) takes every account with `closes_to` in `rule_account.csv`. "
        "Benefits post when they are paid; opening balances and decisions come as manual "
        "vouchers.\n\n"
    )
    body = _table(
        ("event", "险种", "key", "借", "贷", "基金", "依据"),
        [
            (
                r["event_code"],
                r["scheme"],
                f"`{r['posting_key']}`",
                account(r, "debit_account"),
                account(r, "credit_account"),
                r["fund"],
                r["source"],
            )
            for r in sorted(rules, key=lambda r: (_event_order(r["event_code"]), r["rule_id"]))
        ],
    )
    return head + body


def _event_order(code: str) -> tuple[int, str]:
    """E05 before E05s before E10."""
    digits = code[1:].rstrip("abs")
    return int(digits), code


def accounting_page(shown: dict[str, list[str]]) -> str:
    """Events and mechanisms, each with the tests that show it (``shown``: code → test ids)."""
    head = (
        "# Accounting events and mechanisms\n\n"
        "Each line names the tests that show it: those marked `@pytest.mark.event(…)` and "
        "`@pytest.mark.mechanism(…)`. A built event or mechanism without a test fails "
        "`tests/unit/test_accounting_table.py`. How events post: [posting.md](posting.md).\n\n"
    )
    events = _table(
        ("event", "事项", "账簿", "入账来源", "状态", "依据", "tests"),
        [
            (
                row["event_code"],
                row["event_name"],
                row["books"].replace(";", "、") or "全部",
                row["source_kind"],
                row["status"] if row["status"] == "built" else _EXEMPT[row["status"]],
                row["source"],
                _tests(shown.get(row["event_code"], [])),
            )
            for row in _rows("transforms/rules/rule_event.csv")
        ],
    )
    mechanisms = _table(
        ("id", "机制", "mechanism", "状态", "tests"),
        [
            (
                row["mechanism"],
                row["name"],
                row["name_en"],
                row["status"] if row["status"] == "built" else _EXEMPT[row["status"]],
                _tests(shown.get(row["mechanism"], [])),
            )
            for row in _rows("docs/mechanisms.csv")
        ],
    )
    return f"{head}## Events\n\n{events}\n## Mechanisms\n\n{mechanisms}"


def shown_by(tests: Path) -> dict[str, list[str]]:
    """Code → ids of the tests below ``tests`` that carry it in a marker, in order of file and line.

    Raises ValueError for a marker that is not on a test function, or whose codes are no literals:
    its test would be missing from the page without a word.
    """
    out: dict[str, list[str]] = defaultdict(list)
    for path in sorted(tests.rglob("test_*.py")):
        module = ast.parse(path.read_text(encoding="utf-8"))
        markers = {id(call) for node in ast.walk(module) for call in _marker_calls(node)}
        for node in module.body:
            if not isinstance(node, ast.FunctionDef) or not node.name.startswith("test_"):
                continue
            name = f"{path.relative_to(tests).as_posix()}::{node.name}"
            for call in (c for d in node.decorator_list for n in ast.walk(d)
                         for c in _marker_calls(n)):  # fmt: skip
                markers.discard(id(call))
                for code in _codes(call, path):
                    if name not in out[code]:
                        out[code].append(name)
        if markers:
            raise ValueError(f"{path.name}: a marker that is on no test function")
    return dict(out)


def missing(shown: dict[str, list[str]]) -> list[str]:
    """Built codes that no test shows, and marked codes that no table knows."""
    status = {row["event_code"]: row["status"] for row in _rows("transforms/rules/rule_event.csv")}
    status |= {row["mechanism"]: row["status"] for row in _rows("docs/mechanisms.csv")}
    untested = [code for code, told in status.items() if told not in _EXEMPT and code not in shown]
    return untested + sorted(f"{code}?" for code in shown.keys() - status.keys())


def _marker_calls(node: ast.AST) -> list[ast.Call]:
    """The node itself where it is ``pytest.mark.event(…)`` or ``pytest.mark.mechanism(…)``."""
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Attribute(attr="mark"), attr=name)) if (
            name in _MARKERS
        ):
            return [node]
    return []


def _codes(call: ast.Call, path: Path) -> list[str]:
    codes = [arg.value for arg in call.args if isinstance(arg, ast.Constant)]
    if len(codes) < len(call.args) or call.keywords or not codes:
        raise ValueError(f"{path.name}:{call.lineno}: codes must be literals")
    return [str(code) for code in codes]


def _tests(names: list[str]) -> str:
    return "<br>".join(f"`{name}`" for name in names) or "—"


def _rows(name: str) -> list[dict[str, str]]:
    with (ROOT / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def extracts_page() -> str:
    """Columns, rules and refusal reasons of every extract."""
    same = ("ratio", "number", "stamp")
    reasons = "、".join(f"`{r}` {k}" for k, r in KIND_REASON.items() if k not in same)
    parts = [
        "# Extracts\n\n"
        "Files are named `{table}_{area}_{yyyymm}_{batch}.csv`: UTF-8 (or GB18030), comma, header "
        "row. A cell that cannot be read as its kind is refused with: "
        f"{reasons}. An empty cell that must be filled: `REQUIRED_MISSING` (`REGION_MISSING` for "
        "`insu_admdvs`). Wrong number of fields: `COL_COUNT`; bytes of no encoding: "
        "`ENC_INVALID`. Over the rows of all files: `DUP_EXACT` (counted as duplicate), "
        "`DUP_CONFLICT`, `SUPERSEDED_OLD`, `ORPHAN_REVERSAL` (held), `VOUCHER_UNBALANCED`, "
        "`VOUCHER_INCOMPLETE`.\n"
    ]
    parts += [_extract(decl) for decl in by_name(EXTRACTS).values()]
    parts.append(_set_rules())
    return "\n".join(parts)


def _set_rules() -> str:
    """The rules over sets of accepted rows, from the SQL that tests them."""
    with (ROOT / "transforms/rules/rule_reason.csv").open(encoding="utf-8", newline="") as file:
        reasons = {r["reason"]: r for r in csv.DictReader(file)}
    with (ROOT / "transforms/rules/rule_intake.csv").open(encoding="utf-8", newline="") as file:
        limits = {r["limit_id"]: r for r in csv.DictReader(file)}
    rules, used = [], set()
    for model in load_models(ROOT / "transforms"):
        words = re.findall(r"'(\w+)'", model.sql) if model.name.startswith("set_") else []
        used |= limits.keys() & set(words)
        for reason in dict.fromkeys(word for word in words if word in reasons):
            told = reasons[reason]
            rules.append((f"`{reason}`", told["reason_zh"], told["remedy_zh"], f"`{model.name}`"))
    head = (
        "## Rules over sets of rows\n\n"
        "Tested on the accepted rows of all files at every run, never refused: "
        "`fct_contract_rate` tells how often, `fct_contract_hit` which row of which file to look "
        "at. What neighbouring rows that were not delivered would decide is counted as undecided, "
        "outside the rate. Rules of one row are counted per file in `fct_intake_rule`.\n\n"
    )
    return (
        head
        + _table(("规则", "含义", "处理办法", "model"), sorted(rules))
        + "\n"
        + _table(
            ("限额", "含义", "取值", "起", "依据"),
            [
                (f"`{name}`", r["limit_zh"], r["value"] + r["unit"], r["valid_from"], r["source"])
                for name, r in sorted(limits.items())
                if name in used
            ],
        )
    )


def dictionary_page() -> str:
    """Every mart with its columns."""
    parts = ["# Marts\n"]
    for decl in by_name((*MARTS, *LIVE)).values():
        parts.append(f"## `{decl.name}` {decl.spec.zh}\n\n粒度：{decl.spec.grain}\n")
        if decl.spec.weakness:
            parts.append(f"弱点：{decl.spec.weakness}\n")
        parts.append(_columns(decl))
    return "\n".join(parts)


def _extract(decl: Declaration) -> str:
    rules = [(f"`{r.reason}`", _DISPOSITION[r.severity], r.zh) for r in decl.spec.rules]
    rules += [(f"`{r.reason}`", _LOOKUP[r.disposition], r.zh) for r in decl.spec.lookups]
    text = f"## `{decl.name}` {decl.spec.zh}\n\n粒度：{decl.spec.grain}\n\n"
    if decl.spec.weakness:
        text += f"弱点：{decl.spec.weakness}\n\n"
    text += _columns(decl)
    if rules:
        text += "\n" + _table(("原因", "处置", "规则"), rules)
    return text


def _columns(decl: Declaration) -> str:
    rows = []
    for col in decl.columns:
        note = "；".join(
            part
            for part in (
                "键" if col.name in decl.spec.key else "",
                "可缺列" if col.meta.optional else "",
                f"别名 {'、'.join(col.meta.aliases)}" if col.meta.aliases else "",
                f"入库后为 `{col.staged_name}`" if col.meta.hash_domain else "",
                col.meta.note,
            )
            if part
        )
        rows.append(
            (f"`{col.name}`", col.meta.zh, col.sql_type, col.meta.unit,
             "" if col.nullable else "必填", note)
        )  # fmt: skip
    return _table(("列", "中文名", "类型", "单位", "", "说明"), rows)


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(c.replace("|", "\\|") for c in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    for name, text in pages().items():
        (ROOT / "docs" / name).write_text(text, encoding="utf-8")
