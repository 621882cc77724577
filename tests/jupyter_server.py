"""A running Jupyter server, asked as its pages ask it: over REST, and over the websockets of kernels and terminals."""

from __future__ import annotations

import json
import re
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import nbformat
import urllib3
from nbformat import NotebookNode
from websocket import WebSocket, create_connection

from tests.jupyterlab import RunningLab

ANSWERS_WITHIN_S = 120
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]|\x1b\][^\x07]*\x07")
"""What a terminal's shell sends beside text: colours, titles, modes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kernel:
    """One, with a notebook open on it.

    Attributes:
        id: the server's name for it.
        socket: all its channels.
    """

    id: str
    socket: WebSocket

    def run(self, source: str) -> list[NotebookNode]:
        """Run a cell to its end; what it put out."""
        header = {"msg_id": uuid4().hex, "msg_type": "execute_request", "session": "test", "username": "", "date": ""}
        content = {"code": source, "silent": False, "store_history": True, "allow_stdin": False, "stop_on_error": True}
        asked = {"header": header | {"version": "5.3"}, "parent_header": {}, "metadata": {}, "content": content}
        self.socket.send(json.dumps({**asked, "channel": "shell", "buffers": []}))
        outputs = []
        while (message := self._next_answer(header["msg_id"])) is not None:
            if message["msg_type"] in ("stream", "display_data", "execute_result", "error"):
                outputs.append(nbformat.v4.output_from_msg(message))
        return outputs

    def _next_answer(self, asked: str) -> dict[str, Any] | None:
        """The next message about that request; None when the kernel has nothing to do any more."""
        while True:
            message: dict[str, Any] = json.loads(self.socket.recv())
            if message["parent_header"].get("msg_id") == asked and message["channel"] == "iopub":
                is_over = message["msg_type"] == "status" and message["content"]["execution_state"] == "idle"
                return None if is_over else message


def wait_until_it_answers(lab: RunningLab) -> None:
    """Jupyter's own link is printed a moment before somebody listens there."""
    with urllib3.PoolManager(retries=urllib3.Retry(connect=20, backoff_factor=0.1, backoff_max=1)) as pool:
        assert pool.request("GET", lab.link).status == 200


def ask(lab: RunningLab, path: str, body: object = None) -> str:
    """GET a path, or POST a body to it."""
    request = urllib.request.Request(
        lab.server + path,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Authorization": f"token {lab.token}"},
    )
    with urllib.request.urlopen(request) as answer:
        return str(answer.read().decode())


@contextmanager
def opened(lab: RunningLab, path: str) -> Iterator[WebSocket]:
    """A websocket, until the end of the block."""
    address = f"{lab.server.replace('http', 'ws', 1)}{path}"
    socket = create_connection(address, header=[f"Authorization: token {lab.token}"], timeout=ANSWERS_WITHIN_S)
    try:
        yield socket
    finally:
        socket.close()


@contextmanager
def kernel_of(lab: RunningLab, notebook: str) -> Iterator[Kernel]:
    """Open a notebook. Its kernel runs on after the block, as after a page is closed."""
    session = {"path": notebook, "name": notebook, "type": "notebook", "kernel": {"name": "python3"}}
    kernel = json.loads(ask(lab, "/api/sessions", session))["kernel"]["id"]
    with opened(lab, f"/api/kernels/{kernel}/channels") as socket:
        yield Kernel(id=kernel, socket=socket)


def type_into_terminal(lab: RunningLab, line: str, until: str) -> str:
    """Open a terminal, type a line, and read what it shows up to a match of `until`."""
    name = json.loads(ask(lab, "/api/terminals", {}))["name"]
    with opened(lab, f"/terminals/websocket/{name}") as socket:
        socket.send(json.dumps(["stdin", f"{line}\r"]))
        shown = ""
        while not re.search(until, shown):
            kind, *content = json.loads(socket.recv())
            shown = ESCAPES.sub("", shown + content[0]) if kind == "stdout" else shown
        return shown
