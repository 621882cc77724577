"""lab.toml: what it may say, and what is said of every mistake in it: the line, and what to write instead."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from swarmlab.backends.hosts import SettingsError, read_settings

GOOD = """\
# Three hosts of a cloud.

[[hosts]]
name = "docker-swarm-10"
endpoint = "ssh://ubuntu@203.0.113.20:2222"
address = "172.31.16.20"
public_address = "203.0.113.20"
labels = { zone = "b" }

[[hosts]]
name = "docker-swarm-2"
endpoint = "unix:///var/run/docker.sock"
address = "172.31.16.12"
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "lab.toml"
    path.write_text(text)
    return path


def test_hosts_come_in_the_order_of_their_names(tmp_path: Path) -> None:
    """With all that the file says, and the line where each begins."""
    settings = read_settings(write(tmp_path, GOOD))
    second, tenth = settings.hosts
    assert (second.name, tenth.name) == ("docker-swarm-2", "docker-swarm-10")
    assert (tenth.endpoint, tenth.address) == ("ssh://ubuntu@203.0.113.20:2222", "172.31.16.20")
    assert (tenth.public_address, second.public_address) == ("203.0.113.20", None)
    assert tenth.labels == {"zone": "b"}
    assert settings.where(second) == f"{tmp_path}/lab.toml:10"


def test_a_swarm_that_was_there_may_not_be_changed_unless_the_file_says_so(tmp_path: Path) -> None:
    """The first line of the file, above the hosts."""
    assert not read_settings(write(tmp_path, GOOD)).allow_changes
    assert read_settings(write(tmp_path, f"allow_changes = true\n{GOOD}")).allow_changes


def test_the_files_of_tls_lie_beside_the_file(tmp_path: Path) -> None:
    """Their names are meant from there, whatever the working directory."""
    for name in ("ca.pem", "cert.pem", "key.pem"):
        (tmp_path / name).touch()
    tls = 'ca = "ca.pem"\ncert = "cert.pem"\nkey = "key.pem"\n'
    endpoint = 'endpoint = "tcp://203.0.113.12:2376"'
    text = GOOD.replace('endpoint = "unix:///var/run/docker.sock"', endpoint) + tls
    second, _ = read_settings(write(tmp_path, text)).hosts
    assert second.tls is not None
    assert second.tls.cert == tmp_path / "cert.pem"


def test_the_example_is_right() -> None:
    """docs/lab.toml can be copied as it is."""
    settings = read_settings(Path(__file__).parents[2] / "docs" / "lab.toml")
    assert [host.name for host in settings.hosts] == ["docker-swarm-1", "docker-swarm-2", "docker-swarm-3"]
    assert not settings.allow_changes


MISTAKES = [
    ("name =", "nmae =", 4, "nmae has no meaning here. Did you mean name?"),
    ("[[hosts]]", "[[host]]", 3, "host has no meaning here. Did you mean hosts?"),
    ('name = "docker-swarm-10"\n', "", 3, 'this host has no name. Add a line: name = "docker-swarm-1"'),
    ('"docker-swarm-10"', '"docker swarm"', 4, "name is 'docker swarm', which is no hostname."),
    ('"docker-swarm-10"', "10", 4, "name is 10. Write a text between quotes."),
    ('"docker-swarm-10"', "docker-swarm-10", 4, "Invalid value. Write key = "),
    ('"docker-swarm-10"', '"docker-swarm-2"', 11, "name 'docker-swarm-2' stands in line 4 already."),
    ('"172.31.16.20"', '"172.31.16.12"', 13, "address '172.31.16.12' stands in line 6 already."),
    ('"172.31.16.20"', '"eth0"', 6, "address is 'eth0', which is no IPv4 address. Write the private one"),
    ('"203.0.113.20"', '"203.0.113.20:22"', 7, "public_address is '203.0.113.20:22', which is neither an address"),
    ('"ssh://ubuntu@203.0.113.20:2222"', '"ubuntu@203.0.113.20"', 5, "which begins with none of ssh://, tcp://"),
    ("ubuntu@203.0.113.20:2222", "ubuntu@203.0.113.20:ssh", 5, "whose port is no number up to 65535."),
    ("ubuntu@203.0.113.20:2222", "ubuntu@203.0.113.20/root", 5, "which is no address of an engine."),
    ("ubuntu@203.0.113.20:2222", "-oProxyCommand=x", 5, "which is no address of an engine."),
    ("unix:///var/run/docker.sock", "unix://docker.sock", 12, "which is no absolute path."),
    ("unix:///var/run/docker.sock", "context:", 12, "which names no context."),
    ("unix:///var/run/docker.sock", "tcp://203.0.113.12", 12, "which has no port. Docker's with TLS is 2376"),
    ("unix:///var/run/docker.sock", "tcp://203.0.113.12:2375", 12, "missing: ca, cert, key. Without TLS whoever"),
    ('{ zone = "b" }', '["b"]', 8, 'labels are texts by name. Write labels = { zone = "a" }'),
    ('labels = { zone = "b" }', 'ca = "ca.pem"', 8, "ca belongs to a tcp:// endpoint only. Remove it."),
    ("# Three hosts of a cloud.", 'allow_changes = "yes"', 1, "allow_changes is 'yes'. Write true or false."),
    ('labels = { zone = "b" }', "allow_changes = true", 8, "allow_changes stands above the first [[hosts]]."),
]


@pytest.mark.parametrize(("right", "wrong", "line", "said"), MISTAKES, ids=lambda value: str(value)[:30])
def test_a_mistake_is_said_with_its_line_and_what_to_write(
    right: str, wrong: str, line: int, said: str, tmp_path: Path
) -> None:
    """One sentence each, no traceback of a parser."""
    assert right in GOOD
    path = write(tmp_path, GOOD.replace(right, wrong, GOOD.count(right) if right == "[[hosts]]" else 1))
    with pytest.raises(SettingsError, match=rf"^{re.escape(f'{path}:{line}: ')}.*{re.escape(said)}"):
        read_settings(path)


def test_a_file_without_hosts_says_how_they_are_written(tmp_path: Path) -> None:
    """An empty file, for example."""
    with pytest.raises(SettingsError, match=r"lab.toml:1: there are no hosts\. Begin each with a line \[\[hosts\]\]"):
        read_settings(write(tmp_path, ""))


def test_a_file_that_is_not_there_is_named_in_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A notebook's working directory is not the one where it was started."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SettingsError, match=rf"^{tmp_path}/lab.toml cannot be read: no such file or directory"):
        read_settings("lab.toml")


def test_a_certificate_that_is_not_there_is_named(tmp_path: Path) -> None:
    """Before anybody is asked."""
    tls = 'ca = "ca.pem"\ncert = "cert.pem"\nkey = "key.pem"\n'
    text = GOOD.replace("unix:///var/run/docker.sock", "tcp://203.0.113.12:2376") + tls
    with pytest.raises(SettingsError, match=rf"toml:14: ca is {tmp_path}/ca.pem, which cannot be read: no such"):
        read_settings(write(tmp_path, text))
