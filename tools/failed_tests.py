"""Print which tests the last run of pytest failed, one a line; an error when none did, or more than chance explains."""

from __future__ import annotations

import json
import sys
from pathlib import Path

KEPT = Path(__file__).parent.parent / ".pytest_cache" / "v" / "cache" / "lastfailed"
"""What pytest keeps for its option --last-failed."""
MOST = 4
"""Tests of so many files may fail for want of time, one or all of each, which may share a story; more is a mistake."""


def failed_tests(kept: Path) -> list[str]:
    """Those worth running once more.

    Raises:
        SystemExit: nothing failed, so that the run ended for another reason, or too much.
    """
    failed = sorted(json.loads(kept.read_text())) if kept.exists() else []
    files = {name.partition("::")[0] for name in failed}
    if not 0 < len(files) <= MOST:
        raise SystemExit(f"Tests of {len(files)} files failed: no reason to run them once more.")
    return failed


if __name__ == "__main__":
    sys.stdout.write("\n".join(failed_tests(KEPT)) + "\n")
