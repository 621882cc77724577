"""Tests of the small shell."""

from __future__ import annotations

import pytest

from swarmlab.engine.errors import NotImplementedHere
from swarmlab.engine.host.container import ContainerConfig
from tests.engine.hosts import LocalHost, text_of


@pytest.mark.parametrize(
    ("script", "output"),
    [
        ("echo a b  'c  d' \"e $HOME\"", "a b c  d e /root\n"),
        ("true && echo yes || echo no", "yes\n"),
        ("false && echo yes || echo no", "no\n"),
        ("nosuch; echo $?", "sh: nosuch: not found\n127\n"),
        ("i=0; while [ $i -lt 3 ]; do echo $i; i=$((i + 1)); done", "0\n1\n2\n"),
        ("until true; do echo never; done; echo done", "done\n"),
        ("for name in a 'b c'; do echo \"<$name>\"; done", "<a>\n<b c>\n"),
        ("if [ -e /x ]; then echo y; elif true; then echo z; else echo n; fi", "z\n"),
        ('echo "$(echo inner $(echo deep))"', "inner deep\n"),
        ("echo $((2 * (3 + 4)))", "14\n"),
        ("A=5; echo ${A}x ${B:-default}", "5x default\n"),
        ("echo one > /f; echo two >> /f; cat /f", "one\ntwo\n"),
        ("cat /nosuch 2>&1", "cat: can't open '/nosuch': No such file or directory\n"),
        ("for i in 1 2 3; do if [ $i = 2 ]; then break; fi; echo $i; done", "1\n"),
        ('echo \'a"b\' "c\\"d" # comment', 'a"b c"d\n'),
        ("cd /tmp; pwd", "/tmp\n"),
        ("export A=1; printenv A", "1\n"),
        ("echo 'no end", "sh: syntax error: unterminated quoted string\n"),
        ("if true; then echo a", 'sh: syntax error: unexpected end of file (expecting "fi")\n'),
        ("echo $((1 / 0)); echo never", "sh: divide by zero\n"),
        ("seq 5 | tail -n 2 | wc -l", "2\n"),
        ("printf 'b\\na\\nb\\n' | sort | uniq -c", "      1 a\n      2 b\n"),
        ("while true; do echo y; done | head -n 2", "y\ny\n"),
        ("echo a b | while read x y; do echo $y-$x; done", "b-a\n"),
        ("x=1; echo 2 | read x; echo $x", "1\n"),
        ("! true; echo $?; ! echo a | grep -q b && echo none", "1\nnone\n"),
        ("cat /nosuch 2>/dev/null || echo gone", "gone\n"),
        ("cat /nosuch 2>/err; cat /err | cut -d: -f1", "cat\n"),
        ("test ! -f /tmp/unhealthy && echo well", "well\n"),
        ("seq 3 | xargs echo", "1 2 3\n"),
        ("seq 1 2 5 | grep -v 3 | tr '\\n' ,", "1,5,\n"),
        ("echo 'a=1' | sed s/=/-/", "a-1\n"),
    ],
)
def test_a_script_prints(script: str, output: str) -> None:
    """What busybox's sh prints, standard error among it."""
    assert LocalHost().output("sh", "-c", script) == output


def test_its_code_is_that_of_exit_or_of_the_last_command() -> None:
    """`exit 7`, or whatever came last."""
    host = LocalHost()
    for script, code in (("exit 7; echo no", 7), ("true; false", 1), ("false; true", 0)):
        container = host.run("sh", "-c", script)
        host.advance(1)
        assert container.state.exit_code == code


def test_sleeping_takes_time() -> None:
    """A loop with `sleep` writes as time passes."""
    host = LocalHost()
    container = host.run("sh", "-c", "while true; do date; sleep 5; done")
    host.advance(11)
    lines = text_of(container).splitlines()
    assert len(lines) == 3
    assert lines[0].endswith(" UTC 2026")


def test_a_loop_that_only_computes_lets_time_pass() -> None:
    """Else it would hold up the whole simulation."""
    host = LocalHost()
    container = host.run("sh", "-c", "while true; do :; done")
    host.advance(1)
    assert container.state.running


@pytest.mark.parametrize(
    "script", ["sleep 1 & wait", "sleep 1 &", "case x in x) ;; esac", "(echo a)", "cat <<END", "echo `date`"]
)
def test_what_it_does_not_have_is_refused_at_once(script: str) -> None:
    """When the container is created, not when it runs."""
    with pytest.raises(NotImplementedHere, match=r"sh has no"):
        LocalHost().containers.create(ContainerConfig(image="alpine", command=("sh", "-c", script)))


def test_at_a_terminal_it_waits() -> None:
    """Recorded from 28.5.2: `docker service create --tty alpine` runs, and a stop has to kill it."""
    host = LocalHost()
    container = host.run(tty=True)
    host.advance(60)
    assert container.state.running
    assert text_of(container) == ""


def test_without_a_script_it_reads_the_end_of_its_input() -> None:
    """`docker run alpine` ends at once with code 0."""
    host = LocalHost()
    container = host.run()
    host.advance(1)
    assert (container.command, container.state.exit_code) == (("/bin/sh",), 0)
