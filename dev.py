"""Set up and run the checkout; needs nothing but Python 3.11 or newer.

python3 dev.py run [选项]         安装, 没有原始文件时生成演示数据, 然后运行 jiecun run
python3 dev.py test [种类|选项]   测试: unit spec golden property e2e, 或任意 pytest 选项
python3 dev.py check              ruff, ruff format, mypy; 只检查, 不改文件
python3 dev.py lock               重新生成 requirements.lock (需要 uv)
python3 dev.py bench [名称 ...]   运行 benchmarks/ 下的测量
"""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

# An older Python must get as far as this: no newer syntax in this file, and no annotation that it
# cannot evaluate above this line.
MIN_PYTHON = (3, 11)
if sys.version_info[:2] < MIN_PYTHON:
    sys.stderr.write(
        "dev.py: 需要 Python {}.{} 或更新的版本 (needs it or newer); 现为 {}.{}: {}\n".format(
            *MIN_PYTHON, *sys.version_info[:2], sys.executable
        )
    )
    sys.exit(2)

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
LOCK = ROOT / "requirements.lock"
PROJECT = ROOT / "pyproject.toml"
EXTRACTS = ROOT / "data" / "raw" / "extracts"
TEST_KINDS = ("unit", "spec", "golden", "property", "e2e")
USAGE = 2

CHILD_ENV = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_CLOUD_ENABLE_ORCHESTRATION_TELEMETRY": "false",
    "PREFECT_TELEMETRY_ENABLE_RESOURCE_METRICS": "false",
    "PYTHONUTF8": "1",
    "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    "PIP_NO_INPUT": "1",
    "PIP_USER": "0",
}


class Stop(Exception):
    """The work ends here: one line for the person and an exit code."""

    def __init__(self, message: str, code: int = USAGE) -> None:
        super().__init__(message)
        self.code = code


def say(message: str) -> None:
    print(f"dev.py: {message}", flush=True)


def child_env() -> dict[str, str]:
    """The caller's environment, index settings included, with telemetry off and UTF-8 on."""
    env = {**os.environ, **CHILD_ENV}
    env.pop("PYTHONHOME", None)
    return env


def call(command: list[str]) -> int:
    """Run one command in the checkout and return its exit code (128 + n for signal n)."""
    code = subprocess.run(command, cwd=ROOT, env=child_env(), check=False).returncode
    return code if code >= 0 else 128 - code


def quiet_ok(command: list[str]) -> bool:
    """Whether a command exists and succeeds; its output is dropped."""
    try:
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=child_env(),
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    except OSError:
        return False
    return done.returncode == 0


def tool(name: str) -> Path:
    """A program inside .venv, on Windows too."""
    return VENV / "Scripts" / f"{name}.exe" if os.name == "nt" else VENV / "bin" / name


def python() -> str:
    return str(tool("python"))


# --- setting up ---------------------------------------------------------------------------------


def create_venv() -> None:
    """Make .venv unless a working one is there; without pip where ensurepip is missing."""
    too_old = f"import sys; sys.exit(sys.version_info[:2] < {MIN_PYTHON})"
    if quiet_ok([python(), "-c", too_old]):
        return
    say("建立 .venv")
    make = [sys.executable, "-m", "venv", "--clear"]
    if importlib.util.find_spec("ensurepip") and quiet_ok([*make, str(VENV)]):
        return
    if not quiet_ok([*make, "--without-pip", str(VENV)]):
        raise Stop(
            "无法建立 .venv: 目录须可写, Python 须带 venv 模块 (Debian/Ubuntu: python3-venv)"
        )


def find_installer() -> list[str]:
    """The start of an install command that writes into .venv.

    Order: pip of .venv, pip of this Python, pip on the PATH, uv on the PATH; pip first because it
    reads the user's pip settings.
    """
    if quiet_ok([python(), "-m", "pip", "--version"]):
        return [python(), "-m", "pip", "install"]
    on_path = filter(None, map(shutil.which, ("pip", "pip3")))
    for pip in ([sys.executable, "-m", "pip"], *([path] for path in on_path)):
        if quiet_ok([*pip, "--python", python(), "--version"]):
            return [*pip, "--python", python(), "install"]
    uv = shutil.which("uv")
    if uv:
        return [uv, "pip", "install", "--python", python()]
    raise Stop(
        "找不到安装工具: 请装上 ensurepip (Debian/Ubuntu: python3-venv), "
        "或让 pip (22.3 以上) 或 uv 出现在 PATH 上, 然后重试"
    )


