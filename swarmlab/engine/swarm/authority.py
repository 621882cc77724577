"""A swarm's certificate authority: who may join, and whose certificate the nodes get.

Owns no state: roots, tokens and the unlock key are the cluster object's. Source: swarmkit ca/server.go.
"""

from __future__ import annotations

from swarmlab.engine.clock import Clock
from swarmlab.engine.ids import Chance, NodeId
from swarmlab.engine.model import ClusterObject, Role
from swarmlab.engine.store import Store
from swarmlab.engine.swarm.certificates import NodeCertificate, issue
from swarmlab.engine.swarm.roots import digest_of
from swarmlab.engine.swarm.tokens import JoinToken, parse_join_token


class Authority:
    """The authority of one swarm.

    Args:
        chance: the certificates' keys come from it.
    """

    def __init__(self, store: Store, clock: Clock, chance: Chance) -> None:
        self._store = store
        self._clock = clock
        self._chance = chance

    @property
    def cluster(self) -> ClusterObject:
        """The swarm's object."""
        return self._store.cluster()

    def signed_for(self, token: JoinToken) -> bool:
        """Whether a token was made for this swarm's root certificate; one without a digest trusts any."""
        return token.digest in ("", digest_of(self.cluster.root))

    def role_of(self, token: JoinToken) -> Role | None:
        """The role that a token stands for; None when its secret is not one of this swarm's."""
        roles = {self.cluster.worker_token: Role.WORKER, self.cluster.manager_token: Role.MANAGER}
        return next((role for text, role in roles.items() if parse_join_token(text).secret == token.secret), None)

    def issue(self, node_id: NodeId, role: Role) -> NodeCertificate:
        """A certificate for a node."""
        return issue(self.cluster, node_id, role, chance=self._chance, now=self._clock.now)
