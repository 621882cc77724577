"""Pulling an image, with the progress as it stands at the end.

Source: docker/cli cli/command/image/pull.go, moby pkg/jsonmessage.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from swarmlab.commands.errors import DockerError
from swarmlab.commands.printing.following import take_whole
from swarmlab.commands.printing.streams import Stream
from swarmlab.commands.session import Session
from swarmlab.commands.spelling.references import Reference


def pull(session: Session, image: str, *, quiet: bool = False, platform: str = "", all_tags: bool = False) -> None:
    """Pull a tagged image, or all tags of a repository, and print what the CLI leaves on the screen.

    Raises:
        DockerError: the registry or the engine refused.
    """
    reference = Reference.read(image)
    name = replace(reference, tag="", digest="")
    params = {"fromImage": name.named} | ({"platform": platform} if platform else {})
    params |= {} if all_tags else {"tag": reference.digest or reference.tag or "latest"}
    stream = Stream(session.request("post", "/images/create", params=params, stream=True))
    screen = _Screen()
    try:
        take_whole(stream, screen.feed)
    finally:
        if not quiet and screen.text():
            session.terminal.print(screen.text())
    if screen.error:
        raise DockerError(screen.error)


class _Screen:
    """Lines by id where there is one, else one below the other."""

    def __init__(self) -> None:
        self._rest = b""
        self._lines: list[str] = []
        self._place: dict[str, int] = {}
        self.error = ""

    def feed(self, data: bytes) -> None:
        """Take in what has arrived; a message that is not complete yet waits."""
        *complete, self._rest = (self._rest + data).split(b"\n")
        for line in complete:
            if line.strip():
                self._show(json.loads(line))

    def text(self) -> str:
        return "\n".join(self._lines)

    def _show(self, message: dict[str, Any]) -> None:
        name, status = message.get("id", ""), message.get("status", "")
        if "error" in message:
            self.error = f"Error response from daemon: {message['error']}" if not self._lines else str(message["error"])
            return
        line = f"{name}: {status}" if name else status
        if name and "progressDetail" in message:
            if name not in self._place:
                self._place[name] = len(self._lines)
                self._lines.append(line)
            self._lines[self._place[name]] = line
            return
        self._place.clear()
        self._lines.append(line)
