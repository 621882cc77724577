"""A history: what users type and what breaks, one line each, as it is printed when a promise is broken, and read again.

    lab: 3 hosts, 1 managers, seed 7
    docker-swarm-3:~$ docker service create -d --name web --replicas 3 alpine ping docker.com
    wait 3
    docker-swarm-1: stop
    jump 100

`{worker}` and `{manager}` in a command are the join tokens that the swarm had at the start, `{docker-swarm-1}` is that
host's address, `{key}` unlocks the host on which the command is typed. A fault is a word of
`swarmlab.client.protocols.Faults`, with a port where it needs one; `kill` and `lose` take the host's first container.
Besides, a host can `pause` (its machine stands still) and `resume`, and its clock can go `ahead 300` seconds; `jump` is
the time of the whole lab. A comment begins with `#`.
"""

from __future__ import annotations

import io
import re
from contextlib import suppress
from dataclasses import dataclass

from requests.exceptions import RequestException

from swarmlab.client.cluster import Cluster, Node
from swarmlab.commands import DockerError, Session, Terminal, parse
from swarmlab.engine import states
from swarmlab.engine.swarm.cluster import Swarm
from swarmlab.engine.swarm.membership import LocalNodeState, Membership
from tests.in_process import InProcess
from tests.invariants.promises import Promises

HEADER = re.compile(r"lab: (\d+) hosts, (\d+) managers, seed (\d+)")
COMMAND = re.compile(r"([\w-]+):~\$ (.*)")
WAIT = re.compile(r"wait ([\d.]+)")
JUMP = re.compile(r"jump ([\d.]+)")
CREATED = re.compile(r"docker service create .*--name (\S+)")
FORCED = "--force-new-cluster"
REMOVED = re.compile(r"docker service rm (\S+)")
FAULT = re.compile(r"([\w-]+): (\w+)(?: (\S+))?")

MAY_GO_WRONG = re.compile(
    r"does not have a leader|code = DeadlineExceeded|code = Unavailable|update out of sequence|raft: stopped"
    r"|Timeout was reached before node joined|This node is not a swarm manager|This node is (not|already) part of"
    r"|You are attempting to leave the swarm|Swarm is encrypted|this engine has no"
)
"""What an engine may answer with a status of 500 and more, however well it is."""

_NO_KEY = "SWMKEY-1-7c37Cc8654o6p38HnroywCi19pllOnGtbdZEgtKxZu8"
"""A key that unlocks nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What happens, in order, to how large a lab."""

    hosts: int = 3
    managers: int = 1
    seed: int = 0
    lines: tuple[str, ...] = ()

    @classmethod
    def read(cls, text: str) -> History:
        """The history that a text tells, from the line about the lab on."""
        lines = [line.strip() for line in text.splitlines()]
        told = [line for line in lines if line and not line.startswith("#")]
        began = next(number for number, line in enumerate(told) if HEADER.fullmatch(line))
        match, rest = HEADER.fullmatch(told[began]), told[began + 1 :]
        assert match
        hosts, managers, seed = map(int, match.groups())
        return cls(hosts=hosts, managers=managers, seed=seed, lines=tuple(rest))

    def __str__(self) -> str:
        return "\n".join([f"lab: {self.hosts} hosts, {self.managers} managers, seed {self.seed}", *self.lines])


