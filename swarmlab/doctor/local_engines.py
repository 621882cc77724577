"""Whether this machine's own Docker can carry a lab of real engines in containers (dind)."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from docker import DockerClient

from swarmlab.backends.dind import NoLocalDocker, local_docker, node_plan, refusals, registry
from swarmlab.backends.hosts.shell import ProgramShell, is_here
from swarmlab.backends.states import SERVICE_IMAGE
from swarmlab.doctor.checks import Check, failed, ok, unknown
from swarmlab.doctor.container import LABEL
from swarmlab.doctor.disk import check_disk
from swarmlab.doctor.engine import check_version
from swarmlab.doctor.engine_facts import ENGINE_ERRORS, ask, sentence
from swarmlab.doctor.facts import HostFacts
from swarmlab.doctor.kernel import check_kernel
from swarmlab.doctor.local import HERE, LOOPBACK
from swarmlab.doctor.looking import look_through

SOCKET = Path("/var/run/docker.sock")


def check_docker() -> list[Check]:
    """Everything that a lab of real engines needs of the local Docker."""
    try:
        client = local_docker.connect()
    except NoLocalDocker as error:
        return [without_docker(error)]
    try:
        return check_engine(client)
    finally:
        client.close()


def check_engine(client: DockerClient) -> list[Check]:
    """The same of a Docker that answers."""
    host = ask(client, name=HERE, address=LOOPBACK, endpoint="the docker command's")
    if host.unreached:
        return [failed(HERE, "Docker", host.unreached, "sudo systemctl status docker")]
    host = _look(host)
    images = {name: local_docker.has_image(client, name) for name in needed_images(os.environ)}
    return [
        check_version(host),
        check_local(client),
        check_rights(host),
        *check_images(images),
        check_privileged(client, next((name for name, is_there in images.items() if is_there), None)),
        check_disk(host),
        *check_kernel(host),
    ]


def _look(host: HostFacts) -> HostFacts:
    if not is_here(host.info):
        return replace(host, why_no_inside="Docker runs in a machine of its own")
    shell = ProgramShell(["sh"])
    try:
        return look_through(shell, host)
    finally:
        shell.close()


def needed_images(environment: Mapping[str, str]) -> list[str]:
    """Which images a lab needs; what they run in is the first."""
    return [
        environment.get("SWARMLAB_NODE_IMAGE") or node_plan.DEFAULT_IMAGE,
        environment.get("SWARMLAB_REGISTRY_IMAGE") or registry.DEFAULT_IMAGE,
        SERVICE_IMAGE,
    ]


def check_local(client: DockerClient) -> Check:
    """Whether the engines' ports could be reached from here, and by nobody else."""
    try:
        refusals.refuse_open_door(client)
    except NoLocalDocker as error:
        found, _, mend = str(error).partition(". ")
        return failed(HERE, "local", found, mend)
    _, reached_at = local_docker.published_address(client)
    if reached_at == LOOPBACK:
        return ok(HERE, "local", "reached without a network")
    return unknown(HERE, "local", f"Docker is on {reached_at}: whether its ports can be reached is seen at a start")


def check_rights(host: HostFacts) -> Check:
    """Whether it has the rights that engines inside need."""
    if why := refusals.unfit(host.info):
        found, mend = why
        return failed(HERE, "rights", found, mend, refusals.EMBEDDED)
    if host.info.get("OperatingSystem") == "Docker Desktop":
        return unknown(HERE, "rights", "Docker Desktop: not measured; it should do")
    return ok(HERE, "rights", "of root, nothing remapped")


def check_images(images: Mapping[str, bool]) -> list[Check]:
    """Whether they are there; a start pulls the others."""
    return [
        ok(HERE, "image", f"{name} is there")
        if is_there
        else unknown(HERE, "image", f"{name} is not there; a start tries to pull it, as docker pull {name} does")
        for name, is_there in images.items()
    ]


def check_privileged(client: DockerClient, image: str | None) -> Check:
    """Whether a privileged container starts: one is tried, and removed."""
    question = "privileged"
    if image is None:
        return unknown(HERE, question, "not tried: none of the images is there")
    try:
        _run_privileged(client, image)
    except ENGINE_ERRORS as error:
        if any(text in str(error) for text in refusals.NO_PRIVILEGE):
            return ok(HERE, question, "not wholly; a lab then takes each capability by its name")
        return failed(HERE, question, sentence(error), "allow privileged containers, or use the embedded lab")
    return ok(HERE, question, "a privileged container starts")


def _run_privileged(client: DockerClient, image: str) -> None:
    container = client.containers.create(image, entrypoint=["true"], privileged=True, labels={LABEL: "1"})
    try:
        container.start()
        container.wait()
    finally:  # one that did not start stays, too; the image of a node has a nameless volume
        container.remove(v=True, force=True)


def without_docker(error: NoLocalDocker) -> Check:
    """What it means that no Docker answers: nothing is wrong where there is none."""
    if error.__cause__ is None:
        found, _, mend = str(error).partition(". ")
        return failed(HERE, "Docker", found, mend)
    if not os.environ.get("DOCKER_HOST") and not os.path.lexists(SOCKET) and shutil.which("dockerd") is None:
        return unknown(HERE, "Docker", "none on this machine; the embedded lab needs none")
    cause = sentence(error.__cause__)
    if "ermission denied" in cause:
        mend = "sudo usermod --append --groups docker $USER, then log in anew"
    else:
        mend = "sudo systemctl start docker; where it is not installed: https://docs.docker.com/engine/install/"
    return failed(HERE, "Docker", f"does not answer: {cause}", mend)
