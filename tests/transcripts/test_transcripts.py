"""Transcripts, typed with the real docker CLI: the walk, one host, every subcommand of the swarm groups."""

from pathlib import Path

import pytest

from tests.transcripts.typed import Typist

pytestmark = pytest.mark.cli

TRANSCRIPTS = sorted(Path(__file__).parent.glob("*.txt"))


@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: path.stem)
def test_a_transcript_reads_the_same_on_every_engine(path: Path, typist: Typist) -> None:
    """What is typed, what is printed, how it ends; walk.txt has the rows S3–S6 and S10–S16."""
    typist.play(path.read_text())
