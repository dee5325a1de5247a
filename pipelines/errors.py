"""The one shape of an error a person sees: place, excerpt, expected, found, remedy."""

from __future__ import annotations

import errno
from dataclasses import dataclass

EXIT_OK = 0
EXIT_CRASH = 1
EXIT_USAGE = 2
EXIT_CHECK = 3
EXIT_WARNED = 4

_REFUSALS = {
    errno.ENOENT: "没有该文件或文件夹",
    errno.EACCES: "没有权限",
    errno.EPERM: "没有权限",
    errno.EISDIR: "是文件夹，不是文件",
    errno.ENOTDIR: "路径中有一段不是文件夹",
    errno.EEXIST: "已有同名文件",
    errno.ENOSPC: "磁盘已满",
    errno.EDQUOT: "磁盘配额已满",
    errno.EROFS: "文件系统只读",
    errno.EIO: "读写磁盘出错",
    errno.ENAMETOOLONG: "文件名太长",
}


def refusal(error: OSError) -> str:
    """What the system refused, in Chinese; its own words for what is rare."""
    told = _REFUSALS.get(error.errno) if error.errno is not None else None
    return told or error.strerror or type(error).__name__


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with an input, told so that a clerk can mend it.

    ``excerpt`` never holds a person's row value: pass codes, headers, figures or a masked text.
    """

    code: str
    place: str
    expected: str
    found: str
    remedy: str
    excerpt: str = ""

    def render(self) -> str:
        """The lines printed on the terminal and written to the log."""
        lines = [f"错误 {self.code}: {self.place}"]
        if self.excerpt:
            lines.append(f"  原文: {self.excerpt}")
        lines += [f"  应为: {self.expected}", f"  实为: {self.found}", f"  处理: {self.remedy}"]
        return "\n".join(lines)


class JiecunError(Exception):
    """One or more problems that stop the work; nothing was published."""

    def __init__(self, *problems: Problem, exit_code: int = EXIT_CRASH) -> None:
        self.problems = problems
        self.exit_code = exit_code
        super().__init__("\n".join(p.render() for p in problems))
