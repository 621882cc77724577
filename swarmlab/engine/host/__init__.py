"""What one `dockerd` has on its host: containers, images, volumes, networks, logs, and the agent that runs tasks."""
