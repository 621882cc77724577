"""The questions of the quizzes: one or two a lesson, with a sentence for each option on why it is right or wrong."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Option:
    """One possible answer."""

    text: str
    is_right: bool
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question; exactly one option is right.

    Attributes:
        id: number of the lesson, `q`, and a number.
    """

    id: str
    text: str
    options: tuple[Option, ...]

    @property
    def lesson(self) -> str:
        """The number of the lesson that it belongs to."""
        return self.id[:2]


def _wrong(text: str, because: str) -> Option:
    return Option(text, False, because)


def _right(text: str, because: str) -> Option:
    return Option(text, True, because)


_ALL = (
    Question(
        id="00-q1",
        text="A node dies, new tasks replace its tasks on other nodes, and it comes back. What do the new tasks do?",
        options=(
            _wrong("They move to that node.", "Swarm does not move a running task: moving means stopping."),
            _right("They stay where they are.", "The node is empty until new tasks have to be placed."),
            _wrong(
                "They run beside the old ones, which start again.",
                "The number of replicas is declared, and the swarm keeps to it: what is left of the old ones is shut"
                " down.",
            ),
        ),
    ),
    Question(
        id="01-q1",
        text="All nodes are Ready, yet containers on different hosts cannot talk. Which port is closed?",
        options=(
            _wrong("2377/tcp", "Then the workers' heartbeats would not arrive, and they would be Down."),
            _right("4789/udp", "It carries the packets of the containers, and Swarm does not look at them."),
            _wrong("22/tcp", "That is ssh. A swarm does not use it."),
        ),
    ),
    Question(
        id="01-q2",
        text="What is a task?",
        options=(
            _wrong("A bundle of services, deployed from one file.", "That is a stack."),
            _wrong("A command that is typed on a manager.", "Commands change declarations; tasks are made from those."),
            _right(
                "What fills one slot of a service: one container on one node.", "A service has as many as replicas."
            ),
        ),
    ),
    Question(
        id="02-q1",
        text="What decides whether a host joins as a worker or as a manager?",
        options=(
            _right("The token.", "There is one for workers and one for managers."),
            _wrong("The address that it asks.", "Any manager's address will do, for both roles."),
            _wrong("The host on which `swarm join` runs.", "It runs on the host that joins, whatever its role."),
        ),
    ),
    Question(
        id="02-q2",
        text="docker-swarm-2 has to be off for an hour, and its tasks must run on elsewhere. What do you do first?",
        options=(
            _wrong("`pause`", "A paused node keeps its tasks: they would die with it."),
            _right("`drain`", "Its tasks are stopped and replaced on active nodes, before it is switched off."),
            _wrong("`docker node rm`", "A node that is Ready cannot be removed, and it would have to join again."),
        ),
    ),
    Question(
        id="03-q1",
        text="The container of a task is killed. What does Swarm do?",
        options=(
            _wrong("It starts the same container again.", "A task never starts twice; `docker start` is not used."),
            _right("It makes a new task in the same slot.", "After a delay of five seconds, with a new container."),
            _wrong("It waits for somebody to decide.", "It holds the declared state without being asked."),
        ),
    ),
    Question(
        id="04-q1",
        text="Why does a service say alpine:latest@sha256:… although only alpine was typed?",
        options=(
            _wrong(
                "Docker has made a copy of the image for this service.",
                "Nothing is copied: the digest names the image as it lies in the registry.",
            ),
            _right(
                "The tag may mean another image tomorrow.",
                "The digest was looked up at creation, so that every node starts the same image, later too.",
            ),
            _wrong("It is the ID of the service.", "The service has an ID of its own, in the first line."),
        ),
    ),
    Question(
        id="05-q1",
        text="The CPUs of all nodes are at 100 percent. What does Swarm do about the number of replicas?",
        options=(
            _wrong("It adds replicas.", "There is no autoscaling."),
            _wrong("It removes replicas from the busiest node.", "The load of a node plays no part."),
            _right("Nothing.", "The number changes when somebody gives the command."),
        ),
    ),
    Question(
        id="05-q2",
        text="Eight replicas on three active nodes: how many tasks has each?",
        options=(
            _wrong("8, 0 and 0", "That would fill one node first; the only strategy of Swarm is spread."),
            _right("3, 3 and 2", "Each new task goes to the node with the fewest of them."),
            _wrong("That depends on the memory that is free.", "Free memory plays no part, only reservations do."),
        ),
    ),
    Question(
        id="06-q1",
        text="A service has four tasks, each has written 100 lines. How many lines does `--tail 5` show?",
        options=(
            _wrong("5", "The number counts for each task."),
            _right("20", "Five of each task."),
            _wrong("It is refused.", "Only negative numbers are."),
        ),
    ),
    Question(
        id="07-q1",
        text="A service with a volume is removed. What is left on the hosts a minute later?",
        options=(
            _wrong("Nothing.", "The volumes stay."),
            _wrong("Its containers, stopped.", "They are removed with their tasks."),
            _right("The volumes.", "Data is not removed by itself, only by hand and on each host."),
        ),
    ),
    Question(
        id="08-q1",
        text="A join says: Timeout was reached before node joined. Which of these does not lead to this message?",
        options=(
            _right(
                "The token is wrong.", "A wrong token is refused at once, in other words: somebody was there to answer."
            ),
            _wrong("Port 2377 is closed in the cloud's inbound rules.", "The packets vanish: this very message."),
            _wrong("The address is one that cannot be reached from there.", "Nobody answers: this very message."),
        ),
    ),
    Question(
        id="08-q2",
        text="docker service ls shows 7/5. What has happened?",
        options=(
            _wrong("Somebody has scaled the service to seven.", "Then the right number would be 7."),
            _right(
                "A node with two tasks is lost.",
                "They were last seen running, and their replacements run: both are counted.",
            ),
            _wrong("Swarm keeps two tasks in reserve.", "There is no such thing: it makes tasks when they are needed."),
        ),
    ),
    Question(
        id="17-q1",
        text="From where does the security group of three hosts have to allow 2377/tcp?",
        options=(
            _wrong(
                "From everywhere, 0.0.0.0/0.",
                "It would work, and anybody could knock at the manager: with a token that leaks they are in.",
            ),
            _wrong("From your own computer.", "It reaches the engines through ssh, 22/tcp. Who joins is another host."),
            _right("From the group itself.", "The hosts join one another, by their private addresses."),
        ),
    ),
)

QUESTIONS = {each.id: each for each in _ALL}
