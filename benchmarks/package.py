"""What the package costs: its size once installed, and the time that `import swarmlab` takes.

Usage: python benchmarks/package.py [--figures]
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.figures import Figure, tell

ROOT = Path(__file__).parent.parent
RUNS = 5
IMPORTS = {
    "`import swarmlab`": "import swarmlab",
    "`from swarmlab import Lab`": "from swarmlab import Lab",
    "what the first picture needs: `import matplotlib.figure`": "import matplotlib.figure",
}


def with_what_it_needs(name: str, found: dict[str, metadata.Distribution]) -> dict[str, metadata.Distribution]:
    """Add a distribution and those that it needs, without extras."""
    if canonicalize_name(name) not in found:
        found[canonicalize_name(name)] = distribution = metadata.distribution(name)
        for needed in map(Requirement, distribution.requires or []):
            if needed.marker is None or needed.marker.evaluate({"extra": ""}):
                with_what_it_needs(needed.name, found)
    return found


def size_mb(distribution: metadata.Distribution) -> float:
    """Of its files, compiled ones included."""
    files = [Path(str(distribution.locate_file(file))) for file in distribution.files or []]
    return sum(file.stat().st_size for file in files if file.is_file()) / 1e6


def seconds(statement: str) -> float:
    """Median time of a Python that does this and nothing else."""
    taken = []
    for _ in range(RUNS):
        began = time.perf_counter()
        subprocess.run([sys.executable, "-c", statement], check=True, cwd=ROOT)
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)


def figures() -> list[Figure]:
    """Size and times."""
    needed = with_what_it_needs("swarmlab", {})
    jupyterlab = with_what_it_needs("jupyterlab", {})
    sources = (ROOT / "swarmlab").rglob("*")
    own_mb = sum(file.stat().st_size for file in sources if file.is_file() and "__pycache__" not in file.parts) / 1e6
    bare = seconds("pass")
    return [
        Figure(what="swarmlab itself", value=own_mb, unit="MB"),
        Figure(
            what=f"installed, with the {len(needed) - 1} packages that it needs",
            value=own_mb + sum(size_mb(each) for key, each in needed.items() if key != "swarmlab"),
            unit="MB",
            against="JupyterLab alone",
            other=sum(map(size_mb, jupyterlab.values())),
        ),
        *(
            Figure(what=what, value=seconds(statement), unit="s", against="Python alone", other=bare)
            for what, statement in IMPORTS.items()
        ),
    ]


if __name__ == "__main__":
    tell(figures, __doc__)
