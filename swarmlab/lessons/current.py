"""The lab that is running in this notebook: what `exercise("05-a")` looks at. Owns nothing but who that is."""

from __future__ import annotations

import weakref

from swarmlab.client.cluster import Cluster

_running: weakref.ref[Cluster] | None = None


def use_cluster(cluster: Cluster) -> None:
    """From now on, this is the one that is looked at; the lab says so when it starts."""
    global _running
    _running = weakref.ref(cluster)


def forget_cluster(cluster: Cluster) -> None:
    """It has ended: whoever asks for it is told to start one."""
    global _running
    if current_cluster() is cluster:
        _running = None


def current_cluster() -> Cluster | None:
    """The lab that was started last, if there is one."""
    return _running() if _running else None
