"""Learn Docker Swarm by running one.

    lab                                  one face, whatever the backend
     ├─ lessons | magics                 checks and hints; %docker
     │   └─ widgets
     │       └─ plots | commands         pictures; every docker command once
     │           └─ looks                how states look, wherever they are shown
     │               └─ client           nodes, watching, waiting: the docker SDK and nothing else
     └─ backends                         embedded, dind, your own hosts; beside the lab, `doctor` checks what they need
         └─ server                       sockets and threads
             └─ api                      the Engine API, no socket
                 └─ engine               Swarm itself: no I/O, no thread, no clock of its own

A module imports only from below; `gotypes`, Docker's types in Go, and `gotemplate`, Go's template language, lie below
all. The left branch, the learner's side, reaches the right one only through the Docker API. `make check` holds both.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from swarmlab.lab import Lab
    from swarmlab.lessons.practice import exercise
    from swarmlab.lessons.predictions import predict
    from swarmlab.lessons.progress import progress
    from swarmlab.lessons.progress_file import progress_file
    from swarmlab.lessons.quiz import quiz
    from swarmlab.plots import plot_balance, plot_placement, plot_timeline

_HOMES = {
    "Lab": "swarmlab.lab",
    "exercise": "swarmlab.lessons.practice",
    "plot_balance": "swarmlab.plots",
    "plot_placement": "swarmlab.plots",
    "plot_timeline": "swarmlab.plots",
    "predict": "swarmlab.lessons.predictions",
    "progress": "swarmlab.lessons.progress",
    "progress_file": "swarmlab.lessons.progress_file",
    "quiz": "swarmlab.lessons.quiz",
}
"""Where the names of this package live: looked up when asked for, so that no part drags in all the others."""

__all__ = [
    "Lab",
    "exercise",
    "plot_balance",
    "plot_placement",
    "plot_timeline",
    "predict",
    "progress",
    "progress_file",
    "quiz",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
