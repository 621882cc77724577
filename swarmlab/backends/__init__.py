"""The ways to have a lab. Each module or package here implements :class:`swarmlab.client.protocols.Backend`."""
