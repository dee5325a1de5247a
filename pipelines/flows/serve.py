"""``jiecun serve``: a nightly intake and a month-end run on a Prefect server, until it is stopped.

The server is the user's (``PREFECT_API_URL``) or one of this process on loopback, which ends with
it. Each run is a process of its own (``pipelines.flows.scheduled``): its memory is given back, and
a crash of it ends neither the server nor the schedules.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from typing import TYPE_CHECKING

from pipelines.errors import EXIT_USAGE, JiecunError, Problem
from pipelines.flows.prefect_setup import API_URL, configure
from pipelines.flows.serve_server import PORT, SERVER_LOG, start_server
from pipelines.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager

    from prefect.deployments.runner import RunnerDeployment
    from prefect.runner import Runner

    from pipelines.flows.request import RunRequest
    from pipelines.flows.serve_server import ScheduleServer
    from pipelines.paths import WarehousePaths

NIGHTLY = "30 2 * * *"
MONTH_END = "0 6 5 * *"

#: seconds between looks at whether the server process still lives
_WATCH_SECONDS = 2.0


def serve_forever(
    request: RunRequest,
    *,
    nightly: str | None = NIGHTLY,
    month_end: str | None = MONTH_END,
    port: int | None = None,
    ui: bool = False,
    retries: int = 5,
    retry_seconds: float = 120.0,
    tell: Callable[[str], None] = print,
) -> None:
    """Serve both schedules until SIGINT or SIGTERM, then end what runs, and the server, and return.

    ``nightly`` and ``month_end`` are cron expressions in China's time; None leaves that deployment
    without a schedule, to be started by hand. ``request.through_ym`` and ``request.pools`` become
    the default parameters. ``port`` (default 4200, 0 = any free one) and ``ui`` are for the server
    of this process only. ``retries`` and ``retry_seconds``: how often and how long a run waits for
    a busy warehouse. ``tell`` gets the lines for a person once the schedules are on.
    Raises JiecunError ``SERVE_USAGE``, ``CRON_INVALID``, ``SERVE_BUSY``, ``SERVE_PORT``,
    ``SERVE_TAKEN``, ``PREFECT_START``, ``PREFECT_LOST``, ``WAREHOUSE_WRITE``.
    """
    foreign = os.environ.get(API_URL)
    if foreign and (ui or port is not None):
        raise _usage("--port 和 --ui 只用于自己启动的服务", f"已设置 {API_URL}={foreign}")
    with _sole_server(request.warehouse):
        home = request.warehouse.state / "prefect"
        # what the runs say is kept; a person's own choice stands
        os.environ.setdefault("PREFECT_LOGGING_LEVEL", "INFO")
        configure(home)
        _let_children_import_us()
        api = None if foreign else start_server(home, PORT if port is None else port, ui=ui)
        try:
            # imported here: the server starts up meanwhile
            from pipelines.flows.deployed import deployments

            made = deployments(request, nightly, month_end, retries, retry_seconds)
            if api is not None:
                api.wait()
            url = api.url if api is not None else str(foreign)
            asyncio.run(_serve(made, url, api, tell))
        finally:
            if api is not None:
                api.stop()


async def _serve(
    made: Sequence[RunnerDeployment],
    url: str,
    api: ScheduleServer | None,
    tell: Callable[[str], None],
) -> None:
    from prefect.client.orchestration import get_client
    from prefect.runner import Runner

    from pipelines.flows.deployed import TIMEZONE, refuse_other_warehouse, settle

    # one run at a time; late runs stay on the server and are made up for at the next start
    runner = Runner(name="jiecun-serve", limit=1, pause_on_shutdown=False)
    async with get_client() as client:
        if await client.api_healthcheck() is not None:
            raise _lost(url, "没有应答")
        for deployment in made:
            await refuse_other_warehouse(client, deployment)
            await runner.aadd_deployment(deployment)
        await settle(client, made)
    tell(f"Prefect 服务 {url}")
    for deployment in made:
        crons = [getattr(s.schedule, "cron", "") for s in deployment.schedules or []]
        when = "、".join(crons) + f"（{TIMEZONE}）" if crons else "不定时，手工启动"
        tell(f"计划 {deployment.full_name}：{when}")
    await _poll_until_signal(runner, url, api)


async def _poll_until_signal(runner: Runner, url: str, api: ScheduleServer | None) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    polling = asyncio.create_task(runner.start())
    # the runner sets its own SIGTERM handler first; ours ends the runs in good order
    await asyncio.sleep(0)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop.set))
    try:
        await _until_first(runner, polling, stop, url, api)
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


async def _until_first(
    runner: Runner,
    polling: asyncio.Task[None],
    stop: asyncio.Event,
    url: str,
    api: ScheduleServer | None,
) -> None:
    """Wait for a signal, the end of the polling or of the server; end the runs in good order."""
    asked = asyncio.create_task(stop.wait())
    gone = asyncio.create_task(_until_gone(api))
    await asyncio.wait({polling, asked, gone}, return_when=asyncio.FIRST_COMPLETED)
    was_asked, ended = asked.done(), polling.done()
    asked.cancel()
    gone.cancel()
    if runner.started and not ended:
        with contextlib.suppress(Exception):
            await runner.astop()
    polling.cancel()
    failure = (await asyncio.gather(polling, return_exceptions=True))[0]
    if not was_asked:
        found = type(failure).__name__ if isinstance(failure, Exception) else "服务进程已结束"
        raise _lost(url, found)


async def _until_gone(api: ScheduleServer | None) -> None:
    """Return when the server of this process is gone; a user's server is told by its silence."""
    while api is None or api.running:
        await asyncio.sleep(_WATCH_SECONDS)


def _sole_server(paths: WarehousePaths) -> AbstractContextManager[None]:
    """Hold ``state/serve.lock``; raises JiecunError ``SERVE_BUSY`` where another serves."""
    from pipelines.warehouse.lock import sole_holder

    busy = Problem(
        "SERVE_BUSY",
        str(paths.root),
        "每个数据仓库只有一个 jiecun serve",
        "另一个 jiecun serve 正在运行",
        "先停止它；由 systemd 管理时用 systemctl stop",
    )
    return sole_holder(paths.state / "serve.lock", busy)


def _let_children_import_us() -> None:
    """The server and the runs are ``python -m`` processes: they find this code, not the cwd's."""
    search = [str(ROOT), *os.environ.get("PYTHONPATH", "").split(os.pathsep)]
    os.environ["PYTHONPATH"] = os.pathsep.join(dict.fromkeys(filter(None, search)))
    os.environ["PYTHONSAFEPATH"] = "1"


def _usage(expected: str, found: str) -> JiecunError:
    problem = Problem("SERVE_USAGE", "jiecun serve", expected, found, "去掉其中之一")
    return JiecunError(problem, exit_code=EXIT_USAGE)


def _lost(url: str, found: str) -> JiecunError:
    return JiecunError(
        Problem(
            "PREFECT_LOST",
            url,
            "Prefect 服务持续应答",
            found,
            f"核对 {API_URL}；查看服务的日志（自己启动的在 state/prefect/{SERVER_LOG}）后重新启动",
        )
    )
