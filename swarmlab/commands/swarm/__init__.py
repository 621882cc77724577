"""`docker swarm …` and `docker node …`: the swarm and its machines."""
