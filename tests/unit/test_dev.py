"""dev.py: which commands it would run, and the one line it leaves when it cannot."""

from __future__ import annotations

import importlib.util
import os
import runpy
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

ROOT = Path(__file__).resolve().parents[2]
WINDOWS = sys.platform == "win32"


#: the whole suite runs with a worker a core
PARALLEL = ["-n", str((os.cpu_count() or 1) + 1), "--dist", "loadfile", "--no-loadscope-reorder"]


@pytest.fixture
def dev(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """dev.py as it would be in an empty checkout at ``tmp_path``; nothing is installed or run."""
    spec = importlib.util.spec_from_file_location("dev_under_test", ROOT / "dev.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(module, "LOCK", tmp_path / "requirements.lock")
    monkeypatch.setattr(module, "PROJECT", tmp_path / "pyproject.toml")
    monkeypatch.setattr(module, "EXTRACTS", tmp_path / "extracts")
    (tmp_path / "requirements.lock").write_text("polars==2.1.0 --hash=sha256:00\n")
    (tmp_path / "pyproject.toml").write_text("[project]\n")
    (tmp_path / ".venv").mkdir()
    return module


class Calls(list[list[str]]):
    """Stands for ``call``: keeps the commands and answers with the given exit codes."""

    def __init__(self, codes: dict[str, int] | None = None) -> None:
        super().__init__()
        self.codes = codes or {}

    def __call__(self, command: list[str]) -> int:
        self.append(command)
        return next((c for word, c in self.codes.items() if word in command), 0)


@pytest.fixture
def calls(dev: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Calls:
    made = Calls()
    monkeypatch.setattr(dev, "call", made)
    return made


def no_set_up(dev: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dev, "set_up", lambda: None)


def only(*good: str) -> Callable[[list[str]], bool]:
    """A ``quiet_ok`` that knows only the commands that contain one of these words."""
    return lambda command: any(word in command for word in good)


def test_old_python_gets_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 18, "final", 0))
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(ROOT / "dev.py"), run_name="__main__")
    assert ended.value.code == 2
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert "3.11" in told and "3.9" in told


def test_children_send_no_telemetry_and_keep_the_index_settings(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "https://mirror.example/simple")
    monkeypatch.setenv("DO_NOT_TRACK", "0")
    monkeypatch.setenv("PYTHONHOME", "/elsewhere")
    env = dev.child_env()
    assert env["PIP_INDEX_URL"] == "https://mirror.example/simple"
    assert env["DO_NOT_TRACK"] == "1"
    assert env["PREFECT_SERVER_ANALYTICS_ENABLED"] == "false"
    assert env["PYTHONUTF8"] == "1"
    assert "PYTHONHOME" not in env


def test_telemetry_switches_are_those_of_the_package(dev: ModuleType) -> None:
    from pipelines.flows.prefect_setup import TELEMETRY_OFF

    assert {k: dev.CHILD_ENV.get(k) for k in TELEMETRY_OFF} == TELEMETRY_OFF


def test_tools_lie_in_scripts_on_windows(dev: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dev.os, "name", "posix" if WINDOWS else "nt")
    other = dev.tool("python").relative_to(dev.VENV).as_posix()
    assert other == ("bin/python" if WINDOWS else "Scripts/python.exe")


# --- set up -------------------------------------------------------------------------------------


def test_install_is_hashed_then_editable_and_not_repeated(
    dev: ModuleType, calls: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dev, "quiet_ok", lambda command: True)
    pip = [dev.python(), "-m", "pip", "install"]

    dev.set_up()
    assert calls == [
        [*pip, "--no-deps", "--require-hashes", "-r", str(dev.LOCK)],
        [*pip, "--no-deps", "--no-build-isolation", "-e", str(dev.ROOT)],
    ]
    dev.set_up()
    assert len(calls) == 2

    dev.LOCK.write_text("polars==2.2.0 --hash=sha256:00\n")
    dev.set_up()
    assert len(calls) == 4


def test_failed_install_is_told_and_tried_again(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dev, "quiet_ok", lambda command: True)
    broken = Calls({"-e": 7})
    monkeypatch.setattr(dev, "call", broken)
    for attempt in (1, 2):
        with pytest.raises(dev.Stop) as stopped:
            dev.set_up()
        assert stopped.value.code == 7
        assert len(broken) == 2 * attempt


def test_no_option_names_an_index(
    dev: ModuleType, calls: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dev, "quiet_ok", lambda command: True)
    dev.set_up()
    options = {word for command in calls for word in command if word.startswith("-")}
    assert options == {"-m", "--require-hashes", "-r", "--no-deps", "--no-build-isolation", "-e"}


