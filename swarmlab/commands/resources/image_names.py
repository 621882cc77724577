"""`docker image tag | rm | history`: the names of an image, how they go, and how it came to be.

Source: docker/cli cli/command/image/{tag,remove,history}.go.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from swarmlab.client.tables import ellipsis, short_id
from swarmlab.commands.command import Command
from swarmlab.commands.errors import DockerError
from swarmlab.commands.printing.inspecting import each
from swarmlab.commands.printing.listing import Kind, Listing, columns
from swarmlab.commands.printing.templates import FORMAT_TABLE
from swarmlab.commands.printing.units import age, decimal_size
from swarmlab.commands.session import Params, Session, quoted
from swarmlab.commands.spelling.options import Many, Switch, Text, argument, arguments, flag
from swarmlab.commands.spelling.platforms import platform_json
from swarmlab.commands.spelling.references import Reference, check_name, check_reference

_CREATED_BY_WIDTH = 45
_COLUMNS = {
    "ID": "IMAGE",
    "CreatedSince": "CREATED",
    "CreatedBy": "CREATED BY",
    "Size": "SIZE",
    "Comment": "COMMENT",
}
_HISTORY = Kind(type="*image.historyContext", headers={**_COLUMNS, "CreatedAt": "CREATED AT"}, table=columns(_COLUMNS))


@dataclass(frozen=True, kw_only=True)
class ImageTag(Command, path="tag", also=("image tag",)):
    """Give an image one more name."""

    usage = "SOURCE_IMAGE[:TAG] TARGET_IMAGE[:TAG]"
    summary = "Create a tag TARGET_IMAGE that refers to SOURCE_IMAGE"

    source: str = argument()
    target: str = argument()

    def sdk(self) -> str:
        """See Command."""
        return f"client.images.get({self.source!r}).tag({self.target!r})"

    def perform(self, session: Session) -> None:
        """See Command."""
        self._check(check_reference, self.source)
        self._check(check_name, self.target)
        named = Reference.read(self.target)
        if named.digest:
            raise DockerError("refusing to create a tag with a digest reference")
        repository = self.target.removesuffix(f":{named.tag}") if named.tag else self.target
        session.post(f"/images/{quoted(self.source)}/tag", params={"repo": repository, "tag": named.tag or "latest"})

    @staticmethod
    def _check(check: Callable[[str], None], text: str) -> None:
        try:
            check(text)
        except DockerError as error:
            raise DockerError(f'Error parsing reference: "{text}" is not a valid repository/tag: {error}') from None


@dataclass(frozen=True, kw_only=True)
class ImageRm(Command, path="rmi", also=("image rm", "image remove")):
    """Remove names of images, and images with their last name."""

    usage = "[OPTIONS] IMAGE [IMAGE...]"
    summary = "Remove one or more images"

    force: Switch = flag("-f, --force", "Force removal of the image")
    no_prune: Switch = flag("--no-prune", "Do not delete untagged parents")
    platform: Many = flag(
        "--platform strings",
        'Remove only the given platform variant. Formatted as "os[/arch[/variant]]" (e.g., "linux/amd64")',
    )
    images: Many = arguments()

    def sdk(self) -> str:
        """See Command."""
        return "\n".join(f"client.images.remove({name!r}, force={bool(self.force)})" for name in self.images)

    def perform(self, session: Session) -> None:
        """See Command."""
        params: Params = ({"force": "1"} if self.force else {}) | ({"noprune": "1"} if self.no_prune else {})
        if self.platform:
            params["platforms"] = [platform_json(text) for text in self.platform]

        def remove(name: str) -> None:
            answer: list[dict[str, str]] = session.request("delete", f"/images/{quoted(name)}", params=params).json()
            for gone in answer:
                (what, reference), *_ = gone.items()
                session.terminal.print(f"{what}: {reference}")

        each(self.images, remove)


@dataclass(frozen=True, kw_only=True)
class ImageHistory(Command, path="history", also=("image history",)):
    """How an image came to be, the newest layer first."""

    usage = "[OPTIONS] IMAGE"
    summary = "Show the history of an image"

    format: Text = flag("--format string", FORMAT_TABLE)
    human: Switch = flag("-H, --human", "Print sizes and dates in human readable format", "true")
    no_trunc: Switch = flag("--no-trunc", "Don't truncate output")
    platform: Text = flag(
        "--platform string",
        'Show history for the given platform. Formatted as "os[/arch[/variant]]" (e.g., "linux/amd64")',
    )
    quiet: Switch = flag("-q, --quiet", "Only show image IDs")
    image: str = argument()

    def sdk(self) -> str:
        """See Command."""
        return f"client.images.get({self.image!r}).history()"

    def perform(self, session: Session) -> None:
        """See Command."""
        params = {"platform": self._platform()} if self.platform else None
        rows = [self._row(line, session.now()) for line in session.get(f"/images/{quoted(self.image)}/history", params)]
        listing = Listing(session.terminal, _HISTORY)
        listing.print(rows, quiet=bool(self.quiet), template=self.format or "")

    def _platform(self) -> str:
        try:
            return platform_json(self.platform or "")
        except DockerError as error:
            raise DockerError(f"invalid platform: {error}") from None

    def _row(self, line: dict[str, Any], now: datetime) -> dict[str, str]:
        by = line["CreatedBy"].replace("\t", " ")
        created = datetime.fromtimestamp(line["Created"], tz=UTC)
        is_human = self.human is not False
        return {
            "ID": line["Id"] if self.no_trunc else short_id(line["Id"]),
            "CreatedSince": f"{age(created, now)} ago" if is_human else f"{created:%Y-%m-%dT%H:%M:%SZ}",
            "CreatedAt": f"{created:%Y-%m-%dT%H:%M:%SZ}",
            "CreatedBy": by if self.no_trunc else ellipsis(by, _CREATED_BY_WIDTH),
            "Size": decimal_size(line["Size"]) if is_human else str(line["Size"]),
            "Comment": line["Comment"],
        }
