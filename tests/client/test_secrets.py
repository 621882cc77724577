"""Join tokens and unlock keys are hidden where they would open something."""

from __future__ import annotations

import io
from types import SimpleNamespace
from typing import Any

from swarmlab.client.secrets import masked, shown
from swarmlab.commands import Terminal

TOKEN = "SWMTKN-1-3pu6hszjas19xyp7ghgosyx9k8atbfcr8p2is99znpy26u2lkl-1awxwuwd3z9j1z3puu7rcgdbx"
KEY = "SWMKEY-1-7c37Cc8654o6p38HnroywCi19pllOnGtbdZEgtKxZu8"


def backend(name: str) -> Any:
    """One that has a name and nothing else."""
    return SimpleNamespace(name=name)


def test_what_opens_something_is_hidden_and_nothing_else() -> None:
    """Wherever it stands in a line, and as often as it does; its kind can still be read."""
    line = f"    docker swarm join --token {TOKEN} 10.0.0.3:2377\n'{KEY}' and {TOKEN!r}"
    hidden = masked(line)
    assert hidden == (
        "    docker swarm join --token SWMTKN-1-…masked 10.0.0.3:2377\n'SWMKEY-1-…masked' and 'SWMTKN-1-…masked'"
    )


def test_hiding_twice_changes_nothing() -> None:
    """Text may pass through more than one place that hides."""
    assert masked(masked(TOKEN)) == masked(TOKEN)


def test_a_key_with_base64_s_signs_is_hidden_whole() -> None:
    """Nothing of it is left behind a sign."""
    assert masked("SWMKEY-1-ab+cd/ef== end") == "SWMKEY-1-…masked end"


def test_a_simulated_swarm_hides_nothing() -> None:
    """Its tokens open nothing, and a lesson shows them."""
    assert shown(TOKEN, backend("embedded")) == TOKEN


def test_a_real_swarm_hides_unless_asked() -> None:
    """On containers of the local Docker, and on a learner's own hosts."""
    for name in ("dind", "hosts"):
        assert shown(TOKEN, backend(name)) == masked(TOKEN)
        assert shown(TOKEN, backend(name), asked=True) == TOKEN


def test_a_terminal_may_hide_what_it_prints() -> None:
    """A command prints as ever; what is seen has no token in it."""
    out = io.StringIO()
    Terminal(out, shown=masked).print(f"    docker swarm join --token {TOKEN} 10.0.0.3:2377")
    assert out.getvalue() == "    docker swarm join --token SWMTKN-1-…masked 10.0.0.3:2377\n"
