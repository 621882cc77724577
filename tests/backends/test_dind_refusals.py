"""Dockers that will not do for a lab of real engines: each is refused with the reason and the next step."""

import http.server
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from docker import DockerClient

from swarmlab.backends.contexts import write_contexts
from swarmlab.backends.dind import local_docker, refusals
from swarmlab.backends.dind.refusals import NoLocalDocker
from swarmlab.client.protocols import Host

Serve = Callable[[Mapping[str, object]], DockerClient]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """A Docker of a few answers: what is asked is looked up by the end of its path; the rest is not found."""
    servers: list[http.server.ThreadingHTTPServer] = []
    clients: list[DockerClient] = []

    def start(answers: Mapping[str, object]) -> DockerClient:
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                path = self.path.partition("?")[0]
                found = next((answer for end, answer in answers.items() if path.endswith(end)), None)
                self.send_response(200 if found is not None else 404)
                self.send_header("Content-Type", "application/json")
                self.send_header("Transfer-Encoding", "chunked")
                self.end_headers()
                for part in found if isinstance(found, list) else [found or {"message": "No such image"}]:
                    line = f"{json.dumps(part)}\r\n".encode()
                    self.wfile.write(b"%x\r\n%s\r\n" % (len(line), line))
                self.wfile.write(b"0\r\n\r\n")

            do_POST = do_GET  # noqa: N815

            def log_message(self, *_: Any) -> None:
                pass

        servers.append(http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler))
        threading.Thread(target=servers[-1].serve_forever, daemon=True).start()
        clients.append(DockerClient(base_url=f"tcp://127.0.0.1:{servers[-1].server_port}", version="1.41"))
        return clients[-1]

    yield start
    for client in clients:
        client.close()
    for server in servers:
        server.shutdown()
        server.server_close()


def test_a_docker_with_the_rights_of_root_will_do(serve: Serve) -> None:
    """Whatever else it is protected by."""
    refusals.refuse_unfit(serve({"/info": {"OSType": "linux", "SecurityOptions": ["name=seccomp,profile=default"]}}))
    refusals.refuse_unfit(serve({"/info": {"OSType": "linux", "SecurityOptions": None}}))


def test_a_rootless_docker_is_refused(serve: Serve) -> None:
    """With what an engine needs rights for, and where to find them."""
    rootless = serve(
        {"/info": {"OSType": "linux", "SecurityOptions": ["name=seccomp,profile=default", "name=rootless"]}}
    )
    with pytest.raises(NoLocalDocker, match=r"rootless.* mount file systems.*docker context use default.*=embedded"):
        refusals.refuse_unfit(rootless)


def test_a_docker_that_maps_users_is_refused(serve: Serve) -> None:
    """With the line that does it."""
    with pytest.raises(NoLocalDocker, match=r"userns-remap.*daemon.json.*=embedded"):
        refusals.refuse_unfit(serve({"/info": {"OSType": "linux", "SecurityOptions": ["name=userns"]}}))


def test_a_docker_of_windows_containers_is_refused(serve: Serve) -> None:
    """It can be switched."""
    with pytest.raises(NoLocalDocker, match=r"runs windows containers.*switch to Linux containers.*=embedded"):
        refusals.refuse_unfit(serve({"/info": {"OSType": "windows"}}))


@pytest.mark.parametrize("of", ["DOCKER_HOST", "context"])
def test_a_docker_behind_ssh_is_refused_by_name(of: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything connects, however it is named."""
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    monkeypatch.delenv("DOCKER_CONTEXT", raising=False)
    if of == "DOCKER_HOST":
        monkeypatch.setenv("DOCKER_HOST", "ssh://me@far")
    else:
        far = Host(name="far", address="192.0.2.7", public_address=None, docker_host="ssh://me@far", context="far")
        monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
        write_contexts(tmp_path, [far], current="far")
    with pytest.raises(NoLocalDocker, match=r"reached by ssh://me@far.*Start the lab on that machine"):
        local_docker.connect()


def test_a_docker_without_tls_on_another_machine_is_refused() -> None:
    """The engines' keys would cross the network in clear; on this machine they cross none."""
    with closing(DockerClient(base_url="tcp://192.0.2.7:2375", version="1.41")) as far:
        with pytest.raises(NoLocalDocker, match=r"192.0.2.7:2375 obeys everybody.*DOCKER_TLS_VERIFY"):
            refusals.refuse_open_door(far)
        assert local_docker.published_address(far) == ("0.0.0.0", "192.0.2.7")
    for near in ("tcp://127.0.0.1:2375", "tcp://localhost:2375", "unix:///var/run/docker.sock"):
        with closing(DockerClient(base_url=near, version="1.41")) as client:
            refusals.refuse_open_door(client)
            assert local_docker.published_address(client) == ("127.0.0.1", "127.0.0.1")


def test_a_pull_tells_how_far_it_is(serve: Serve) -> None:
    """Summed over the layers, as they come."""
    layer = {"status": "Downloading", "id": "1", "progressDetail": {"current": 10_000_000, "total": 40_000_000}}
    lines = [
        {"status": "Pulling from library/docker", "id": "dind"},
        layer,
        {**layer, "id": "2", "progressDetail": {"current": 2_000_000, "total": 60_000_000}},
        {**layer, "progressDetail": {"current": 40_000_000, "total": 40_000_000}},
        {"status": "Pull complete", "id": "1", "progressDetail": {}},
    ]
    told: list[tuple[str, str]] = []
    client = serve({"/images/create": lines})
    local_docker.require_image(client, "docker:dind", "Name another.", lambda who, doing: told.append((who, doing)))
    assert told == [
        ("Docker", "pulls docker:dind"),
        ("Docker", "pulls docker:dind, 10 of 40 MB"),
        ("Docker", "pulls docker:dind, 12 of 100 MB"),
        ("Docker", "pulls docker:dind, 42 of 100 MB"),
        ("Docker", ""),
    ]


def test_an_image_that_cannot_be_pulled_is_named_with_the_reason(serve: Serve) -> None:
    """Docker answers a pull with success, and says in the middle that it failed."""
    client = serve({"/images/create": [{"status": "Pulling"}, {"error": "toomanyrequests: rate limit"}]})
    with pytest.raises(NoLocalDocker, match=r"docker:dind is not .* \(toomanyrequests: rate limit\)\. Name another\."):
        local_docker.require_image(client, "docker:dind", "Name another.")


@pytest.mark.parametrize(
    ("host", "advice"),
    [
        ("unix:///nowhere/docker.sock", r"at unix:///nowhere/docker.sock \(.*Install Docker"),
        ("tcp://127.0.0.1:1", r"at tcp://127.0.0.1:1 \(.*DOCKER_TLS_VERIFY and .*does `docker info` answer"),
    ],
)
def test_a_docker_that_does_not_answer_is_named(host: str, advice: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With what helps there, and the way out."""
    monkeypatch.setenv("DOCKER_HOST", host)
    with pytest.raises(NoLocalDocker, match=rf"^No Docker answers {advice}.*SWARMLAB_BACKEND=embedded\.$"):
        local_docker.connect()


def test_who_is_trusted_on_the_internet_does_not_matter(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither proxies nor authorities of the environment are for a Docker."""
    near = serve({"/version": {"ApiVersion": "1.41"}, "/_ping": "OK"})
    monkeypatch.setenv("DOCKER_HOST", near.api.base_url.replace("http://", "tcp://"))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    with closing(local_docker.connect()) as client:
        assert client.api.base_url == near.api.base_url