class Played:
    """A lab that lives through a history. `told` is what happened so far, with times and answers."""

    def __init__(self, history: History) -> None:
        managers = "three-managers" if history.managers == 3 else "formed"
        simulation = states.build(managers, nodes=history.hosts, seed=history.seed)
        self.promises = Promises(simulation)
        self.lab = InProcess(simulation, self.promises.look)
        self.cluster = Cluster(self.lab)  # type: ignore[arg-type]
        self._history = history
        self._began = simulation.clock.now
        self._names = {host.name: host.address for host in self.lab.hosts}
        swarm = self.cluster.manager().client.api.inspect_swarm()
        self._names |= {role.lower(): token for role, token in swarm["JoinTokens"].items()}
        self.told = str(self._history).splitlines()[:1]
        self._committed: dict[str, tuple[list[Swarm], str]] = {}

    def play(self) -> None:
        """Live through all of it.

        Raises:
            AssertionError: a promise was broken; the text tells the history up to there.
        """
        try:
            for line in self._history.lines:
                self._tell(line)
                self._do(line)
                assert not self.lab.simulation.step(), "a step leaves something to do"
        except Exception as error:
            raise AssertionError(f"{error}\n\n{self}") from error

    def settle(self) -> None:
        """Heal every fault; then everything comes to rest as it was declared.

        Raises:
            AssertionError: it does not; the text tells the history.
        """
        try:
            self._tell("# every fault is healed")
            self.lab.faults.heal()
            for node in self.cluster:
                self._unlock(node)
            self.promises.wait_settled(self.cluster)
            self._look_for_committed()
        except Exception as error:
            raise AssertionError(f"{error}\n\n{self}") from error

    def __str__(self) -> str:
        return "\n".join(self.told)

    def _tell(self, line: str) -> None:
        self.told.append(line)
        if not WAIT.fullmatch(line):
            self.told.append(f"#   after {self.lab.simulation.clock.now - self._began:.3f} s")

    def _do(self, line: str) -> None:
        if match := WAIT.fullmatch(line):
            self.lab.sleep(float(match[1]))
        elif match := JUMP.fullmatch(line):
            self.promises.jump(float(match[1]))
            self.lab.call(lambda simulation: simulation.jump(float(match[1])))
        elif match := COMMAND.fullmatch(line):
            self._type(self.cluster[match[1]], match[2])
        elif match := FAULT.fullmatch(line):
            self._break(self.cluster[match[1]], match[2], match[3])
        else:
            raise ValueError(f"not a line of a history: {line}")

    def _type(self, node: Node, line: str) -> None:
        out = io.StringIO()
        names = {**self._names, "key": self._membership(node).manager.lock_key or _NO_KEY}
        line = re.sub(r"(?<!\{)\{([\w-]+)\}", lambda match: names[match[1]], line)
        swarm = self._membership(node).swarm
        if swarm is not None and (match := REMOVED.match(line)):
            self._committed.pop(match[1], None)
        try:
            parse(line).run(Session(node, self.lab, terminal=Terminal(out)))  # type: ignore[arg-type]
        except DockerError as error:
            if (error.status or 0) >= 500 and not MAY_GO_WRONG.search(str(error)):
                raise
        else:
            if swarm is not None and (match := CREATED.match(line)):
                self._committed[match[1]] = ([swarm], out.getvalue().split()[-1])
            elif swarm is not None and FORCED in line:
                self._hand_on(swarm, self._membership(node).swarm)
        self.told.extend(f"#   {printed}" for printed in out.getvalue().splitlines()[:3])

    def _hand_on(self, old: Swarm, new: Swarm | None) -> None:
        """Who goes on alone has a copy of what was committed until then; what the others commit is theirs."""
        for swarms, _ in self._committed.values():
            if new is not None and old in swarms and new not in swarms:
                swarms.append(new)

    def _membership(self, node: Node) -> Membership:
        return self.lab.simulation.daemons[node.name].membership

    def _unlock(self, node: Node) -> None:
        """A manager that was started while its swarm is locked needs its key."""
        if self._membership(node).state is LocalNodeState.LOCKED:
            self._type(node, "docker swarm unlock <<< {key}")

    def _look_for_committed(self) -> None:
        """A service that was created, and that nobody removed, is there as long as its swarm, or a copy of it, is."""
        for name, (swarms, service_id) in self._committed.items():
            for node in self.cluster:
                info = node.client.info()["Swarm"]
                if self._membership(node).swarm in swarms and info.get("Cluster") and not info.get("Error"):
                    found = [service["ID"] for service in node.client.api.services()]
                    assert service_id in found, f"{node.name} knows nothing of {name} any more"

    def _break(self, node: Node, fault: str, port: str | None) -> None:
        match fault, port:
            case (("kill" | "lose"), _):
                with suppress(RequestException, StopIteration):
                    container = next(iter(node.client.api.containers()))["Id"]
                    (node.kill if fault == "kill" else node.lose_container)(container)
            case (("pause" | "resume"), _):
                self.lab.call(lambda simulation: getattr(simulation.daemons[node.name], fault)())
            case "ahead", seconds:
                self.lab.call(lambda simulation: simulation.daemons[node.name].set_clock_forward(float(seconds or 0)))
            case _, None:
                getattr(node, fault)()
            case _, _:
                getattr(node, fault)(port)
