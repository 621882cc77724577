"""Hosts for the doctor's tests: facts made up, simulated engines, and two network namespaces with real packets."""

from tests.hosts.network import mark_packets as pytest_collection_modifyitems
from tests.hosts.network import network, two_hosts
from tests.labs import start_lab

__all__ = ["network", "pytest_collection_modifyitems", "start_lab", "two_hosts"]
