"""Learn Docker Swarm by running one."""
