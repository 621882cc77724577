"""Tests of the programs that serve: what they log, what they answer, and how a health check of theirs turns bad."""

from __future__ import annotations

import pytest

from swarmlab.engine.host.container import Container
from swarmlab.engine.host.execs import ExecConfig
from swarmlab.engine.host.network_rules import NetworkRequest
from swarmlab.engine.model import Mount
from tests.engine.hosts import LocalHost, text_of


@pytest.fixture
def host() -> LocalHost:
    host = LocalHost()
    for image in (
        "nginx:latest",
        "httpd:latest",
        "traefik/whoami",
        "python:alpine",
        "postgres:alpine",
        "registry:2",
        "mysql:8",
        "mariadb:11",
    ):
        host.images.add(image)
    host.networks.create(NetworkRequest(name="net"))
    return host


def serve(host: LocalHost, image: str, *command: str, **config: object) -> Container:
    """Run a server called `web` on `net`."""
    container = host.run(*command, image=image, name="web", network_mode="net", **config)
    host.advance(5)
    return container


def ask(host: LocalHost, *command: str, image: str = "alpine") -> str:
    return host.output(*command, image=image, network_mode="net")


def shell(host: LocalHost, container: Container, script: str) -> int:
    """The code of a script that is run inside, as `docker exec` and a health check do."""
    exec_ = host.containers.execs.create(container, ExecConfig(command=("sh", "-c", script)))
    host.containers.execs.start(exec_)
    host.advance(3)
    assert exec_.exit_code is not None
    return exec_.exit_code


def test_nginx_answers_and_writes_an_access_log(host: LocalHost) -> None:
    """The page of its image, as long as it is there."""
    web = serve(host, "nginx:alpine")
    assert "<title>Welcome to nginx!</title>" in ask(host, "wget", "-qO-", "http://web/")
    assert ask(host, "wget", "-q", "http://web/nosuch") == "wget: server returned error: HTTP/1.1 404 Not Found\n"
    log = text_of(web)
    assert "/docker-entrypoint.sh: Configuration complete; ready for start up" in log
    assert '"GET / HTTP/1.1" 200 615 "-" "Wget" "-"' in log
    assert 'open() "/usr/share/nginx/html/nosuch" failed (2: No such file or directory), client: 172.18.0.3' in log
    assert '"GET /nosuch HTTP/1.1" 404 153' in log


def test_a_health_check_turns_bad_when_the_page_is_taken_away(host: LocalHost) -> None:
    """By means that work on real engines too: a file is removed, and put back."""
    web = serve(host, "nginx:alpine")
    check = "wget -qO- http://localhost/ || exit 1"
    assert shell(host, web, check) == 0
    assert shell(host, web, "rm /usr/share/nginx/html/index.html") == 0
    assert shell(host, web, check) == 1
    assert shell(host, web, "echo well > /usr/share/nginx/html/index.html") == 0
    assert shell(host, web, check) == 0
    assert shell(host, web, "test ! -f /tmp/unhealthy") == 0
    assert shell(host, web, "touch /tmp/unhealthy") == 0
    assert shell(host, web, "test ! -f /tmp/unhealthy") == 1


def test_an_image_without_ping_has_curl(host: LocalHost) -> None:
    """Debian's nginx; curl shows its meter unless it is told to be silent."""
    web = serve(host, "nginx:latest")
    assert shell(host, web, "curl -fsS http://localhost/ >/dev/null") == 0
    assert shell(host, web, "curl -fs http://localhost/nosuch") == 22
    assert shell(host, web, "curl -s http://localhost:81") == 7
    assert shell(host, web, "curl -s http://nosuch") == 6
    assert shell(host, web, "ping localhost") == 127


def test_httpd_works(host: LocalHost) -> None:
    """It says so."""
    web = serve(host, "httpd:latest")
    assert ask(host, "wget", "-qO-", "web") == "<html><body><h1>It works!</h1></body></html>\n"
    assert "AH00094: Command line: 'httpd -D FOREGROUND'" in text_of(web)


def test_whoami_says_who_it_is_and_feels_as_it_is_told(host: LocalHost) -> None:
    """Its health is posted to it."""
    web = serve(host, "traefik/whoami", "--name", "one", "--port", "8080")
    text = ask(host, "wget", "-qO-", "http://web:8080/")
    assert text.splitlines()[:2] == ["Name: one", f"Hostname: {web.id[:12]}"]
    assert ask(host, "wget", "-qO-", "--post-data", "503", "http://web:8080/health") == ""
    refused = ask(host, "wget", "-qO-", "http://web:8080/health")
    assert refused == "wget: server returned error: HTTP/1.1 503 Service Unavailable\n"


def test_redis_keeps_what_it_is_told(host: LocalHost) -> None:
    """As long as it runs."""
    web = serve(host, "redis:alpine")
    cli = ("redis-cli", "-h", "web")
    for command, answer in (("PING", "PONG"), ("SET a 1", "OK"), ("INCR a", "2"), ("GET a", "2"), ("GET b", "")):
        assert ask(host, *cli, *command.split(), image="redis:alpine") == f"{answer}\n"
    assert ask(host, *cli, "NOSUCH", image="redis:alpine").startswith("ERR unknown command 'NOSUCH'")
    assert "Ready to accept connections tcp" in text_of(web)
    assert ask(host, "redis-cli", "PING", image="redis:alpine") == (
        "Could not connect to Redis at 127.0.0.1:6379: Connection refused\n"
    )


