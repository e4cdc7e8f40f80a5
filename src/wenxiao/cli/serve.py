"""`wenxiao serve`: the web and one background worker, from one command."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from wenxiao.cli import NOTHING, OK

_RESTART_AFTER = 3.0


def add_parser(commands: Any) -> argparse.ArgumentParser:
    """Declare the command."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "serve",
        help="启动网页和后台任务",
        description="启动网页和一个后台任务进程；第一次启动时建立数据库。数据放在 WENXIAO_HOME（默认 ./data）。",
    )
    parser.add_argument(
        "--host", default="127.0.0.1", metavar="地址", help="监听地址，默认 127.0.0.1（只有本机）"
    )
    parser.add_argument("--port", type=int, default=8000, metavar="端口", help="端口，默认 8000")
    parser.add_argument("--no-worker", action="store_true", help="不带后台任务进程（另外运行 wenxiao work）")
    return parser


def run(args: argparse.Namespace) -> int:
    """Serve until stopped."""
    from wenxiao.project.start import CannotStart, prepare, set_up

    try:
        set_up()
        from django.conf import settings

        with place_to_serve(settings.HOME, args.host, args.port):
            prepare()
            _first_account()
            serve(args.host, args.port, worker=not args.no_worker)
    except CannotStart as error:
        print(error, file=sys.stderr)
        return NOTHING
    return OK


def _first_account() -> None:
    """A new installation has nobody who could let anybody in."""
    from wenxiao.units.people import FIRST, first_account

    password = first_account()
    if password is not None:
        print(f"还没有账号，已建立管理员账号：{FIRST}　一次性密码：{password}")
        print(
            "密码只显示这一次，第一次登录时要改掉；其他人的账号在网页的“人员”里建。"
            f"忘了密码：wenxiao user password {FIRST}"
        )


@contextmanager
def place_to_serve(folder: Path, host: str, port: int) -> Iterator[None]:
    """Be the server of the data folder, on a free port. Raises CannotStart before anything else is done."""
    from wenxiao.project.alone import only_server

    with only_server(folder, address(host, port)):
        check_port(host, port)
        yield


def address(host: str, port: int) -> str:
    """What to type into a browser on this machine."""
    seen = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"http://[{seen}]:{port}" if ":" in seen else f"http://{seen}:{port}"


def check_port(host: str, port: int) -> None:
    """Say that the port is taken before anything is started."""
    import socket

    from wenxiao.project.start import CannotStart

    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError) as error:
            reason = getattr(error, "strerror", None) or error
            raise CannotStart(
                f"不能在 {host}:{port} 上监听（{reason}）：端口可能被别的程序占用。换一个端口：--port 8080"
            ) from error


def serve(host: str, port: int, *, worker: bool = True) -> None:
    """Serve on a prepared database until SIGINT or SIGTERM."""
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    from wenxiao.project.alone import PARENT

    print(f"问效已启动：{address(host, port)}　（停止：Ctrl+C）", flush=True)
    os.environ[PARENT] = str(os.getpid())  # what is started from here ends with this process
    server = Granian(
        "wenxiao.project.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=1,
        websockets=False,
        # A request that waits for a database lock holds a thread; the others must not wait with it.
        blocking_threads=max(8, 2 * (os.cpu_count() or 1)),
        # One that was killed (out of memory, say) is replaced; one that hangs does not hold up the end.
        respawn_failed_workers=True,
        workers_kill_timeout=10,
        log_access=False,
        # Its start, and its advice on threads, say nothing to whoever runs this.
        log_level=LogLevels.error,
    )
    stop = threading.Event()
    # The first worker is there before the server makes its own processes: one that is forked while another is being
    # started holds the pipe on which that start waits, and the start would never end.
    first = _start_worker() if worker else None
    keeper = threading.Thread(target=_keep_worker, args=(first, stop), daemon=True)
    if worker:
        keeper.start()
    try:
        server.serve()
    finally:
        stop.set()
        if worker:
            keeper.join(timeout=10)


def _start_worker() -> subprocess.Popen[bytes]:
    # -P: a file of the folder that this was started in must not be taken for a module. A session of its own: the Ctrl-C
    # of a terminal is for this process, which ends the worker itself.
    return subprocess.Popen([sys.executable, "-P", "-m", "wenxiao", "work"], start_new_session=True)


def _keep_worker(process: subprocess.Popen[bytes], stop: threading.Event) -> None:
    """One worker process, started again when it dies, ended with the server."""
    while not stop.is_set():
        while process.poll() is None and not stop.wait(0.5):
            pass
        if process.poll() is None:
            process.terminate()
            process.wait(timeout=10)
        elif not stop.is_set():
            print("后台任务进程意外退出，正在重新启动。", file=sys.stderr)
            if not stop.wait(_RESTART_AFTER):
                process = _start_worker()
