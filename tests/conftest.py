"""For every test: nothing is sent out, Prefect lives in a throw-away folder, UTF-8 everywhere."""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.flows.prefect_setup import configure

if TYPE_CHECKING:
    import pytest

# At import, before any test module imports prefect; children of the tests inherit all of it.
_HOME = Path(tempfile.mkdtemp(prefix="jiecun-tests-"))
atexit.register(shutil.rmtree, _HOME, ignore_errors=True)
os.environ["PYTHONUTF8"] = "1"
# hundreds of processes import the project: compiled once, where an image forbids it
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
# a shell that starts the tests in the background has them, and their children, ignore Ctrl-C
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
os.environ["PREFECT_HOME"] = str(_HOME / "prefect")
os.environ.pop("PREFECT_API_URL", None)
os.environ.pop("PREFECT_API_KEY", None)
configure(_HOME / "prefect")
# the command chooses its own level; only a person's choice may override it
os.environ.pop("PREFECT_LOGGING_LEVEL", None)


def pytest_configure(config: pytest.Config) -> None:
    """``event`` (E01 …) and ``mechanism`` (S01 …): what a test shows; docs/accounting.md is made of
    them."""
    config.addinivalue_line("markers", "event(*codes): the accounting events that a test shows")
    config.addinivalue_line("markers", "mechanism(*codes): the mechanisms that a test shows")
