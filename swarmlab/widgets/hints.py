"""What to do when docker says no: one line for each refusal that a learner meets.

Owns the advice, never the refusal: that is shown in Docker's own words.
"""

from __future__ import annotations

HINTS: tuple[tuple[str, str], ...] = (
    ("This node is not a swarm manager", "Send it to a manager: `docker node ls` marks them under MANAGER STATUS."),
    ("This node is already part of a swarm", "Let the node leave first: docker swarm leave."),
    (
        "Timeout was reached before node joined",
        "Port 2377/tcp of the manager cannot be reached: look at lab.panels.ports(). Once it is open the join ends"
        " by itself.",
    ),
    ("invalid join token", "The token is old or of another swarm: docker swarm join-token worker shows today's."),
    (
        "You are attempting to leave the swarm on a node that is participating as a manager",
        "Demote it first (docker node demote), or leave with --force if this swarm may end.",
    ),
    ("attempting to demote the last manager", "Promote another node before: docker node promote."),
    ("would result in a loss of quorum", "Bring a lost manager back before: more than half must be reachable."),
    ("must be demoted to worker before removal", "Demote it first: docker node demote."),
    ("is not down and can't be removed", "Let the node leave first (docker swarm leave), or use --force."),
    ("is ambiguous", "Two nodes share this name: use the ID from docker node ls."),
    (
        "The swarm does not have a leader",
        "Too few managers are reachable: start them again, or use docker swarm init --force-new-cluster on one that is"
        " left.",
    ),
    ("context deadline exceeded", "The managers cannot agree just now: docker node ls shows which are unreachable."),
    ("needs to be unlocked", "docker swarm unlock, with the key that docker swarm unlock-key shows on a manager."),
    ("no unlock key is set", "The swarm is not locked: docker swarm update --autolock turns locking on."),
    ("update out of sequence", "Somebody else changed it in the same moment: press again, it is read anew."),
    ("name conflicts with an existing object", "Choose another name, or remove what has it now."),
    ("does not have a previous spec", "There is nothing to go back to: it was never updated, or just rolled back."),
    ("service update paused", "docker service rollback goes back; docker service update with a good image goes on."),
    ("service rollback paused", "Look at docker service ps for the reason, then update with what is right."),
    ("is already in use by service", "Publish another port, or remove it there: --publish-rm."),
    ("is in use by", "Remove or update what uses it first."),
    ("no such service", "docker service ls lists the services there are."),
    ("no such task", "docker service ps lists the tasks of a service."),
    ("can only be used with replicated", "A global service runs one task on each node: it has no number to choose."),
    ("negative tail values not supported", "Leave --tail empty, or write all, for every line."),
    ("Cannot connect to the Docker daemon", "This engine is stopped or cut off: start it, or choose another node."),
    ("is not part of a swarm", "Join it to a swarm, or form one: docker swarm init."),
    ("other flags may not be combined with --rollback", "Roll back first, then update."),
)

OUR_FAULT = "This is a mistake in swarmlab, not yours. Run the cell again; if it comes back, please report it."


def hint_for(refusal: str) -> str:
    """One line of what to do; empty where Docker's words say it already."""
    return next((advice for words, advice in HINTS if words in refusal), "")
