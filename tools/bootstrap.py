"""Set up the repository's own virtual environment, `.venv`, and skip that when nothing changed.

    python3 tools/bootstrap.py lab      what a learner needs
    python3 tools/bootstrap.py test     and what the tests need

Standard library only, and readable by an old Python: its first task is to say, in one sentence, that the Python
is too old, that the venv module is missing, or that there is no network.
"""

import hashlib
import json
import os
import re
import subprocess
import sys

OLDEST = (3, 11)
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
PYTHON = os.path.join(VENV, "Scripts", "python.exe") if os.name == "nt" else os.path.join(VENV, "bin", "python")
LOG = os.path.join(ROOT, "artifacts", "install.log")
NO_NETWORK = re.compile(
    "Failed to establish a new connection|Name or service not known|Temporary failure in name resolution"
    "|Network is unreachable|Connection refused|NameResolutionError|ConnectTimeoutError|ProxyError"
)


def main(extra):
    """Make `.venv` ready for `extra`, or end with one sentence that says why not."""
    if sys.version_info < OLDEST:
        use_newer_python()
    lock = lock_checkout()
    stamp = read_stamp_content()
    if not is_ready(extra, stamp):
        require_venv_module()
        if not is_venv_alive():
            create_venv()
        install(extra)
        write_stamp(extra, stamp)
    lock.close()


def use_newer_python():
    """Go on with a newer Python of the PATH, where there is one."""
    for minor in range(OLDEST[1] + 9, OLDEST[1] - 1, -1):
        newer = which("python3.%d" % minor)
        if newer:
            os.execv(newer, [newer] + sys.argv)
    stop(
        "Python %d.%d or newer is needed; %s is %s. Install a newer one and name it: make PYTHON=python3.12 ..."
        % (OLDEST + (sys.executable, sys.version.split()[0]))
    )


def which(name):
    """Path of a program; `shutil.which` is missing from the oldest Pythons."""
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        path = os.path.join(folder, name)
        if os.path.isfile(path) and os.access(path, os.X_OK):
            return path
    return None


def lock_checkout():
    """An exclusive lock, until it is closed: two `make` at once set up one after the other."""
    lock = os.fdopen(os.open(os.path.join(ROOT, "tools", "bootstrap.py"), os.O_RDONLY))
    try:
        import fcntl
    except ImportError:  # Windows
        return lock
    fcntl.flock(lock, fcntl.LOCK_EX)
    return lock


def read_stamp_content():
    """What the environment depends on: the package's part of pyproject.toml, and where the checkout lies."""
    import tomllib  # not in the oldest Pythons

    with open(os.path.join(ROOT, "pyproject.toml"), "rb") as file:
        settings = tomllib.load(file)
    needed = [settings["project"], settings["build-system"], settings["tool"]["hatch"], ROOT]
    return hashlib.sha256(json.dumps(needed, sort_keys=True).encode()).hexdigest()


def is_ready(extra, stamp):
    """Whether the environment was set up for `extra` from this pyproject.toml; the tests' one serves both."""
    return stamp in (read_stamp(extra), read_stamp("test")) and is_venv_alive()


def read_stamp(extra):
    """What `write_stamp` noted, or None."""
    try:
        with open(stamp_path(extra)) as file:
            return file.read()
    except (IOError, OSError):
        return None


def stamp_path(extra):
    """The file that says for which pyproject.toml the environment was last set up."""
    return os.path.join(VENV, ".ready-" + extra)


def write_stamp(extra, stamp):
    """Note that the environment is ready."""
    with open(stamp_path(extra), "w") as file:
        file.write(stamp)


def is_venv_alive():
    """Whether the environment's Python starts: a removed or upgraded system Python, or a moved checkout, breaks it."""
    if not os.path.exists(PYTHON):
        return False
    probe = "import sys, pip; sys.exit(sys.version_info < (%d, %d))" % OLDEST
    return subprocess.run([PYTHON, "-c", probe], stderr=subprocess.DEVNULL, check=False).returncode == 0


def require_venv_module():
    """End with a sentence where Debian's python3 came without python3-venv."""
    try:
        import ensurepip
        import venv

        del ensurepip, venv
    except ImportError:
        stop(
            "This Python (%s) has no venv module. On Debian and Ubuntu install it with: apt install python3-venv"
            % sys.executable
        )


def create_venv():
    """Create `.venv` anew."""
    say("Creating the virtual environment .venv with Python %s ..." % sys.version.split()[0])
    run([sys.executable, "-m", "venv", "--clear", VENV], "The virtual environment could not be created")


def install(extra):
    """Install this package, editable, with what it needs."""
    say("Installing the packages of pyproject.toml (a minute or so; again only when an update needs others) ...")
    what = ROOT if extra == "lab" else "%s[%s]" % (ROOT, extra)
    pip = [PYTHON, "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--retries", "2"]
    run(pip + ["--editable", what], "The packages could not be installed", Progress())
    # Matplotlib lists the fonts once per user, and says so on stderr: not in the middle of a lesson.
    run([PYTHON, "-c", "import matplotlib.font_manager"], "Matplotlib does not start")


class Progress:
    """One line that tells of pip's work while it goes on, in a terminal; elsewhere nothing."""

    def __init__(self):
        self.found = 0

    def tell(self, line):
        """Show what a line of pip means, if it means anything to a learner."""
        words = line.split()
        if words[:1] == ["Collecting"]:
            self.found += 1
            self.show("  %d found: %s" % (self.found, words[1]))
        elif words[:3] == ["Installing", "collected", "packages:"]:
            self.show("  %d are being put in their place" % (len(words) - 3))

    def show(self, text):
        """In the place of what was shown before."""
        if sys.stdout.isatty():
            sys.stdout.write("\r" + text[:78].ljust(78))
            sys.stdout.flush()

    def end(self):
        """Leave no trace."""
        self.show("")
        if sys.stdout.isatty():
            sys.stdout.write("\r")


def run(command, failure, progress=None):
    """Run a step quietly; when it fails, say why in a sentence and leave its output in artifacts/install.log."""
    output = []
    step = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, universal_newlines=True
    )
    for line in step.stdout:
        output.append(line)
        if progress:
            progress.tell(line)
    if progress:
        progress.end()
    if step.wait() == 0:
        return
    output = "".join(output)
    if not os.path.isdir(os.path.dirname(LOG)):
        os.makedirs(os.path.dirname(LOG))
    with open(LOG, "w") as log:
        log.write(output)
    if NO_NETWORK.search(output):
        stop(failure + ": the package index cannot be reached. Check the network (or the proxy) and try again.")
    stop("%s (all of it: artifacts/install.log): %s" % (failure, last_error(output)))


def last_error(text):
    """The last line that pip calls an error, or the last line."""
    lines = [line.strip() for line in text.splitlines() if line.strip()] or ["nothing"]
    errors = [line for line in lines if line.lower().startswith("error")]
    return (errors or lines)[-1]


def say(text):
    """Print at once, also into a pipe."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def stop(sentence):
    """End with one sentence instead of a traceback."""
    sys.stderr.write(sentence + "\n")
    sys.exit(1)


if __name__ == "__main__":
    try:
        main(sys.argv[1] if len(sys.argv) > 1 else "lab")
    except KeyboardInterrupt:
        stop("Stopped.")
