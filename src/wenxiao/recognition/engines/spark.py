"""The engine on Apache Spark: Parquet in, Parquet out, `Engine.read_batch` over Arrow batches on every worker.

Orders wait in a folder that all machines see, one file a task; each file's findings come back as one file, row for
row. Spark does what it is good at: hands out files, runs a file again when its worker is gone, and lets a result count only
once. This module is loaded only when Spark is asked for; it needs the extra `spark` and Java.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import pyarrow as pa

from wenxiao.recognition.engine import Engine
from wenxiao.recognition.engines import ClusterFailed
from wenxiao.recognition.matters.packed import PACKED, pack
from wenxiao.recognition.schema import FINDINGS, ORDERS
from wenxiao.recognition.settings import Settings

#: The place of an order in the whole collection, from 0: what findings are put back in order by.
AT = pa.field("at", pa.int64())
#: What grouping keeps of an order, beside its finding.
FACTS = pa.field("facts", pa.struct(list(PACKED)))
#: The same as Spark holds it: it knows no lists of one size.
_HELD = pa.struct(
    [
        pa.field(one.name, pa.list_(one.type.value_type)) if pa.types.is_fixed_size_list(one.type) else one
        for one in PACKED
    ]
)
#: Orders that a worker reads at a time; findings do not depend on it.
BATCH = 2048
#: Above the size of any part, in bytes: Spark then makes each file one task and cuts none.
_ONE_FILE = 1 << 30
#: Characters of Spark's own words that an error carries.
_REASON = 300
_TYPES = {
    pa.string(): "string",
    pa.bool_(): "boolean",
    pa.int8(): "tinyint",
    pa.int16(): "smallint",
    pa.int32(): "int",
    pa.int64(): "bigint",
    pa.float64(): "double",
    pa.date32(): "date",
}


class NoSpark(Exception):
    """What Spark needs is not on this machine. `what` is "pyspark" or "java"."""

    def __init__(self, what: str) -> None:
        self.what = what
        super().__init__(f"{what} is missing")


@dataclass(frozen=True, slots=True)
class Cluster:
    """Where Spark runs. `master` as Spark writes it: local[*], spark://host:7077, yarn. `log` takes what the driver says;
    None drops it. Everything else is set in Spark's own spark-defaults.conf."""

    master: str = "local[*]"
    log: Path | None = None


def require() -> None:
    """Raise `NoSpark` unless pyspark (with what it needs for Arrow) and Java are here."""
    try:
        import pandas  # noqa: F401 -- mapInArrow asks for it
        import pyspark  # noqa: F401
    except ImportError:
        raise NoSpark("pyspark") from None
    home = os.environ.get("JAVA_HOME")
    if not (home and (Path(home) / "bin" / "java").exists()) and shutil.which("java") is None:
        raise NoSpark("java")


def read_parts(orders: Path, findings: Path, settings: Settings, cluster: Cluster, *, matters: bool) -> None:
    """Read every Parquet file of the folder `orders` (`ORDERS` and `AT`) into one of `findings` (`FINDINGS`, `AT` and, for
    `matters`, `FACTS`).

    Rows keep their order inside a file; files of `findings` have names of Spark's choice. Raises `NoSpark`, `ClusterFailed`.
    """
    require()
    from py4j.protocol import Py4JError, Py4JNetworkError
    from pyspark.errors import PySparkException

    try:
        with _session(cluster) as spark:
            table = spark.read.parquet(orders.resolve().as_uri())
            made = [*FINDINGS, AT, FACTS.with_type(_HELD)] if matters else [*FINDINGS, AT]
            read = table.mapInArrow(_Read(settings, matters), ddl(made))
            read.write.parquet(findings.resolve().as_uri())
    except (Py4JError, Py4JNetworkError, PySparkException, OSError) as error:
        raise ClusterFailed(_reason(error)) from error


def _reason(error: Exception) -> str:
    cause = getattr(error, "java_exception", None)
    text = str(cause) if cause is not None else str(error)
    return next((line.strip() for line in text.splitlines() if line.strip()), type(error).__name__)[:_REASON]


@contextmanager
def _session(cluster: Cluster) -> Iterator[Any]:
    """A Spark session, ended when the work is. The workers run this very Python unless PYSPARK_PYTHON names another."""
    from pyspark import SparkConf, SparkContext
    from pyspark.java_gateway import launch_gateway
    from pyspark.sql import SparkSession

    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    conf = SparkConf(loadDefaults=False).setMaster(cluster.master).setAppName("wenxiao scan")
    conf.set("spark.ui.enabled", "false").set("spark.ui.showConsoleProgress", "false")
    if cluster.master.startswith("local"):
        # Nobody outside this machine has business with it, and its host name need not resolve.
        conf.set("spark.driver.host", "127.0.0.1").set("spark.driver.bindAddress", "127.0.0.1")
    conf.set("spark.sql.files.maxPartitionBytes", str(_ONE_FILE))
    conf.set("spark.sql.files.openCostInBytes", str(_ONE_FILE))
    conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", str(BATCH))
    with _log(cluster) as log:
        gateway = launch_gateway(conf, popen_kwargs={"stdout": log, "stderr": log})
        try:
            context = SparkContext(gateway=gateway, conf=conf)
            try:
                yield SparkSession(context)
            finally:
                context.stop()
        finally:
            _end(gateway)


def _end(gateway: Any) -> None:
    """End the Java process that `launch_gateway` started, which otherwise stays until this process ends."""
    from pyspark import SparkContext

    gateway.shutdown()
    SparkContext._gateway = SparkContext._jvm = None
    process = gateway.proc
    process.stdin.close()
    process.wait()


@contextmanager
def _log(cluster: Cluster) -> Iterator[IO[bytes]]:
    with open(cluster.log or os.devnull, "ab") as file:
        yield file


class _Read:
    """What runs on the workers. It travels by name and settings: each worker has the package itself."""

    def __init__(self, settings: Settings, matters: bool) -> None:
        self.settings, self.matters = settings, matters

    def __call__(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        engine = _engine(self.settings)
        for batch in batches:
            columns = [batch.column(field.name).cast(field.type) for field in ORDERS]
            orders = pa.RecordBatch.from_arrays(columns, schema=ORDERS)
            found = engine.read_batch(orders).append_column(AT, batch.column(AT.name))
            if self.matters:
                facts = pa.StructArray.from_arrays(pack(orders).columns, fields=list(PACKED)).cast(_HELD)
                found = found.append_column(FACTS.with_type(_HELD), facts)
            yield found


_loaded: tuple[Settings, Engine] | None = None


def _engine(settings: Settings) -> Engine:
    """One engine a worker process: Spark keeps the process for the next task."""
    global _loaded  # noqa: PLW0603
    if _loaded is None or _loaded[0] != settings:
        _loaded = settings, Engine(settings)
    return _loaded[1]


def ddl(fields: Iterable[pa.Field]) -> str:
    """Arrow fields in Spark's words, as a list of columns."""
    return ", ".join(f"`{field.name}` {_type(field.type)}" for field in fields)


def _type(kind: pa.DataType) -> str:
    if pa.types.is_list(kind):
        return f"array<{_type(kind.value_type)}>"
    if pa.types.is_struct(kind):
        return f"struct<{', '.join(f'`{field.name}`: {_type(field.type)}' for field in kind)}>"
    return _TYPES[kind]
