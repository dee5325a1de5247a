"""Report files: written whole, and told with a remedy where that fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.errors import JiecunError, Problem, refusal

if TYPE_CHECKING:
    from pathlib import Path


def write_report(path: Path, content: bytes | str) -> Path:
    """Write a workbook's bytes or a page's text (UTF-8, line feeds); its folder is made.

    Raises JiecunError ``REPORT_WRITE``.
    """
    data = content.encode() if isinstance(content, str) else content
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    except OSError as exc:
        remedy = "检查磁盘空间与目录权限；文件在 Excel 中打开时先关闭"
        found = refusal(exc)
        raise JiecunError(
            Problem("REPORT_WRITE", str(path), "能写入报表文件", found, remedy)
        ) from None
    return path
