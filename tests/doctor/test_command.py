"""`python -m swarmlab doctor`: what it prints, and its exit status."""

import json
from pathlib import Path

import pytest

from swarmlab.__main__ import main
from tests.labs import StartLab


@pytest.fixture(autouse=True)
def no_docker(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A Docker that was named, and is not there."""
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/docker.sock")


def test_it_checks_this_machine(capsys: pytest.CaptureFixture[str]) -> None:
    """For both backends that live on it; one red line makes the status 1."""
    assert main(["doctor"]) == 1
    printed = capsys.readouterr().out
    assert "This machine, for simulated engines (embedded)\n  ✓ this machine  Python " in printed
    assert "  ✗ this machine  Docker  does not answer: No such file or directory\n      → sudo systemctl" in printed
    assert printed.endswith("1 failed, 5 ok.\n")


def test_it_speaks_to_programs(capsys: pytest.CaptureFixture[str]) -> None:
    """The same as JSON."""
    assert main(["doctor", "--json"]) == 1
    said = json.loads(capsys.readouterr().out)
    assert said["ok"] is False
    assert [check["question"] for check in said["checks"] if check["verdict"] == "failed"] == ["Docker"]


def test_it_checks_the_hosts_of_a_lab_toml(
    start_lab: StartLab, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Simulated engines, reached over unix sockets."""
    file = tmp_path / "lab.toml"
    lines = [
        f'[[hosts]]\nname = "{host.name}"\nendpoint = "{host.docker_host}"\naddress = "{host.address}"\n'
        for host in start_lab("formed", time="live").hosts
    ]
    file.write_text("\n".join(lines))
    main(["doctor", "--hosts", str(file)])
    printed = capsys.readouterr().out
    assert "  ✓ docker-swarm-3  swarm                   manager, ready\n" in printed
    assert "  ✓ docker-swarm-1 → docker-swarm-3  2377/tcp " in printed


def test_a_mistake_in_lab_toml_is_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With its line, and nothing is checked."""
    file = tmp_path / "lab.toml"
    file.write_text('[[hosts]]\nname = "docker-swarm-1"\nadress = "172.31.16.11"\n')
    assert main(["doctor", "--hosts", str(file)]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith(f"{file}:3: adress has no meaning here")  # codespell:ignore adress


def test_it_is_among_the_verbs(capsys: pytest.CaptureFixture[str]) -> None:
    """`--help` lists it; its options come when it is asked for."""
    for words, expected in ((["--help"], "\n    doctor "), (["doctor", "--help"], "--hosts FILE")):
        with pytest.raises(SystemExit, match="0"):
            main(words)
        assert expected in capsys.readouterr().out
