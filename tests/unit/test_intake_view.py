"""What ``jiecun intake`` prints fits a terminal of 80 columns and loses nothing of it."""

from __future__ import annotations

from decimal import Decimal
from io import StringIO

from rich.console import Console

from pipelines.intake_view import list_table

ROW = {
    "source_file": "contributions_610000_202301_B001.csv",
    "rows_read": 1316,
    "read_amt": Decimal("35813387.86"),
    "rows_accepted": 1308,
    "accepted_amt": Decimal("35708905.18"),
    "refused_share": "2.53%",
    "open_rows": 8,
    "healed_rows": 2,
    "released_rows": 1,
    "warn_rows": 31,
}


def printed(*rows: dict[str, object]) -> list[str]:
    told = StringIO()
    Console(file=told, width=80).print(list_table(rows))
    return told.getvalue().splitlines()


def test_the_list_names_each_file_whole() -> None:
    cells = [line.split() for line in printed(ROW)]
    assert cells[1] == ["文件", "读入", "接收", "未收", "待处理", "提示"]
    first, second = cells[3], cells[4]
    assert first[0] + second[0] == "contributions_610000_202301_B001.csv"
    assert first[1:] == ["1,316", "行", "1,308", "行", "8", "8", "31"]
    assert second[1:] == ["35,813,387.86", "元", "35,708,905.18", "元", "2.53%", "已更正", "3"]


def test_a_table_without_money_has_rows_only() -> None:
    told = printed({**ROW, "read_amt": None, "accepted_amt": None, "open_rows": 0})
    assert not any("元" in line for line in told)
