"""How a story is told: command lines in order, each with the node that it is typed on.

`{address}` stands for the manager's address, `{worker}` for the worker's join token, `{files}` for the tests' own
files, `{directory}` for an empty directory of each lab.
"""

MANAGER = "docker-swarm-3"

Story = list[tuple[str, str]]


def on_manager(*lines: str) -> Story:
    """A story of which every line is typed on the manager."""
    return [(MANAGER, line) for line in lines]
