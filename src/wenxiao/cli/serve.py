"""`wenxiao serve`: the web and one background worker, from one command."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import threading
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
    from wenxiao.project.start import CannotStart, prepare

    try:
        prepare()
        check_port(args.host, args.port)
    except CannotStart as error:
        print(error, file=sys.stderr)
        return NOTHING
    serve(args.host, args.port, worker=not args.no_worker)
    return OK


def check_port(host: str, port: int) -> None:
    """Say that the port is taken before anything is started."""
    import socket

    from wenxiao.project.start import CannotStart

    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CannotStart(
                f"不能在 {host}:{port} 上监听（{error.strerror}）。换一个端口：--port 8080"
            ) from error


def serve(host: str, port: int, *, worker: bool = True) -> None:
    """Serve on a prepared database until SIGINT or SIGTERM."""
    from granian import Granian
    from granian.constants import Interfaces

    print(f"问效已启动：http://{host}:{port}　（停止：Ctrl+C）", flush=True)
    server = Granian(
        "wenxiao.project.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=1,
        # A request that waits for a database lock holds a thread; the others must not wait with it.
        blocking_threads=max(8, 2 * (os.cpu_count() or 1)),
        log_access=False,
    )
    stop = threading.Event()
    keeper = threading.Thread(target=_keep_worker, args=(stop,), daemon=True)
    if worker:
        keeper.start()
    try:
        server.serve()
    finally:
        stop.set()
        if worker:
            keeper.join(timeout=10)


def _keep_worker(stop: threading.Event) -> None:
    """One worker process, started again when it dies, ended with the server."""
    while not stop.is_set():
        process = subprocess.Popen([sys.executable, "-m", "wenxiao", "work"])
        while process.poll() is None and not stop.wait(0.5):
            pass
        if process.poll() is None:
            process.terminate()
            process.wait(timeout=10)
        elif not stop.is_set():
            print("后台任务进程意外退出，正在重新启动。", file=sys.stderr)
            stop.wait(_RESTART_AFTER)
