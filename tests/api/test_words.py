"""Words and numbers that people read: durations, states, progress."""

import pytest

from swarmlab.api.container_json import command_text, human_duration, status_text
from swarmlab.api.images import human_size, progress_bar
from swarmlab.engine.host.container import ContainerState, ContainerStatus, HealthStatus

MINUTE, HOUR, DAY = 60, 3600, 86400


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.4, "Less than a second"),
        (1, "1 second"),
        (59, "59 seconds"),
        (60, "About a minute"),
        (2 * MINUTE, "2 minutes"),
        (59 * MINUTE, "59 minutes"),
        (HOUR, "About an hour"),
        (2 * HOUR, "2 hours"),
        (2 * DAY, "2 days"),
        (14 * DAY, "2 weeks"),
        (90 * DAY, "3 months"),
        (800 * DAY, "2 years"),
    ],
)
def test_how_long(seconds: float, words: str) -> None:
    """As go-units says it."""
    assert human_duration(seconds) == words


@pytest.mark.parametrize(
    ("state", "health", "words"),
    [
        (ContainerState(), None, "Created"),
        (ContainerState(status=ContainerStatus.RUNNING, started_at=93), None, "Up 7 seconds"),
        (ContainerState(status=ContainerStatus.RUNNING, started_at=93), "healthy", "Up 7 seconds (healthy)"),
        (ContainerState(status=ContainerStatus.RUNNING, started_at=93), "starting", "Up 7 seconds (health: starting)"),
        (ContainerState(status=ContainerStatus.PAUSED, started_at=93), None, "Up 7 seconds (Paused)"),
        (
            ContainerState(status=ContainerStatus.RESTARTING, exit_code=2, finished_at=98),
            None,
            "Restarting (2) 2 seconds ago",
        ),
        (
            ContainerState(status=ContainerStatus.EXITED, exit_code=137, finished_at=98),
            "unhealthy",
            "Exited (137) 2 seconds ago",
        ),
    ],
)
def test_the_status_of_a_container(state: ContainerState, health: str | None, words: str) -> None:
    """The column of `docker ps`."""
    assert status_text(state, HealthStatus(health) if health else None, now=100) == words


def test_a_word_with_a_blank_stands_in_quotes() -> None:
    """Recorded from 28.5.2: the column COMMAND, where the CLI cuts after 20 characters."""
    assert command_text(("ping", "docker.com")) == "ping docker.com"
    assert command_text(("nginx", "-g", "daemon off;")) == "nginx -g 'daemon off;'"
    assert command_text(("my program",)) == "my program"


def test_progress_is_a_bar_of_fifty() -> None:
    """Recorded from 28.5.2."""
    assert progress_bar(32768, 1068826) == f"[=>{' ' * 49}]  32.77kB/1.069MB"
    assert progress_bar(1068826, 1068826) == f"[{'=' * 50}>]  1.069MB/1.069MB"


def test_sizes_have_four_digits() -> None:
    """Decimal units."""
    assert [human_size(size) for size in (5, 1500, 7_830_000)] == ["5B", "1.5kB", "7.83MB"]
