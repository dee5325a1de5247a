"""The consolidated statements of each province: summed, eliminated, consolidated, side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.reports.html.text import SCHEMES
from pipelines.reports.notes.model import Notes, Section

if TYPE_CHECKING:
    import duckdb

#: marts that are read where a release has them
MARTS = (
    "fct_consolidated_balance_sheet",
    "fct_consolidated_income_statement",
    "fct_consolidation_difference",
)
_SCOPE = """
select distinct s.province_code, s.province_name, s.insutype, b.book_name
from fct_consolidated_balance_sheet as s
inner join dim_book as b on s.book = b.book
where s.book = $book and s.period_ym = $ym and s.period_type = 'M'
order by s.province_code, s.insutype = 'ALL', s.insutype
"""
_BALANCE = """
select row_name, year_open_amt, close_sum_amt, close_elimination_amt, close_amt
from fct_consolidated_balance_sheet
where book = $book and period_ym = $ym and period_type = $kind and province_code = $province
    and insutype = $scheme
order by row_order, row_code
"""
_INCOME = """
select row_name, case when period_type = 'M' then month_sum_amt else ytd_sum_amt end,
    case when period_type = 'M' then month_elimination_amt else ytd_elimination_amt end,
    case when period_type = 'M' then month_amt else ytd_amt end,
    case when period_type = 'M' then ytd_amt else prior_year_amt end
from fct_consolidated_income_statement
where book = $book and period_ym = $ym and period_type = $kind and province_code = $province
    and insutype = $scheme
order by row_order, row_code
"""
_DIFFERENCE = """
select kind_zh, payer_ledger_id, payee_ledger_id, payer_amt, payee_amt, diff_amt, reason_zh
from fct_consolidation_difference
where book = $book and period_ym = $ym and province_code = $province
    and $scheme in ('ALL', insutype)
order by all
"""
_BALANCE_HEAD = ("项目", "年初余额（合并）", "期末汇总", "期末抵销", "期末余额（合并）")
_INCOME_HEAD = {
    "M": ("项目", "本月汇总", "本月抵销", "本月数（合并）", "本年累计数（合并）"),
    "Y": ("项目", "本年汇总", "本年抵销", "本年数（合并）", "上年数（合并）"),
}
_DIFFERENCE_HEAD = ("业务", "付款账套", "收款账套", "付款方", "收款方", "差额", "原因")


def load_consolidated(
    con: duckdb.DuckDBPyConnection, period_ym: int, *, book: str, release_id: str
) -> list[Notes]:
    """The consolidated papers of a month (December: the year too), one a province and scheme.

    Empty where ``con`` lacks the marts. Differences between the two sides are listed, not netted.
    """
    tables = {
        row[0] for row in con.execute("select table_name from information_schema.tables").fetchall()
    }
    if not set(MARTS) <= tables:
        return []
    asked: dict[str, str | int] = {"book": book, "ym": period_ym}
    out = []
    for province, name, scheme, book_name in con.execute(_SCOPE, asked).fetchall():
        told = {**asked, "province": province, "scheme": scheme}
        sections = []
        for kind, word in (("M", "月报"), ("Y", "年报")):
            if kind == "Y" and period_ym % 100 != 12:
                continue
            rows = con.execute(_BALANCE, {**told, "kind": kind}).fetchall()
            sections.append(Section(f"资产负债表（{word}）", (), _BALANCE_HEAD, tuple(rows)))
            rows = con.execute(_INCOME, {**told, "kind": kind}).fetchall()
            sections.append(Section(f"收支表（{word}）", (), _INCOME_HEAD[kind], tuple(rows)))
        rows = con.execute(_DIFFERENCE, told).fetchall()
        listed = "双方不一致的，列示而不抵销。" if rows else "双方全部一致。"
        head = _DIFFERENCE_HEAD if rows else ()
        sections.append(Section("内部往来差异", (listed,), head, tuple(rows)))
        out.append(
            Notes(
                release_id,
                book,
                book_name,
                f"{province}-{scheme}",
                province,
                name,
                scheme,
                "职工、居民合并" if scheme == "ALL" else SCHEMES.get(scheme, scheme),
                period_ym,
                tuple(sections),
                "合并会计报表",
                "合并报表",
            )
        )
    return out
