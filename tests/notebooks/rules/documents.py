"""What the rules look at: a lesson with its cells, a page in Markdown, and the prose of both. No rule stands here."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from nbformat import NotebookNode

from tools.lessons import ROOT, read_lesson

FENCED = re.compile(r"^ *(```+|~~~+).*?^ *\1", flags=re.M | re.S)
INDENTED = re.compile(r"(?<=\n\n)(?: {4}.*(?:\n|$))+")
COMMENT = re.compile(r"<!--.*?-->", flags=re.S)
INLINE_CODE = re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)", flags=re.S)
PAGES_IN = (".github", "benchmarks", "docs", "swarmlab", "tests")


@dataclass(frozen=True, slots=True)
class Prose:
    """Text for people, in Markdown, and where it stands: in a cell, or in a page."""

    where: str
    text: str

    def without_blocks(self) -> str:
        """No code blocks and no comments."""
        return INDENTED.sub("", FENCED.sub("", COMMENT.sub("", self.text)))

    def without_code(self) -> str:
        """No code at all."""
        return INLINE_CODE.sub("``", self.without_blocks())


class Document(Protocol):
    """What has prose."""

    path: Path

    def prose(self) -> Iterator[Prose]:
        """From top to bottom."""

    def anchors(self) -> set[str]:
        """What a link into it may name after `#`."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a lesson. Its number counts all cells, from 1."""

    node: NotebookNode
    lesson: str
    number: int

    @property
    def name(self) -> str:
        """How an exception names it: by its id, which stays when other cells come and go."""
        return f"{self.lesson}#{self.node.id}"

    @property
    def is_code(self) -> bool:
        """Whether it runs."""
        return bool(self.node.cell_type == "code")

    @property
    def source(self) -> str:
        """What was typed."""
        return str(self.node.source)

    @property
    def outputs(self) -> list[NotebookNode]:
        """What its run left."""
        return list(self.node.get("outputs", []))

    def texts(self) -> list[str]:
        """Its outputs as nbval compares them: printed text, plain text of results; not what an error says."""
        found = (output.get("text") or output.get("data", {}).get("text/plain") for output in self.outputs)
        return [text for text in found if text]

    def says(self, sentence: str) -> str:
        """What is wrong with this cell."""
        return f"{self.lesson}, cell {self.number}: {sentence}"


@dataclass(frozen=True, slots=True)
class Lesson:
    """A notebook, real or made up."""

    path: Path
    notebook: NotebookNode

    @classmethod
    def read(cls, path: Path) -> Lesson:
        """A real one."""
        return cls(path, read_lesson(path))

    @property
    def name(self) -> str:
        """As `05-scale`."""
        return self.path.stem

    def cells(self) -> list[Cell]:
        """All, from top to bottom."""
        return [Cell(node, self.name, number) for number, node in enumerate(self.notebook.cells, 1)]

    def code(self) -> list[Cell]:
        """The cells that run."""
        return [cell for cell in self.cells() if cell.is_code]

    def prose(self) -> Iterator[Prose]:
        """Its Markdown, also what cells answer in Markdown."""
        for cell in self.cells():
            if not cell.is_code:
                yield Prose(f"{self.name}, cell {cell.number}", cell.source)
            for output in cell.outputs:
                if text := output.get("data", {}).get("text/markdown"):
                    yield Prose(f"{self.name}, the answer of cell {cell.number}", text)

    def anchors(self) -> set[str]:
        """JupyterLab's: the heading as it reads, with `-` for each blank."""
        return {title.replace(" ", "-") for _, title in headings(self)}


@dataclass(frozen=True, slots=True)
class Page:
    """A page in Markdown."""

    path: Path

    def prose(self) -> Iterator[Prose]:
        """The whole page."""
        name = self.path.relative_to(ROOT) if self.path.is_relative_to(ROOT) else self.path.name
        yield Prose(str(name), self.path.read_text())

    def anchors(self) -> set[str]:
        """GitHub's: small letters, no punctuation, `-` for each blank, a number from the second of a name on."""
        found: list[str] = []
        for _, title in headings(self):
            slug = re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")
            times = sum(slug == re.sub(r"-\d+$", "", other) for other in found)
            found.append(f"{slug}-{times}" if times else slug)
        named = {name for part in self.prose() for name in re.findall(r'<a (?:id|name)="(.*?)"', part.text)}
        return set(found) | named


def headings(document: Document) -> list[tuple[int, str]]:
    """Level and text of each heading, as it is read: without marks."""
    found = [
        heading
        for part in document.prose()
        for heading in re.findall(r"^(#+) +(.*?)[ #]*$", part.without_blocks(), flags=re.M)
    ]
    return [(len(marks), re.sub(r"[`*]|\]\(.*?\)|\[", "", title)) for marks, title in found]


def pages() -> list[Page]:
    """Every page of the repository."""
    paths = [*ROOT.glob("*.md"), *(path for folder in PAGES_IN for path in (ROOT / folder).rglob("*.md"))]
    return [Page(path) for path in sorted(paths)]


LessonRule = Callable[[Lesson], list[str]]
ProseRule = Callable[[Document], list[str]]
