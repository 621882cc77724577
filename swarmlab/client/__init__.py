"""The learner's side of the Docker Engine API: nodes, snapshots of a cluster, waiting.

Imports the docker SDK and nothing else of this project. What no Docker API offers (faults, ports, the clock)
comes through the protocols of :mod:`swarmlab.client.protocols`, which each backend implements.
"""
