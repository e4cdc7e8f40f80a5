"""One server for one data folder, and no process that outlives the one that started it."""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from wenxiao.project.start import CannotStart

#: In the data folder; held by the kernel for as long as the server or one of its children lives, so a lock cannot be
#: left behind. The text inside says who holds it.
LOCK = "serve.lock"
#: Set for the child processes of a server: the process with which they end.
PARENT = "WENXIAO_PARENT"
#: Seconds in which the children of a killed server are gone.
_PATIENCE = 5.0
_LOOK = 1.0
_PR_SET_PDEATHSIG = 1


@contextmanager
def only_server(folder: Path, address: str) -> Iterator[None]:
    """Be the only server of this data folder. Raises CannotStart with the address of the one that is there.

    Two servers on one SQLite file would each have a worker and take each other's locks, and whoever typed the command
    a second time would not know which one they see. On Windows nothing is held: there the port alone tells.
    """
    path = folder / LOCK
    with path.open("a+", encoding="utf-8") as file:
        deadline = time.monotonic() + _PATIENCE
        while not _lock(file):
            if time.monotonic() > deadline:
                raise CannotStart(_taken(path, folder))
            time.sleep(0.1)
        file.truncate(0)
        file.write(json.dumps({"pid": os.getpid(), "address": address}))
        file.flush()
        try:
            yield
        finally:
            file.truncate(0)


def _lock(file: IO[str]) -> bool:
    if sys.platform == "win32":
        return True
    import fcntl

    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _taken(path: Path, folder: Path) -> str:
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
        who, where = f"进程 {held['pid']}", str(held["address"])
    except (OSError, ValueError, KeyError, TypeError):  # it is starting, or stopping, at this very moment
        who, where = "另一个进程", ""
    seen = f"网页在 {where} ，用浏览器打开即可。" if where else ""
    return (
        f"这个数据文件夹上已经有一个问效在运行（{who}）：{folder}\n{seen}"
        "要重新启动，请先停止它（在它的终端按 Ctrl+C）；要另开一个，请换一个数据文件夹。"
    )


def leave_with_parent() -> None:
    """End this process when the one named by WENXIAO_PARENT has ended, however it did: a killed parent tells nobody.

    The kernel's own signal on Linux, and everywhere a thread that looks. Does nothing where no parent is named.
    """
    parent = int(os.environ.get(PARENT) or 0)
    if not parent:
        return
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    threading.Thread(target=_watch, args=(parent,), daemon=True, name="parent").start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_LOOK)
    # Not exit(): a request or a job in the middle would be waited for. Every batch is whole; the rest is taken up again.
    os._exit(1)
