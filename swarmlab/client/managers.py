"""Asks the managers of a cluster for the swarm: the one that answered last first, each as long as is worth waiting.

Owns a connection to each node that was asked. For one thread alone.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Container
from typing import Any

from docker import DockerClient
from docker.errors import APIError, DockerException
from requests.exceptions import RequestException

from swarmlab.client.cluster import Cluster
from swarmlab.client.snapshots import Snapshot, take_snapshot

ANSWER_WITHIN_S = 3.0
"""A manager that takes longer has no leader to ask, or its host is gone; unless its answers are long."""

PATIENCE_S = 15.0
"""How long a manager may take at most that has very much to tell."""

NOT_ANSWERING = (DockerException, RequestException, OSError, ValueError)
"""All that the SDK raises when an engine stops in the middle of an answer."""


class Managers:
    """Whoever manages the cluster's swarm."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._asked_first = next(iter(cluster)).name
        self._patience_s = ANSWER_WITHIN_S
        self.clients: dict[str, DockerClient] = {}

    def ask(self, unreachable: Container[str], is_over: Callable[[], bool]) -> tuple[Snapshot | None, str]:
        """The swarm as the first manager that answers tells it, or why none does.

        Neither where no node is in a swarm.

        Args:
            unreachable: host names of engines that are known not to answer.
            is_over: whether nobody wants to know any more.
        """
        problem = ""
        names = sorted((node.name for node in self._cluster), key=lambda name: name != self._asked_first)
        for name in names:
            if is_over():
                break
            began = time.monotonic()
            try:
                snapshot = take_snapshot(self._client(name))
            except APIError as error:
                if error.status_code != 503 or "not a swarm manager" not in str(error.explanation):
                    problem = str(error.explanation)
            except NOT_ANSWERING:
                self._drop(name)
                if name not in unreachable:
                    self._patience_s = min(2 * self._patience_s, PATIENCE_S)
                if name == self._asked_first or name not in unreachable:
                    problem = problem or f"{name} was a manager and does not answer"
            else:
                self._asked_first = name
                self._patience_s = min(max(ANSWER_WITHIN_S, 5 * (time.monotonic() - began)), PATIENCE_S)
                return snapshot, ""
        return None, problem

    def close(self) -> None:
        """End the connections."""
        for name in list(self.clients):
            self._drop(name)

    def _client(self, node: str) -> DockerClient:
        if node not in self.clients:
            self.clients[node] = self._cluster.backend.observer(node)
        api: Any = self.clients[node].api  # its type says whole seconds
        api.timeout = self._patience_s
        return self.clients[node]

    def _drop(self, node: str) -> None:
        if client := self.clients.pop(node, None):
            client.close()
