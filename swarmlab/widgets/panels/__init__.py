"""The panels of a lab: `lab.panels.cluster()`, each a form over docker's commands.

Owns which of them are open. There is one of each kind: a cell that is run again replaces its panel.
"""

from __future__ import annotations

from typing import TypeVar

from swarmlab.client.cluster import Cluster
from swarmlab.client.watch import Watcher
from swarmlab.widgets.panel import Panel
from swarmlab.widgets.panels.cluster import ClusterPanel
from swarmlab.widgets.panels.faults import FaultsPanel
from swarmlab.widgets.panels.inspect import InspectPanel
from swarmlab.widgets.panels.logs import LogsPanel
from swarmlab.widgets.panels.ports import PortsPanel
from swarmlab.widgets.panels.services import ServicesPanel

ENDED = "The lab of this panel has ended. Start one (Lab.start), then run this cell again."

__all__ = ["ClusterPanel", "FaultsPanel", "InspectPanel", "LogsPanel", "Panels", "PortsPanel", "ServicesPanel"]


P = TypeVar("P", bound=Panel)


class Panels:
    """The open panels of one lab."""

    def __init__(self, cluster: Cluster, watcher: Watcher) -> None:
        self._cluster = cluster
        self.watcher = watcher
        self._open: dict[type[Panel], Panel] = {}

    def __repr__(self) -> str:
        return "<Panels: cluster(), services(), inspect(kind, name), logs(service), faults(), ports()>"

    def cluster(self) -> ClusterPanel:
        """Form a swarm, join it, leave it; roles, availability, tokens."""
        return self._opened(ClusterPanel(self._cluster, self.watcher))

    def services(self) -> ServicesPanel:
        """Create, scale, update, roll back and remove services."""
        return self._opened(ServicesPanel(self._cluster, self.watcher))

    def inspect(self, kind: str = "service", name: str | None = None) -> InspectPanel:
        """See all that docker knows of a node, service or task, and what each field means.

        Raises:
            ValueError: there is no such kind.
        """
        return self._opened(InspectPanel(self._cluster, self.watcher, kind, name))

    def logs(self, service: str | None = None) -> LogsPanel:
        """Read the logs of a service."""
        return self._opened(LogsPanel(self._cluster, self.watcher, service))

    def faults(self) -> FaultsPanel:
        """Break the lab and mend it."""
        return self._opened(FaultsPanel(self._cluster, self.watcher))

    def ports(self) -> PortsPanel:
        """See which ports are open."""
        return self._opened(PortsPanel(self._cluster, self.watcher))

    def close(self) -> None:
        """End all panels and what they have running: all of them, whatever goes wrong with one.

        Raises:
            Exception: what went wrong first.
        """
        errors: list[Exception] = []
        while self._open:
            try:
                self._open.popitem()[1].end(ENDED)
            except Exception as error:
                errors.append(error)
        if errors:
            raise errors[0]

    def _opened(self, panel: P) -> P:
        before = self._open.pop(type(panel), None)
        if before is not None:
            before.end()
        self._open[type(panel)] = panel
        return panel
