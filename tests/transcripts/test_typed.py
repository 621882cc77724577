"""How transcripts are read."""

from tests.transcripts.typed import Typist, fits, parse, starts_from

TEXT = """\
# a comment
token = docker-swarm-3:~$ docker swarm join-token -q worker
wait 3
within 20 s: docker-swarm-1:~$ docker ps
----
CONTAINER ID     IMAGE

<id>    alpine
# another
{node}:~$ docker info
"""


def test_a_transcript_is_a_list_of_steps() -> None:
    """Command, node, expected lines, and how to type it."""
    keep, ps, info = parse(TEXT)
    assert (keep.name, keep.node, keep.line) == ("token", "docker-swarm-3", "docker swarm join-token -q worker")
    assert (ps.within_s, ps.wait_s, ps.expected) == (20, 3, ("CONTAINER ID  IMAGE", "<id>  alpine"))
    assert (info.node, info.expected, info.number) == ("{node}", (), 10)


def test_what_differs_from_lab_to_lab_is_put_aside() -> None:
    """Ids, ages and the steps of a progress."""
    printed = (
        "vnmyikxrevfs   letters only\na1b2c3d4e5f6   helloworld.1   Running 3 seconds ago\n"
        "overall progress: 0 out of 2 tasks\n1/2: running \noverall progress: 2 out of 2 tasks\n"
        "verify: Waiting 5 seconds to verify that tasks are stable...\nverify: Service converged\n"
    )
    assert Typist([], "").comparable(printed) == [
        "<id>  letters only",
        "<id>  helloworld.1  Running <age> ago",
        "overall progress: 2 out of 2 tasks",
        "verify: Service converged",
    ]


def test_what_differs_from_machine_to_machine_is_put_aside() -> None:
    """A lab's own registry labels its images; sizes are those of the host."""
    printed = (
        "two exited swarmlab.stand-in=0123456789ab bridge\nimage=alpine, name=one, swarmlab.stand-in=x, tier=front\n"
        "swarmlab.stand-in=0123456789ab,tier=front\n CPUs:\t\t2\n Memory:\t23.54GiB\nLimits:\n  Memory:\t64MiB\n"
    )
    assert Typist([], "").comparable(printed) == [
        "two exited  bridge",
        "image=alpine, name=one, tier=front",
        "tier=front",
        " CPUs:  <number>",
        " Memory:  <size>",
        "Limits:",
        "  Memory:  64MiB",
    ]


def test_indentation_is_compared() -> None:
    """It means something in a YAML file; between columns it does not."""
    assert Typist([], "").comparable("services:\n    web:   1\n") == ["services:", "    web:  1"]


def test_an_older_engine_may_print_something_else() -> None:
    """What stands behind its name; without one stands what all others print."""
    (step,) = parse("docker-swarm-1:~$ docker volume rm kept\n----\nnew\n[1]\n---- 20.10\nold\n\n# a comment\n")
    assert (step.expected, step.older) == (("new", "[1]"), {"20.10": ("old",)})


def test_a_transcript_may_start_from_a_swarm() -> None:
    """Its first line says so."""
    assert starts_from("from formed\n\n# a comment\n") == "formed"
    assert starts_from(TEXT) == "separate"


def test_the_order_may_not_matter() -> None:
    """Where the first line says so."""
    assert fits(["<any order>", "a", "b"], ["b", "a"])
    assert not fits(["a", "b"], ["b", "a"])
