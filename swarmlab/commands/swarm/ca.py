"""`docker swarm ca`: the swarm's root certificate, shown or changed.

Source: docker/cli cli/command/swarm/ca.go, progress/root_rotation.go.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from swarmlab.commands.command import Command
from swarmlab.commands.errors import DockerError
from swarmlab.commands.printing.display import Display, bar
from swarmlab.commands.printing.following import INTERRUPT
from swarmlab.commands.printing.units import read_duration
from swarmlab.commands.session import Session
from swarmlab.commands.spelling.authorities import external_cas, read_pem
from swarmlab.commands.spelling.options import Many, Switch, Text, flag
from swarmlab.commands.swarm.keys import update_params

_NO_CERT = (
    "rotating to an external CA requires the `--ca-cert` flag to specify the external CA's cert - "
    "to add an external CA with the current root CA certificate, use the `update` command instead"
)
_ALONE = "the --ca-cert flag requires that a --ca-key flag and/or --external-ca flag be provided as well"
_LEFT = f"{INTERRUPT}Operation continuing in background."


@dataclass(frozen=True, kw_only=True)
class SwarmCa(Command, path="swarm ca"):
    """Show the swarm's root certificate, or let every node go over to another one."""

    usage = "[OPTIONS]"
    summary = "Display and rotate the root CA"

    ca_cert: Text = flag(
        "--ca-cert pem-file", "Path to the PEM-formatted root CA certificate to use for the new cluster"
    )
    ca_key: Text = flag("--ca-key pem-file", "Path to the PEM-formatted root CA key to use for the new cluster")
    cert_expiry: Text = flag(
        "--cert-expiry duration", "Validity period for node certificates (ns|us|ms|s|m|h)", "2160h0m0s"
    )
    detach: Switch = flag("-d, --detach", "Exit immediately instead of waiting for the root rotation to converge")
    external_ca: Many = flag("--external-ca external-ca", "Specifications of one or more certificate signing endpoints")
    quiet: Switch = flag("-q, --quiet", "Suppress progress output")
    rotate: Switch = flag(
        "--rotate",
        "Rotate the swarm CA - if no certificate or key are provided, new ones will be generated",
    )

    def sdk(self) -> str:
        """See Command."""
        if not self.rotate:
            return "client.swarm.reload()\nclient.swarm.attrs['TLSInfo']['TrustRoot']"
        return "client.swarm.update(ca_force_rotate=client.swarm.attrs['Spec']['CAConfig'].get('ForceRotate', 0) + 1)"

    def perform(self, session: Session) -> None:
        """See Command."""
        swarm = session.get("/swarm")
        self._check()
        if self.rotate:
            session.post("/swarm/update", self._merge(swarm["Spec"]), update_params(swarm))
        if self.rotate and not self.detach:
            _wait_on_rotation(session, quiet=bool(self.quiet))
        if not self.rotate or not (self.detach or self.quiet):
            session.terminal.print(session.get("/swarm")["TLSInfo"]["TrustRoot"].strip())

    def _check(self) -> None:
        given = {"ca-cert": self.ca_cert, "ca-key": self.ca_key, "cert-expiry": self.cert_expiry}
        for name, value in {**given, "external-ca": self.external_ca or None}.items():
            if value is not None and not self.rotate:
                raise DockerError(f"`--{name}` flag requires the `--rotate` flag to update the CA")
        if self.external_ca and self.ca_cert is None:
            raise DockerError(_NO_CERT)
        if self.ca_cert is not None and not self.external_ca and self.ca_key is None:
            raise DockerError(_ALONE)

    def _merge(self, spec: dict[str, Any]) -> dict[str, Any]:
        config = spec["CAConfig"] = dict(spec.get("CAConfig") or {})
        certificate = read_pem(self.ca_cert) if self.ca_cert is not None else ""
        key = read_pem(self.ca_key) if self.ca_key is not None else ""
        if self.cert_expiry is not None:
            config["NodeCertExpiry"] = read_duration(self.cert_expiry)
        if self.external_ca:
            config["ExternalCAs"] = external_cas(self.external_ca, certificate)
        config |= {"SigningCACert": certificate, "SigningCAKey": key}
        if not certificate and not key:
            config["ForceRotate"] = config.get("ForceRotate", 0) + 1
        return spec


def _wait_on_rotation(session: Session, *, quiet: bool) -> None:
    """Wait until every node trusts the new root, then print the progress as it stands at the end."""
    display = Display()
    display.show("desired root digest", "")
    try:
        while not _look(session, display) and not session.expired():
            if not quiet:
                session.terminal.draw(display.text())
            session.wait()
        if session.expired():
            display.message(_LEFT)
    except KeyboardInterrupt:
        display.message(_LEFT)
    if not quiet:
        session.terminal.print(display.text())


def _look(session: Session, display: Display) -> bool:
    """One look at the swarm and its nodes; True when all have certificate and root."""
    swarm, nodes = session.get("/swarm"), session.get("/nodes")
    wanted, infos = swarm["TLSInfo"], [node["Description"].get("TLSInfo") or {} for node in nodes]
    issuer = ("CertIssuerPublicKey", "CertIssuerSubject")
    certified = sum(all(info.get(key) == wanted[key] for key in issuer) for info in infos)
    trusting = sum(info.get("TrustRoot") == wanted["TrustRoot"] for info in infos)
    rotated = certified == len(nodes) and not swarm["RootRotationInProgress"]
    digest = hashlib.sha256(wanted["TrustRoot"].encode()).hexdigest()
    display.show("desired root digest", f"sha256:{digest}")
    display.show("  rotated TLS certificates", f" {_bar(certified, len(nodes))}")
    display.show("  rotated CA certificates", f"  {_bar(trusting if rotated else 0, len(nodes))}")
    return rotated and trusting == len(nodes)


def _bar(count: int, total: int) -> str:
    return f"{bar(count, total)} {count}/{total} nodes"
