"""The lessons in their order: number, title, file. What belongs to a lesson begins with its number: `05-a`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """One notebook.

    Attributes:
        number: two digits.
        title: as the list of lessons names it.
        file: its name, beside the other notebooks.
    """

    number: str
    title: str
    file: str

    def __str__(self) -> str:
        return f"{self.number} · {self.title}"


LESSONS = tuple(
    Lesson(number=file[:2], title=title, file=f"{file}.ipynb")
    for file, title in (
        ("00-start", "Start here"),
        ("01-terms", "Terms"),
        ("02-init-and-join", "Init and join"),
        ("03-services-and-tasks", "Services and tasks"),
        ("04-inspect", "Inspect"),
        ("05-scale", "Scale"),
        ("06-logs", "Logs"),
        ("07-remove", "Remove"),
        ("08-failures", "Failures"),
        ("17-your-own-hosts", "Your own hosts"),
    )
)
