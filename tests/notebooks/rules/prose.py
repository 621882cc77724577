"""Rules for prose, in lessons and pages: headings, links, pictures, spelling. Sentences say where, and what to do."""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote, urlsplit

from spellchecker import SpellChecker

from tests.notebooks.rules.documents import Document, Lesson, Page, Prose, ProseRule, headings

WORDS = Path(__file__).parent.parent / "words.txt"
LINK = re.compile(r"""\]\(<?([^)\s>]+)|(?:href|src)="([^"]+)"|(?<!["(<\w])<?(https?://[^\s)>"'|]+)""")
PICTURE = re.compile(r"!\[(.*?)\]\((.*?)\)")
WORD = re.compile(r"(?<![\w./@-])[A-Za-z][a-z]+(?:['’][a-z]+)?(?!\w|[/@]\w|\.\w)")
VIEWS_OF_PROSE = ("Predict: ", "Quiz ", "Exercise ")


def headings_in_order(document: Document) -> list[str]:
    """One heading of level 1, first; no level is skipped."""
    where = document.path.stem
    levels = [level for level, _ in headings(document)]
    wrong = []
    if levels[:1] != [1]:
        wrong.append(f"{where}: begin with a heading of level 1, `# …`")
    if levels.count(1) > 1:
        wrong.append(f"{where}: keep one heading of level 1 and make the others `## …`")
    for (level, _), (next_, title) in pairwise(headings(document)):
        if next_ > level + 1:
            wrong.append(f"{where}: give “{title}” level {level + 1}, it follows one of level {level}")
    return wrong


def links_alive(document: Document) -> list[str]:
    """A file that is named is there, and so is the heading in it. Addresses in the web are read, not asked."""
    return [
        f"{part.where}: {why}" for part in document.prose() for link in links(part) if (why := is_dead(document, link))
    ]


def links(part: Prose) -> list[str]:
    """Where the links lead, written as Markdown, as HTML or bare."""
    return [next(filter(None, groups)) for groups in LINK.findall(part.without_code())]


def is_dead(document: Document, link: str) -> str:
    """Why a link leads nowhere; nothing if it leads somewhere."""
    url = urlsplit(link)
    if url.scheme:
        is_well_formed = url.scheme in ("http", "https") and re.fullmatch(r"[\w-]+(\.[\w-]+)+(:\d+)?", url.netloc)
        return "" if is_well_formed else f"write {link} as https://host/path"
    if isinstance(document, Lesson) and url.path.startswith(".."):
        return f"{link} leads out of the folder that a learner has: name its address in the web"
    path = document.path.parent / unquote(url.path) if url.path else document.path
    if not (path.exists() or path == document.path):
        return f"{link} names a file that is not there"
    target = document if path == document.path else at(path)
    if url.fragment and unquote(url.fragment) not in (target.anchors() if target else set()):
        return f"{link} names a heading that is not in {path.name}"
    return ""


def at(path: Path) -> Document | None:
    """The document that a file is, if it is one."""
    if path.suffix == ".ipynb":
        return Lesson.read(path)
    return Page(path) if path.suffix == ".md" else None


def pictures_described(document: Document) -> list[str]:
    """Each picture has words for those who do not see it."""
    wrong = []
    for part in document.prose():
        text = part.without_code()
        bare = [target for words, target in PICTURE.findall(text) if not words.strip()]
        bare += [tag for tag in re.findall(r"<img .*?>", text, flags=re.S) if not re.search(r'alt="[^"]', tag)]
        wrong += [f"{part.where}: say in words what the picture {picture} shows, as its alt text" for picture in bare]
    return wrong


def spelled_right(document: Document) -> list[str]:
    """Every word is in the dictionary or in words.txt."""
    return [
        f"{part.where}: mend “{word}”, or add it to tests/notebooks/{WORDS.name}"
        for part in prose_of(document)
        for word in sorted(dictionary().unknown(words(part)))
    ]


def prose_of(document: Document) -> list[Prose]:
    """All of it, with what predictions, quizzes and exercises ask: that stands in the outputs of their cells."""
    asked = [
        Prose(f"{lesson.name}, the answer of cell {cell.number}", text)
        for lesson in ([document] if isinstance(document, Lesson) else [])
        for cell in lesson.code()
        for text in cell.texts()
        if text.startswith(VIEWS_OF_PROSE)
    ]
    return [*document.prose(), *asked]


def words(part: Prose) -> set[str]:
    """In small letters. A name with a capital inside, a path and an address are no words."""
    text = re.sub(r"\]\(.*?\)|<[^>]*>|https?://\S+", " ", part.without_code())
    return {re.sub(r"['’]s?$", "", word).replace("’", "'").lower() for word in WORD.findall(text)}


@cache
def dictionary() -> SpellChecker:
    """English, and this project's own words."""
    known = english()
    known.word_frequency.load_words(own_words())
    return known


def english() -> SpellChecker:
    """The dictionary as it comes: American, with no words of Docker's."""
    return SpellChecker(language="en")


def own_words() -> list[str]:
    """One a line."""
    return WORDS.read_text().split()


PROSE_RULES: tuple[ProseRule, ...] = (headings_in_order, links_alive, pictures_described, spelled_right)
