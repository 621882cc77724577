"""A node's certificate and the root that it trusts, as they lie on its disk.

Owns when the certificate is renewed: after 50 to 80 % of its life, or half a second after the swarm asked for it.
Source: swarmkit ca/renewer.go, ca/config.go (calculateRandomExpiry).
Simplification: a renewal that fails is tried again after 5 s, 10 s, 20 s … up to an hour; real ones draw from there.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from swarmlab.engine.clock import Clock
from swarmlab.engine.ids import Chance
from swarmlab.engine.model import Root, TLSInfo
from swarmlab.engine.named_timers import NamedTimers
from swarmlab.engine.swarm.certificates import NodeCertificate
from swarmlab.engine.swarm.roots import tls_info

_EARLIEST, _LATEST = 0.5, 0.8
_PAUSE_S = 0.5
_FIRST_RETRY_S, _LAST_RETRY_S = 5.0, 3600.0
_PATH = "/var/lib/docker/swarm/certificates/swarm-node.crt"


class Identity:
    """The certificate of one node.

    Args:
        obtain: asks the swarm for a new one; None where no manager answers.
        on_new: hears of a new certificate or a new root.

    Attributes:
        certificate: the one in use; None in no swarm.
        trusted: the root that the node trusts.
    """

    def __init__(
        self, clock: Clock, chance: Chance, *, obtain: Callable[[], NodeCertificate | None], on_new: Callable[[], None]
    ) -> None:
        self._clock = clock
        self._chance = chance
        self._obtain = obtain
        self._on_new = on_new
        self._timers = NamedTimers(clock)
        self._retry_s = _FIRST_RETRY_S
        self.certificate: NodeCertificate | None = None
        self.trusted: Root | None = None

    def take(self, certificate: NodeCertificate, trusted: Root) -> None:
        """The swarm has issued this certificate."""
        self.certificate, self.trusted = certificate, trusted
        self._retry_s = _FIRST_RETRY_S
        self.watch()

    def watch(self) -> None:
        """Plan the renewal."""
        if self.certificate is not None:
            begins, expires = self.certificate.begins, self.certificate.expires
            due = begins + self._chance.between(_EARLIEST, _LATEST) * (expires - begins)
            self._timers.plan("renew", max(due - self._clock.now, 0), self._renew)

    def renew(self) -> None:
        """The swarm wants the certificate renewed now."""
        if self.certificate is not None:
            self._timers.plan("renew", _PAUSE_S, self._renew)

    def trust(self, root: Root) -> None:
        """Trust this root from now on."""
        if self.certificate is not None and self.trusted != root:
            self.trusted = root
            self._on_new()

    def rest(self) -> None:
        """The engine is off: nothing is renewed."""
        self._timers.cancel()

    def forget(self) -> None:
        """Be in no swarm."""
        self._timers.cancel()
        self.certificate = self.trusted = None

    def _renew(self) -> None:
        assert self.trusted is not None
        if certificate := self._obtain():
            self.take(certificate, self.trusted)
            self._on_new()
            return
        self._timers.plan("renew", self._retry_s, self._renew)
        self._retry_s = min(2 * self._retry_s, _LAST_RETRY_S)

    @property
    def expired(self) -> bool:
        """Whether nobody accepts the certificate any more."""
        return self.certificate is not None and self.certificate.expires < self._clock.now

    @property
    def tls_info(self) -> TLSInfo | None:
        """What the node says of its certificate."""
        if self.certificate is None or self.trusted is None:
            return None
        return tls_info(self.trusted, self.certificate.issuer)

    def describe_expiry(self) -> str:
        """Why an engine that starts with an expired certificate is in no swarm. Recorded from 28.5.2."""
        assert self.certificate is not None
        return (
            f"error while loading TLS certificate in {_PATH}: certificate (1 - {self.certificate.node_id}) "
            f"not valid after {_go_date(self.certificate.expires)}, and it is currently {_go_date(self._clock.now)}: "
            "x509: certificate has expired or is not yet valid: "
        )


def _go_date(time: float) -> str:
    return datetime.fromtimestamp(time, UTC).strftime("%a, %d %b %Y %H:%M:%S UTC")