def fingerprint() -> str:
    """Changes when the installed packages no longer fit the checkout."""
    digest = hashlib.sha256(f"{ROOT}\n".encode())
    for file in (LOCK, PROJECT):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def set_up() -> None:
    """Make .venv hold exactly what the lock asks for, and the project itself, editable."""
    stamp = VENV / "jiecun.stamp"
    create_venv()
    wanted = fingerprint()
    if stamp.is_file() and stamp.read_text(encoding="ascii").strip() == wanted:
        return
    stamp.unlink(missing_ok=True)
    install = find_installer()
    say("安装 requirements.lock 中的软件包")
    # The lock names every package, so nothing is left to resolve; pip, left to resolve, asks for
    # hashes of versions that the lock does not name where a package is wanted with an extra.
    code = call([*install, "--no-deps", "--require-hashes", "-r", str(LOCK)])
    if code:
        raise Stop("软件包安装失败: 原因见上; 核对网络和 pip/uv 的软件源设置后重试", code)
    say("安装本项目")
    # A second call: hash mode refuses an editable project.
    code = call([*install, "--no-deps", "--no-build-isolation", "-e", str(ROOT)])
    if code:
        raise Stop("本项目安装失败: 原因见上", code)
    stamp.write_text(wanted + "\n", encoding="ascii")


# --- commands -----------------------------------------------------------------------------------


def run(args: list[str]) -> int:
    set_up()
    jiecun = [python(), "-m", "pipelines.cli"]
    own_input = any(a in ("-h", "--help", "--raw") or a.startswith("--raw=") for a in args)
    if not own_input and not any(EXTRACTS.glob("*.csv")):
        say("data/raw/extracts 中没有原始文件: 生成演示数据")
        code = call([*jiecun, "demo"])
        if code:
            return code
    return call([*jiecun, "run", *args])


def test(args: list[str]) -> int:
    set_up()
    if args and args[0] in TEST_KINDS:
        args = [f"tests/{args[0]}", *args[1:]]
    elif not any((ROOT / a.split("::")[0]).exists() for a in args if not a.startswith("-")):
        # The whole suite takes minutes: a worker more than there are cores, as some tests wait for
        # a scheduler's minute; the tests of one file stay together, in the order of the folders
        # (e2e, the longest, first).
        count = str((os.cpu_count() or 1) + 1)
        workers = ["-n", count, "--dist", "loadfile", "--no-loadscope-reorder"]
        args = [*workers, "tests", *args]
    return call([python(), "-m", "pytest", *args])


def check(args: list[str]) -> int:
    if args:
        raise Stop("check 没有选项")
    set_up()
    steps = {
        "ruff check": ["ruff", "check", "."],
        "ruff format": ["ruff", "format", "--check", "."],
        "mypy": ["mypy"],
    }
    failed = []
    for name, command in steps.items():
        say(name)
        if call([python(), "-m", *command]):
            failed.append(name)
    say("未通过: " + ", ".join(failed) if failed else "全部通过")
    return 1 if failed else 0


def lock(args: list[str]) -> int:
    if args:
        raise Stop("lock 没有选项")
    own = tool("uv")
    uv = shutil.which("uv") or (str(own) if own.is_file() else None)
    if uv is None:
        raise Stop("lock 需要 uv: 请把它装到 PATH 上或 .venv 中, 然后重试")
    options = (
        "--group dev --universal --generate-hashes --python-version 3.11 "
        "--no-emit-index-url --no-annotate --no-header --no-strip-extras -o requirements.lock"
    )
    return call([uv, "pip", "compile", "pyproject.toml", *options.split()])


def bench(args: list[str]) -> int:
    scripts = {
        p.stem.removeprefix("bench_"): p for p in sorted((ROOT / "benchmarks").glob("[!_]*.py"))
    }
    unknown = [a for a in args if a not in scripts]
    if unknown or not scripts:
        raise Stop(f"没有这个测量: {' '.join(unknown)}; 现有: {' '.join(scripts) or '无'}")
    set_up()
    worst = 0
    for name in args or scripts:
        say(f"测量 {name}")
        worst = max(worst, call([python(), str(scripts[name])]))
    return worst


COMMANDS = {"run": run, "test": test, "check": check, "lock": lock, "bench": bench}


def main(argv: list[str]) -> int:
    """Run one subcommand; returns the exit code (2 for wrong use or a missing tool)."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    if not argv or argv[0] not in COMMANDS:
        print((__doc__ or "").strip())
        return 0 if argv and argv[0] in ("-h", "--help") else USAGE
    try:
        return COMMANDS[argv[0]](argv[1:])
    except Stop as stop:
        print(f"dev.py: {stop}", file=sys.stderr, flush=True)
        return stop.code
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
