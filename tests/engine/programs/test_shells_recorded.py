"""Tests of what the shells of the images print, against busybox 1.35 and dash 0.5.12 (record_shells.py)."""

from __future__ import annotations

import json

import pytest

from swarmlab.engine.host.container import ContainerConfig
from tests.engine.hosts import LocalHost, text_of
from tests.engine.programs.record_shells import FILES, RECORDED

IMAGES = {"ash": "alpine", "dash": "ubuntu:24.04"}
SCRIPTS = json.loads(RECORDED.read_text())


@pytest.mark.parametrize("recorded", SCRIPTS, ids=[each["script"] for each in SCRIPTS])
@pytest.mark.parametrize("shell", IMAGES)
def test_a_script_does_what_it_does_in_a_real_shell(shell: str, recorded: dict[str, tuple[int, str]]) -> None:
    """Its code and every byte, standard error among it; signals reach it as they do beside an init."""
    host = LocalHost()
    host.images.add("ubuntu:24.04")
    command = ("sh", "-c", str(recorded["script"]))
    config = ContainerConfig(image=IMAGES[shell], command=command, working_dir="/srv/files", init=True)
    container = host.containers.create(config)
    container.files.update({f"/srv/files/{name}": "" for name in FILES})
    host.wait(host.containers.start(container.id))
    host.advance(1)
    code, output = recorded[shell]
    assert (container.state.exit_code, text_of(container)) == (code, output + "\n" * (output[-1:] not in ("", "\n")))
