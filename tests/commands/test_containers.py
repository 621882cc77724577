"""Commands for containers that last, or leave something behind: on a lab of their own, as the CLI does."""

from __future__ import annotations

import re
import shlex
import tarfile
from pathlib import Path

import pytest

from swarmlab.client.cluster import Cluster
from swarmlab.commands import Session
from tests.commands.running import printed
from tests.commands.screens import numberless, screen

pytestmark = pytest.mark.cli

NODE, OTHER = "docker-swarm-1", "docker-swarm-2"


def test_attaching_ends_as_by_ctrl_c(cluster: Cluster) -> None:
    """What it writes from now on; the program is sent the interrupt, has the last word, and ends by it.

    Now and then the CLI is gone before it has printed that.
    """
    for name in ("one", "two"):
        printed(f"docker run --detach --name {name} alpine ping docker.com", cluster, NODE)
    theirs = screen(["attach", "one"], cluster.backend, NODE, interrupt_after="seq=").splitlines()
    ours = [numberless(line) for line in printed("docker attach two", cluster, NODE, patience_s=3).splitlines()]
    assert {*map(numberless, theirs)} - {""} <= {*ours}
    assert ours[-2].startswith("N packets transmitted")
    assert printed("docker ps --quiet --filter name=one --filter name=two", cluster, NODE) == ""


def test_without_proxy_the_container_goes_on(cluster: Cluster) -> None:
    """Ctrl-C ends the client only."""
    printed("docker run --detach --name three alpine ping docker.com", cluster, NODE)
    assert printed("docker attach --sig-proxy=false three", cluster, NODE, patience_s=2).endswith("^C\n")
    assert printed("docker ps --format '{{.Names}}' --filter name=three", cluster, NODE) == "three\n"


def test_figures_are_drawn_until_it_is_enough(cluster: Cluster) -> None:
    """The table as it stood last. The CLI 28.2 draws it once more after Ctrl-C, with `--` for every figure."""
    printed("docker run --detach --name four alpine sleep 1000", cluster, OTHER)
    line = "docker stats --format '{{.Name}} {{.PIDs}}'"
    assert printed(line, cluster, OTHER, patience_s=2).splitlines()[-2:] == ["four 1", "^C"]


@pytest.mark.parametrize("options", ["", "--no-trunc", "--all", "four", "--format json four"])
def test_figures_are_shown_as_the_cli_shows_them(cluster: Cluster, options: str) -> None:
    """Figures change; names, units and columns do not."""
    printed("docker run --detach --name four alpine sleep 1000", cluster, OTHER)
    line = f"docker stats --no-stream {options}"
    theirs = screen(shlex.split(line)[1:], cluster.backend, OTHER)
    assert _shape(printed(line, cluster, OTHER)) == _shape(theirs)


def _shape(text: str) -> list[str]:
    figures = re.sub(r"\d+(\.\d+)?(%|[kM]?B| ?[KMG]iB)", "N", text)
    return sorted(re.sub(" +", " ", line) for line in figures.splitlines())


def test_an_exported_container_is_a_tar(cluster: Cluster, tmp_path: Path) -> None:
    """With all that is in it."""
    printed("docker run --name five alpine sh -c 'echo hi > /made'", cluster, NODE)
    assert printed(f"docker export --output {tmp_path}/five.tar five", cluster, NODE) == ""
    with tarfile.open(tmp_path / "five.tar") as tar:
        made = next(entry for entry in tar if entry.name.lstrip("./") == "made")
        content = tar.extractfile(made)
        assert content is not None
        assert content.read() == b"hi\n"


def test_a_container_s_id_is_kept_in_a_file(cluster: Cluster, tmp_path: Path) -> None:
    """No container, no file."""
    path = tmp_path / "id"
    printed(f"docker create --cidfile {path} nosuch:1", cluster, NODE)
    assert not path.exists()
    assert printed(f"docker create --cidfile {path} alpine", cluster, NODE) == f"{path.read_text()}\n"
    assert "container ID file found" in printed(f"docker create --cidfile {path} alpine", cluster, NODE)


def test_what_was_chosen_is_used_from_then_on(cluster: Cluster) -> None:
    """By `%docker`, and by whoever else reads the lab's configuration."""
    before = Session.on(cluster).context
    try:
        assert printed(f"docker context use {NODE}", cluster, OTHER) == f'{NODE}\nCurrent context is now "{NODE}"\n'
        assert Session.on(cluster).context == NODE
        assert Session.on(cluster, OTHER).context == OTHER
        assert f'"currentContext": "{NODE}"' in (Path(cluster.backend.docker_config) / "config.json").read_text()
        printed("docker context use default", cluster, OTHER)
        assert Session.on(cluster).context == before
    finally:
        printed(f"docker context use {before}", cluster, OTHER)
        cluster.context = None