def test_venv_without_ensurepip_is_made_without_pip(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[list[str]] = []

    def quiet_ok(command: list[str]) -> bool:
        made.append(command)
        return "venv" in command

    monkeypatch.setattr(dev, "quiet_ok", quiet_ok)
    monkeypatch.setitem(sys.modules, "ensurepip", None)
    dev.create_venv()
    venv = [sys.executable, "-m", "venv", "--clear"]
    assert made[1:] == [[*venv, "--without-pip", str(dev.VENV)]]


@pytest.mark.parametrize(
    ("works", "expected"),
    [
        (("pip",), ["VENV", "-m", "pip", "install"]),
        (("--python",), ["SELF", "-m", "pip", "--python", "VENV", "install"]),
        (("/usr/bin/pip3",), ["/usr/bin/pip3", "--python", "VENV", "install"]),
        ((), ["/usr/bin/uv", "pip", "install", "--python", "VENV"]),
    ],
)
def test_installer_order(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch, works: tuple[str, ...], expected: list[str]
) -> None:
    monkeypatch.setattr(dev, "quiet_ok", only(*works))
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    places = {"VENV": dev.python(), "SELF": sys.executable}
    assert dev.find_installer() == [places.get(word, word) for word in expected]


def test_no_installer_is_one_line_and_exit_2(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(dev, "quiet_ok", lambda command: "venv" in command)
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert dev.main(["test"]) == 2
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert "ensurepip" in told and "uv" in told


# --- commands -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("args", "files", "expected"),
    [
        ([], [], [["demo"], ["run"]]),
        (["--force"], ["a.csv"], [["run", "--force"]]),
        ([], [".gitkeep"], [["demo"], ["run"]]),
        (["--help"], [], [["run", "--help"]]),
        (["--raw", "elsewhere"], [], [["run", "--raw", "elsewhere"]]),
    ],
)
def test_run_makes_demo_data_only_where_there_is_none(  # noqa: PLR0917
    dev: ModuleType,
    calls: Calls,
    monkeypatch: pytest.MonkeyPatch,
    args: list[str],
    files: list[str],
    expected: list[list[str]],
) -> None:
    no_set_up(dev, monkeypatch)
    dev.EXTRACTS.mkdir()
    for name in files:
        (dev.EXTRACTS / name).touch()
    assert dev.run(args) == 0
    assert calls == [[dev.python(), "-m", "pipelines.cli", *words] for words in expected]


def test_failed_demo_ends_the_run(dev: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    no_set_up(dev, monkeypatch)
    failing = Calls({"demo": 3})
    monkeypatch.setattr(dev, "call", failing)
    assert dev.run([]) == 3
    assert len(failing) == 1


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        ([], [*PARALLEL, "tests"]),
        (["unit"], ["tests/unit"]),
        (["e2e", "-x"], ["tests/e2e", "-x"]),
        (["-k", "ledger"], [*PARALLEL, "tests", "-k", "ledger"]),
        (["tests/unit/test_a.py::test_b", "-x"], ["tests/unit/test_a.py::test_b", "-x"]),
    ],
)
def test_test_takes_a_kind_or_pytest_arguments(
    dev: ModuleType,
    calls: Calls,
    monkeypatch: pytest.MonkeyPatch,
    args: list[str],
    expected: list[str],
) -> None:
    no_set_up(dev, monkeypatch)
    (dev.ROOT / "tests" / "unit").mkdir(parents=True)
    (dev.ROOT / "tests" / "unit" / "test_a.py").touch()
    assert dev.test(args) == 0
    assert calls == [[dev.python(), "-m", "pytest", *expected]]


def test_check_runs_everything_changes_nothing_and_fails_if_one_fails(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    no_set_up(dev, monkeypatch)
    some_fail = Calls({"format": 1, "mypy": 2})
    monkeypatch.setattr(dev, "call", some_fail)
    assert dev.check([]) == 1
    assert [command[2:] for command in some_fail] == [
        ["ruff", "check", "."],
        ["ruff", "format", "--check", "."],
        ["mypy"],
    ]
    assert capsys.readouterr().out.splitlines()[-1] == "dev.py: 未通过: ruff format, mypy"


def test_check_passes_when_all_pass(
    dev: ModuleType, calls: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    no_set_up(dev, monkeypatch)
    assert dev.check([]) == 0
    assert len(calls) == 3


def test_lock_without_uv_tells_the_remedy(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert dev.main(["lock"]) == 2
    assert "uv" in capsys.readouterr().err


def test_lock_keeps_index_addresses_out(
    dev: ModuleType, calls: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    own_uv = dev.tool("uv")
    own_uv.parent.mkdir(parents=True, exist_ok=True)
    own_uv.touch()
    assert dev.lock([]) == 0
    assert calls[0][:4] == [str(own_uv), "pip", "compile", "pyproject.toml"]
    assert {"--no-emit-index-url", "--no-header", "--generate-hashes", "--universal"} <= set(
        calls[0]
    )


def test_bench_runs_what_is_named(
    dev: ModuleType,
    calls: Calls,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    no_set_up(dev, monkeypatch)
    folder = dev.ROOT / "benchmarks"
    folder.mkdir()
    for name in ("intake.py", "journal.py", "_shared.py", "__init__.py"):
        (folder / name).touch()

    def scripts() -> list[Any]:
        return [Path(command[-1]).name for command in calls]

    assert dev.bench(["journal"]) == 0
    assert scripts() == ["journal.py"]
    assert dev.bench([]) == 0
    assert scripts() == ["journal.py", "intake.py", "journal.py"]
    assert dev.main(["bench", "nothing"]) == 2
    assert "intake journal" in capsys.readouterr().err


def test_call_passes_exit_codes_and_signals_on(dev: ModuleType) -> None:
    assert dev.call([sys.executable, "-c", "raise SystemExit(4)"]) == 4
    if not WINDOWS:
        killed = "import os; os.kill(os.getpid(), 9)"
        assert dev.call([sys.executable, "-c", killed]) == 137


@pytest.mark.parametrize(("argv", "code"), [([], 2), (["fly"], 2), (["--help"], 0)])
def test_usage(
    dev: ModuleType, capsys: pytest.CaptureFixture[str], argv: list[str], code: int
) -> None:
    assert dev.main(argv) == code
    told = capsys.readouterr().out
    assert all(f"dev.py {name}" in told for name in ("run", "test", "check", "lock", "bench"))
