"""JupyterLab as a learner gets it: on the first lesson, without pop-ups or questions, its link always printed.

Owns the settings of the server that `python -m swarmlab lab` starts. The user's own Jupyter settings stay as they are,
and count where they say something else.
"""

from __future__ import annotations

import os
import subprocess
import sys
import webbrowser
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from swarmlab.lesson_files import FIRST, FOLDER

FIRST_LESSON = f"{FOLDER}/{FIRST}"
CONFIG = Path(__file__).parent / "jupyterlab_config"
"""Defaults of JupyterLab's own settings, which a user's settings override; Binder uses the same folder."""

STYLE = CONFIG / "custom"
"""Holds our style sheet under the name by which JupyterLab looks for one."""

QUOTE = "'"
TEXT_BROWSERS = {"www-browser", "links", "elinks", "lynx", "w3m"}


def open_lab(directory: Path, *, port: int | None = None, browser: bool = True) -> None:
    """Serve `directory` in JupyterLab until Ctrl-C.

    Args:
        directory: holds `notebooks/`.
        port: of 127.0.0.1; by default 8888, or the next free one.
        browser: open one, where there is one.
    """
    put_settings_in_environment()
    from jupyterlab.labapp import LabApp  # takes half a second, and reads the environment

    server = LabApp.initialize_server(server_arguments(directory, port=port, browser=browser and has_browser()))
    server.static_custom_path.insert(0, str(STYLE))  # no option names that folder
    server.identity_provider.token_generated = False  # or the server prints the link too, with a banner
    server.io_loop.add_callback(print_link, server)  # once it listens
    server.start()


def list_fonts() -> None:
    """Let Matplotlib list this computer's fonts, once for each user. It says so on stderr: now, not in a lesson."""
    subprocess.run([sys.executable, "-c", "import matplotlib.font_manager"], capture_output=True, check=False)


def put_settings_in_environment() -> None:
    """Add our defaults to JupyterLab's, and this environment's programs to a terminal's."""
    prepend("JUPYTER_CONFIG_PATH", str(CONFIG))
    prepend("PATH", str(Path(sys.executable).parent))
    os.environ.setdefault("JUPYTER_PREFER_ENV_PATH", "1")  # the kernel of this environment, not one of the user's


def prepend(variable: str, path: str) -> None:
    """Put a folder in front of a search path."""
    os.environ[variable] = os.pathsep.join(filter(None, [path, os.environ.get(variable)]))


def server_arguments(directory: Path, *, port: int | None, browser: bool) -> list[str]:
    """The command line for `jupyter lab`: one line a decision."""
    from jupyter_core.paths import jupyter_data_dir

    workspaces = Path(jupyter_data_dir(), "swarmlab", "workspaces")  # never the tabs of another project
    return [
        f"--ServerApp.root_dir={directory}",
        f"--LabApp.default_url=/lab/tree/{FIRST_LESSON}",
        f"--LabApp.workspaces_dir={workspaces}",
        "--ServerApp.ip=127.0.0.1",
        *([f"--ServerApp.port={port}", "--ServerApp.port_retries=0"] if port is not None else []),
        "--ServerApp.allow_root=True",
        "--ServerApp.answer_yes=True",  # Ctrl-C ends it, and does not ask
        "--Application.log_level=ERROR",  # or the link drowns
        f"--ServerApp.open_browser={browser}",
        "--ServerApp.use_redirect_file=False",  # a browser in a sandbox (Ubuntu's Firefox) may not read that file
        f"--ServerApp.terminado_settings={terminal_settings()!r}",
        "--KernelManager.transport_encryption=auto",  # or each kernel warns that others might listen
        "--LabApp.news_url=",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]


def terminal_settings() -> dict[str, Any]:
    """Terminals whose `docker` talks to the newest lab; kernels keep the user's own DOCKER_CONFIG."""
    from swarmlab.ownership import current_docker_config

    config = str(current_docker_config())
    if os.name == "nt":  # not measured: no Windows was at hand
        line = f"$env:DOCKER_CONFIG = '{config.replace(QUOTE, QUOTE * 2)}'"
        return {"shell_command": ["powershell.exe", "-NoExit", "-Command", line]}
    return {"shell_command": ["env", f"DOCKER_CONFIG={config}", os.environ.get("SHELL") or "/bin/sh"]}


def has_browser() -> bool:
    """Whether a browser with a window can be opened; one in text mode would take the terminal."""
    if sys.platform.startswith("linux") and not any(map(os.environ.get, ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"))):
        return False
    try:
        return getattr(webbrowser.get(), "basename", "") not in TEXT_BROWSERS
    except webbrowser.Error:
        return False


def print_link(server: Any) -> None:
    """Print the one line that everybody needs."""
    token = server.identity_provider.token
    query = f"?{urlencode({'token': token})}" if token else ""
    print("JupyterLab runs here; Ctrl-C ends it, and every lab with it:\n")
    print(f"    http://127.0.0.1:{server.port}{server.base_url}lab/tree/{FIRST_LESSON}{query}\n", flush=True)