def test_python_serves_files_and_keeps_its_greeting_back(host: LocalHost) -> None:
    """Its output is buffered where it is no terminal."""
    web = serve(host, "python:alpine", "python", "-m", "http.server", working_dir="/srv")
    assert "<h1>Directory listing for /</h1>" in ask(host, "wget", "-qO-", "http://web:8000/")
    assert '"GET / HTTP/1.1" 200 -' in text_of(web)
    assert "Serving HTTP" not in text_of(web)


def test_postgres_starts_slowly_and_not_without_a_password(host: LocalHost) -> None:
    """`pg_isready` says when."""
    refused = host.output(image="postgres:alpine")
    assert refused.startswith("Error: Database is uninitialized and superuser password is not specified.\n")
    web = host.run(image="postgres:alpine", name="web", network_mode="net", env=("POSTGRES_PASSWORD=x",))
    assert ask(host, "pg_isready", "-h", "web", image="postgres:alpine") == "web:5432 - no response\n"
    host.advance(5)
    assert ask(host, "pg_isready", "-h", "web", image="postgres:alpine") == "web:5432 - accepting connections\n"
    assert text_of(web).splitlines()[-1].endswith("database system is ready to accept connections")


@pytest.mark.parametrize(
    ("image", "variable", "refusal"),
    [
        ("mysql:8", "MYSQL_ROOT_PASSWORD", "    - MYSQL_ROOT_PASSWORD\n"),
        ("mariadb:11", "MARIADB_ROOT_PASSWORD", "\tYou need to specify one of MARIADB_ROOT_PASSWORD, "),
    ],
)
def test_mysql_and_mariadb_want_to_be_told_a_password(host: LocalHost, image: str, variable: str, refusal: str) -> None:
    """They end with 1 without one; with one they start slowly, then answer, and end when they are told to."""
    refused = host.run(image=image)
    host.advance(1)
    assert refused.state.exit_code == 1
    assert "[ERROR] [Entrypoint]: Database is uninitialized and password option is not specified\n" in text_of(refused)
    assert refusal in text_of(refused)
    server = host.run(image=image, name="web", network_mode="net", env=(f"{variable}=x",))
    admin = "mysqladmin" if image.startswith("mysql") else "mariadb-admin"
    assert "Can't connect to MySQL server on 'web:3306'" in ask(host, admin, "-h", "web", "ping", image=image)
    host.advance(10)
    assert ask(host, admin, "-h", "web", "ping", image=image) == "mysqld is alive\n"
    assert "ready for connections" in text_of(server)
    host.containers.stop("web")
    host.advance(2)
    assert server.state.exit_code == 0
    assert "hutdown complete" in text_of(server)


def test_a_database_that_is_there_starts_at_once(host: LocalHost) -> None:
    """And asks for no password, since it has one."""
    first = host.run(
        image="mysql:8", env=("MYSQL_ROOT_PASSWORD=x",), mounts=(Mount(source="db", target="/var/lib/mysql"),)
    )
    host.advance(10)
    host.containers.stop(first.id)
    host.advance(2)
    second = host.run(image="mysql:8", mounts=(Mount(source="db", target="/var/lib/mysql"),))
    host.advance(3)
    assert "Initializing database files" not in text_of(second)
    assert "port: 3306  MySQL Community Server" in text_of(second)


def test_an_entrypoint_hands_on_to_whatever_it_is_given(host: LocalHost) -> None:
    """With that program's signals and its own variables."""
    assert host.output("nginx", "-v", image="nginx:alpine").endswith("nginx version: nginx/1.27.3\n")
    assert host.output("echo", "hi", image="redis:alpine") == "hi\n"


def test_two_servers_do_not_share_a_port_of_the_host(host: LocalHost) -> None:
    """The second one says so and ends."""
    host.run(image="nginx:alpine", network_mode="host")
    host.advance(1)
    second = host.run(image="nginx:alpine", network_mode="host")
    host.advance(1)
    assert "bind() to 0.0.0.0:80 failed (98: Address already in use)" in text_of(second)
    assert second.state.exit_code == 1


def test_who_asks_is_told_what_went_wrong(host: LocalHost) -> None:
    """In the words of busybox and Alpine's nc."""
    serve(host, "nginx:alpine")
    assert ask(host, "wget", "-qO-", "http://nosuch") == "wget: bad address 'nosuch'\n"
    assert ask(host, "wget", "-q", "web:81") == "wget: can't connect to remote host (172.18.0.2): Connection refused\n"
    assert ask(host, "nc", "-zv", "web", "80") == "web (172.18.0.2:80) open\n"
    assert ask(host, "nc", "-zv", "web", "81") == "nc: web (172.18.0.2:81): Connection refused\n"
    assert ask(host, "sh", "-c", "wget -O /dev/null http://web 2>&1").splitlines()[:1] == [
        "Connecting to web (172.18.0.2:80)"
    ]
    assert ask(host, "wget", "-T", "2", "-q", "172.18.0.99") == ("wget: download timed out\n")
