"""`docker images` and `docker pull`.

Source: docker/cli cli/command/image/, cli/command/formatter/image.go.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from swarmlab.client.tables import short_id
from swarmlab.commands.command import Command
from swarmlab.commands.errors import DockerError
from swarmlab.commands.printing.listing import Kind, Listing, Row, columns
from swarmlab.commands.printing.templates import FILTER, FORMAT_TABLE
from swarmlab.commands.printing.units import age, decimal_size
from swarmlab.commands.resources.image_pull import pull
from swarmlab.commands.services.images import tagged
from swarmlab.commands.session import Session, filters, typed_filters
from swarmlab.commands.spelling.options import Many, Switch, Text, argument, flag
from swarmlab.commands.spelling.references import Reference, check_name

NONE = "<none>"
_NOT_KNOWN = "N/A"
_COLUMNS = ("Repository", "Tag", "ID", "CreatedSince", "Size")
IMAGES = Kind(
    type="*formatter.imageContext",
    headers={
        "ID": "IMAGE ID",
        "Repository": "REPOSITORY",
        "Tag": "TAG",
        "Digest": "DIGEST",
        "CreatedSince": "CREATED",
        "CreatedAt": "CREATED AT",
        "Size": "SIZE",
        "Containers": "CONTAINERS",
        "VirtualSize": "SIZE",
        "SharedSize": "SHARED SIZE",
        "UniqueSize": "UNIQUE SIZE",
    },
    table=columns(_COLUMNS),
    raw=r"repository: {{.Repository}}\ntag: {{.Tag}}\nimage_id: {{.ID}}\ncreated_at: {{.CreatedAt}}"
    r"\nvirtual_size: {{.Size}}\n",
    quiet_raw="image_id: {{.ID}}",
)
_DIGEST = "{{.Digest}}"
IMAGES_WITH_DIGESTS = replace(
    IMAGES,
    table=columns((*_COLUMNS[:2], "Digest", *_COLUMNS[2:])),
    raw=r"repository: {{.Repository}}\ntag: {{.Tag}}\ndigest: {{.Digest}}\nimage_id: {{.ID}}"
    r"\ncreated_at: {{.CreatedAt}}\nvirtual_size: {{.Size}}\n",
)


@dataclass(frozen=True, kw_only=True)
class ImageLs(Command, path="images", also=("image ls", "image list")):
    """The images that this engine holds."""

    usage = "[OPTIONS] [REPOSITORY[:TAG]]"
    summary = "List images"
    lacks = frozenset({"--tree"})

    all: Switch = flag("-a, --all", "Show all images (default hides intermediate images)")
    digests: Switch = flag("--digests", "Show digests")
    filter: Many = flag("-f, --filter filter", FILTER)
    format: Text = flag("--format string", FORMAT_TABLE)
    no_trunc: Switch = flag("--no-trunc", "Don't truncate output")
    quiet: Switch = flag("-q, --quiet", "Only show image IDs")
    repository: str | None = argument(optional=True)

    def sdk(self) -> str:
        """See Command."""
        return f"client.images.list({self.repository or ''!r}, all={bool(self.all)})"

    def perform(self, session: Session) -> None:
        """See Command."""
        wanted = typed_filters(self.filter)
        if self.repository:
            wanted.setdefault("reference", []).append(self.repository)
        params = filters(wanted) | ({"all": 1} if self.all else {})
        rows = [row for image in session.get("/images/json", params) for row in self._rows(image, session.now())]
        template = self.format or ""
        if self.digests and template.startswith("table ") and _DIGEST not in template:
            template += rf"\t{_DIGEST}"
        listing = Listing(session.terminal, IMAGES_WITH_DIGESTS if self.digests else IMAGES)
        listing.print(rows, quiet=bool(self.quiet), template=template)

    def _rows(self, image: dict[str, Any], now: datetime) -> Iterator[Row]:
        digests = {name.partition("@")[0]: name.partition("@")[2] for name in image.get("RepoDigests") or []}
        tagged_names = image.get("RepoTags")
        names = tagged_names or [f"{name}:{NONE}" for name in digests] or [f"{NONE}:{NONE}"]
        created = datetime.fromtimestamp(image["Created"], tz=UTC)
        shows_digests = self.digests or (tagged_names and _DIGEST in (self.format or ""))
        hidden = NONE if tagged_names or not digests else ""
        for name in names:
            repository, _, tag = name.rpartition(":")
            yield {
                "Repository": repository,
                "Tag": tag,
                "Digest": digests.get(repository, NONE) if shows_digests else hidden,
                "ID": image["Id"] if self.no_trunc else short_id(image["Id"]),
                "CreatedSince": f"{age(created, now)} ago",
                "CreatedAt": f"{created:%Y-%m-%d %H:%M:%S} +0000 UTC",
                "Size": decimal_size(image.get("Size", 0)),
                "VirtualSize": decimal_size(image.get("Size", 0), digits=4),
                **_shares(image),
            }


def _shares(image: dict[str, Any]) -> Row:
    size, shared, containers = image.get("Size", 0), image.get("SharedSize", 0), image.get("Containers", 0)
    return {
        "Containers": _NOT_KNOWN if containers == -1 else str(containers),
        "SharedSize": _NOT_KNOWN if shared == -1 else decimal_size(shared, digits=4),
        "UniqueSize": _NOT_KNOWN if -1 in (size, shared) else decimal_size(size - shared, digits=4),
    }


@dataclass(frozen=True, kw_only=True)
class ImagePull(Command, path="pull", also=("image pull",)):
    """Fetch an image from its registry."""

    usage = "[OPTIONS] NAME[:TAG|@DIGEST]"
    summary = "Download an image from a registry"
    lacks = frozenset({"--disable-content-trust"})

    all_tags: Switch = flag("-a, --all-tags", "Download all tagged images in the repository")
    platform: Text = flag("--platform string", "Set platform if server is multi-platform capable")
    quiet: Switch = flag("-q, --quiet", "Suppress verbose output")
    image: str = argument()

    def sdk(self) -> str:
        """See Command."""
        return f"client.images.pull({self.image!r})"

    def perform(self, session: Session) -> None:
        """See Command."""
        check_name(self.image)
        given = Reference.read(self.image)
        has_tag = bool(given.tag or given.digest)
        if self.all_tags and has_tag:
            raise DockerError("tag can't be used with --all-tags/-a")
        if not self.all_tags and not has_tag and not self.quiet:
            session.terminal.print("Using default tag: latest")
        image = self.image if self.all_tags else tagged(self.image)
        pull(session, image, quiet=bool(self.quiet), platform=self.platform or "", all_tags=bool(self.all_tags))
        session.terminal.print(Reference.read(image).named)
