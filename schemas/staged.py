"""What intake writes beside the accepted rows: the quarantine file of one raw file."""

from __future__ import annotations

from typing import ClassVar

from schemas.columns import Count, Money, Text, count, money, text
from schemas.table import Spec, Table


class Quarantine(Table):
    """One row of a raw file that was not accepted: where it stands, why, and its masked text.

    Known weakness: a line cut into the wrong number of cells is masked whole, since nobody can
    tell which cell holds a person's id.
    """

    _spec: ClassVar[Spec] = Spec(
        zh="隔离行", layer="extract", grain="一个原始文件中一行未被接受的记录一行",
        key=("source_sha", "src_row"), control_amount="control_amt",
        weakness="列数不符的行整行遮盖；原文须凭行号与偏移回原始文件查看",
    )  # fmt: skip

    source_sha: Text = text("原始文件散列")
    source_file: Text = text("原始文件名")
    src_row: Count = count("记录号", note="自1起，表头与空行不计")
    src_line: Count = count("物理行号", note="自1起，含表头")
    byte_offset: Count = count("字节偏移", note="该行首字节在原始文件中的位置")
    line_sha: Text = text("行散列", note="原始行（不含行尾）的带密钥散列，32 位十六进制")
    row_key: Text = text("键值", null=True, note="以分号分隔；读不出时为空。更正行凭它认回")
    disposition: Text = text(
        "去向", note="duplicate 重复 superseded 过时 held 暂挂 quarantined 隔离 out_of_scope 范围外"
    )
    reason: Text = text("主要原因")
    reasons: Text = text("全部原因", note="以分号分隔")
    bad_columns: Text = text("涉及列", null=True, note="以分号分隔")
    control_amt: Money = money("控制金额", null=True, note="可读取时")
    gap_amt: Money = money("差额", null=True, note="AMT_IDENTITY：总额减各部分之和")
    raw_text: Text = text("原文", null=True, note="个人与单位列已遮盖；无法解码的行为 base64")
