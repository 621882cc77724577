"""Who belongs to a swarm: its managers as a raft group, roles, certificates, and each node's own part in it."""
