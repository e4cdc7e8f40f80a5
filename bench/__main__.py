"""`make bench`: every bench, one after the other. Each can be run alone: `python -m bench.closure`."""

from __future__ import annotations

import subprocess
import sys

from bench.data import folder

BENCHES = ("bench.closure", "bench.demands", "bench.matters", "bench.recognition")

folder()
for name in BENCHES:
    print(f"\n== {name}", flush=True)
    subprocess.run([sys.executable, "-m", name], check=True)
