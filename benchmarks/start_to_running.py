"""Wall time from `Lab.start()` to five running replicas: the embedded lab against real engines, in one run.

Usage: python benchmarks/start_to_running.py [--runs N] [--without-real]
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Iterator

from docker.types import ServiceMode

from swarmlab.lab import Lab

REPLICAS = 5


def seconds_to_running(backend: str, time_mode: str) -> tuple[float, float]:
    """Seconds to a formed swarm, and seconds to five running replicas, both from `Lab.start()`."""
    os.environ["SWARMLAB_TIME"] = time_mode
    begin = time.perf_counter()
    with Lab.start("formed", backend=backend) as lab:
        formed = time.perf_counter() - begin
        client = lab.manager().client
        service = client.services.create(
            "alpine", command=["ping", "docker.com"], name="helloworld", mode=ServiceMode("replicated", REPLICAS)
        )
        while running(service.tasks({"desired-state": "running"})) < REPLICAS:
            lab.clock.sleep(0.05)
        return formed, time.perf_counter() - begin


def running(tasks: list[dict[str, dict[str, str]]]) -> int:
    """How many of `tasks` run."""
    return sum(task["Status"]["State"] == "running" for task in tasks)


def rows(kinds: list[tuple[str, str]], runs: int) -> Iterator[tuple[str, float, float]]:
    """(kind, median seconds to formed, median seconds to running) of `runs` runs of each kind, taken in turn."""
    measured: dict[tuple[str, str], list[tuple[float, float]]] = {kind: [] for kind in kinds}
    for _ in range(runs):
        for kind in kinds:
            measured[kind].append(seconds_to_running(*kind))
    for (backend, time_mode), pairs in measured.items():
        formed, ready = (statistics.median(column) for column in zip(*pairs, strict=True))
        yield f"{backend}, {time_mode} time", formed, ready


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3, help="runs of each kind (default 3)")
    parser.add_argument("--without-real", action="store_true", help="leave the real engines out")
    arguments = parser.parse_args()
    kinds = [("embedded", "manual"), ("embedded", "live")] + ([] if arguments.without_real else [("dind", "live")])
    table = list(rows(kinds, arguments.runs))
    base = table[0][2]
    print(f"{'lab':24}{'swarm formed':>14}{'5 running':>12}{'ratio':>9}")
    for kind, formed, ready in table:
        print(f"{kind:24}{formed:>12.2f} s{ready:>10.2f} s{ready / base:>9.1f}")


if __name__ == "__main__":
    main()
