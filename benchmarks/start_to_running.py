"""Wall time from `Lab.start()` to running replicas: the embedded lab against real engines, in one run.

Usage: python benchmarks/start_to_running.py [--figures]

Medians of a few runs of each, taken in turn. In live time the embedded lab takes as long as Docker does to start tasks,
on purpose; in manual time nobody waits. The image lies on every host of real engines.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from docker.models.services import Service
from docker.types import ServiceMode

from benchmarks.figures import Figure, tell
from swarmlab.lab import Lab
from tests.needs import NEEDS

RUNS = 3
REPLICAS = 5
REAL = ("dind", "live")
EMBEDDED = {"embedded lab, live time": ("embedded", "live"), "embedded lab, manual time": ("embedded", "manual")}
MILESTONES = ("a formed swarm", "the first replica", f"{REPLICAS} replicas")


def milestones(backend: str, time_mode: str) -> tuple[float, ...]:
    """Seconds from `Lab.start()` to each of them."""
    os.environ["SWARMLAB_TIME"] = time_mode
    began = time.perf_counter()

    def passed(condition: Callable[[], bool]) -> float:
        while not condition():
            lab.clock.sleep(0.05)
        return time.perf_counter() - began

    with Lab.start("formed", backend=backend) as lab:
        formed = passed(lambda: True)
        service = lab.manager().client.services.create(
            "alpine", command=["ping", "docker.com"], name="helloworld", mode=ServiceMode("replicated", REPLICAS)
        )
        return formed, passed(lambda: running(service) > 0), passed(lambda: running(service) == REPLICAS)


def running(service: Service) -> int:
    """How many of its tasks run."""
    return sum(task["Status"]["State"] == "running" for task in service.tasks({"desired-state": "running"}))


def figures() -> Iterator[Figure]:
    """Each milestone of each kind of lab, beside that of real engines where Docker is."""
    kinds = [*EMBEDDED.values(), *([REAL] if NEEDS["real"].is_there() else [])]
    runs: dict[tuple[str, str], list[tuple[float, ...]]] = {kind: [] for kind in kinds}
    for _ in range(RUNS):
        for kind in kinds:
            runs[kind].append(milestones(*kind))
    medians = {kind: [statistics.median(column) for column in zip(*rows, strict=True)] for kind, rows in runs.items()}
    theirs = medians.get(REAL, [None] * len(MILESTONES))
    for title, kind in EMBEDDED.items():
        for milestone, ours, other in zip(MILESTONES, medians[kind], theirs, strict=True):
            against = "" if other is None else "three real engines"
            yield Figure(what=f"{milestone}, {title}", value=ours, unit="s", against=against, other=other)


if __name__ == "__main__":
    tell(figures, __doc__)
