"""How fast the Docker Engine API answers: the embedded engine's sockets against those of real engines, in one run.

Usage: python benchmarks/answers.py [--figures]

The same swarm on both: three nodes, helloworld with five replicas. Medians; each question is asked in turn, by the
docker SDK's client, over the connection that it keeps open.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from docker import DockerClient

from benchmarks.figures import Figure, tell
from swarmlab.lab import Lab
from tests.needs import NEEDS

TIMES = 50
QUESTIONS: dict[str, Callable[[DockerClient], object]] = {
    "GET /_ping": lambda client: client.ping(),
    "GET /info": lambda client: client.info(),
    "GET /nodes": lambda client: client.api.nodes(),
    "GET /services": lambda client: client.api.services(),
    "GET /tasks": lambda client: client.api.tasks(),
    "POST /networks/create, and DELETE": lambda client: client.networks.create("measured", driver="overlay").remove(),
}


def medians_ms(backend: str) -> dict[str, float]:
    """Of each question, in milliseconds."""
    with Lab.start("helloworld", backend=backend) as lab:
        client = lab.manager().client
        lab.clock.sleep(5)
        taken: dict[str, list[float]] = {question: [] for question in QUESTIONS}
        for _ in range(TIMES):
            for question, ask in QUESTIONS.items():
                began = time.perf_counter()
                ask(client)
                taken[question].append(1e3 * (time.perf_counter() - began))
        return {question: statistics.median(times) for question, times in taken.items()}


def figures() -> list[Figure]:
    """Each question, embedded and, where Docker is, real."""
    os.environ["SWARMLAB_TIME"] = "live"
    ours = medians_ms("embedded")
    theirs = medians_ms("dind") if NEEDS["real"].is_there() else {}
    return [
        Figure(
            what=f"`{question}`", value=ours[question], unit="ms", against="real engines" if theirs else "",
            other=theirs.get(question),
        )
        for question in QUESTIONS
    ]  # fmt: skip


if __name__ == "__main__":
    tell(figures, __doc__)
