"""The programs that read text and write some of it: `head`, `tail`, `grep`, `wc`, `sort` and friends. Own no state.

Source: busybox 1.36 coreutils and findutils; texts recorded from 1.35.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator

from swarmlab.engine.host.files import NoSuchFile
from swarmlab.engine.programs.busybox import absolute, at_once, not_simulated
from swarmlab.engine.programs.options import Options, UnknownOption, parse_options
from swarmlab.engine.programs.processes import Context, Program, Run
from swarmlab.engine.programs.standard_input import read_all, read_line

_LOOK_S = 1.0
"""How often `tail -f` looks at its file."""

Whole = Generator[float | None, None, str | None]
Reader = Callable[[Context, Options], Run]


def _tool(name: str, flags: str, valued: str, run: Reader) -> Program:
    """A program whose options are letters."""
    letters = ([f"-{letter}" for letter in flags], [f"-{letter}" for letter in valued])

    def start(context: Context) -> Run:
        try:
            options = parse_options(_with_plain_number(context.arguments[1:]), *letters)
        except UnknownOption as option:
            return not_simulated(context, str(option))
        return (yield from run(context, options))

    return Program(name=name, run=start)


def _with_plain_number(words: tuple[str, ...]) -> list[str]:
    """`-5` means `-n 5`."""
    return [f"-n{word[1:]}" if re.fullmatch(r"-\d+", word) else word for word in words]


def _read(context: Context, path: str, missing: str = "{name}: {path}: No such file or directory") -> Whole:
    """A file's text, or what is piped in; None where there is no such file, which is said."""
    if path == "-":
        return (yield from read_all(context.stdin))
    try:
        return context.files.read(absolute(context, path))
    except NoSuchFile:
        context.complain(missing.format(name=context.arguments[0], path=path))
        return None


def _lines_of(text: str) -> list[str]:
    return text.splitlines(keepends=True)


# --- parts of a text -----------------------------------------------------------------------------------------------


def _head(context: Context, options: Options) -> Run:
    count = int(options.value("-n") or 10)
    if not options.words:
        for _ in range(count):
            line = yield from read_line(context.stdin)
            context.write("stdout", line)
            if not line:
                break
        return 0
    return (yield from _each(context, options, lambda text: "".join(_lines_of(text)[:count])))


def _tail(context: Context, options: Options) -> Run:
    if options.words == ["/dev/null"] and options.has("-f"):
        while True:
            yield None
    number = options.value("-n") or "10"
    begin = int(number[1:]) - 1 if number.startswith("+") else -int(number)
    code = yield from _each(context, options, lambda text: "".join(_lines_of(text)[begin:] if begin else []))
    if options.has("-f", "-F") and len(options.words) == 1 and code == 0:
        yield from _follow(context, absolute(context, options.words[0]))
    return code


def _follow(context: Context, path: str) -> Run:
    shown = len(context.files.read(path))
    while True:
        yield _LOOK_S
        try:
            text = context.files.read(path)
        except NoSuchFile:
            continue
        context.write("stdout", text[shown:] if len(text) >= shown else text)
        shown = len(text)


def _each(context: Context, options: Options, part: Callable[[str], str]) -> Run:
    """Write a part of each file, under its name where there are several."""
    code, paths = 0, options.words or ["-"]
    for number, path in enumerate(paths):
        text = yield from _read(context, path, missing="{name}: {path}: No such file or directory")
        if text is None:
            code = 1
            continue
        if len(paths) > 1:
            context.write("stdout", f"{chr(10) if number else ''}==> {path} <==\n")
        context.write("stdout", part(text))
    return code


def _grep(context: Context, options: Options) -> Run:
    if not options.words and not options.value("-e"):
        context.complain("Usage: grep [-HhnlLoqvsrRiwFE] [-m N] [-A|B|C N] { PATTERN | -e PATTERN... } [FILE]...")
        return 2
    words = list(options.words)
    pattern = options.value("-e") or words.pop(0)
    try:
        search = _searcher(pattern, options)
    except re.error:
        context.complain(f"grep: bad regex '{pattern}'")
        return 2
    found, failed = 0, False
    for path in words or ["-"]:
        if path == "-":
            found += yield from _grep_input(context, options, search)
            continue
        text = yield from _read(context, path)
        failed = failed or text is None
        hits = [line for line in (text or "").splitlines() if search(line)]
        found += len(hits)
        _show_hits(context, options, hits, f"{path}:" if len(words) > 1 and not options.has("-h") else "")
    return 2 if failed else 0 if found else 1


def _searcher(pattern: str, options: Options) -> Callable[[str], bool]:
    if options.has("-F"):
        expression = re.escape(pattern)
    elif options.has("-E"):
        expression = pattern
    else:
        expression = re.sub(
            r"\\?[|+?(){}]", lambda match: match[0][1:] if len(match[0]) > 1 else "\\" + match[0], pattern
        )
    if options.has("-w"):
        expression = rf"\b(?:{expression})\b"
    compiled = re.compile(expression, re.IGNORECASE if options.has("-i") else 0)
    return lambda line: (compiled.search(line) is None) == options.has("-v")


def _grep_input(
    context: Context, options: Options, search: Callable[[str], bool]
) -> Generator[float | None, None, int]:
    """Lines are shown as they come, unless they are only counted."""
    hits = 0
    while line := (yield from read_line(context.stdin)):
        if search(line.rstrip("\n")):
            hits += 1
            if not options.has("-c", "-q"):
                context.print(line.rstrip("\n"))
    if options.has("-c"):
        context.print(str(hits))
    return hits


def _show_hits(context: Context, options: Options, hits: list[str], prefix: str) -> None:
    if options.has("-c"):
        context.print(f"{prefix}{len(hits)}")
    elif options.has("-l") and hits:
        context.print(prefix.rstrip(":") or options.words[-1])
    elif not options.has("-q", "-l"):
        for line in hits:
            context.print(prefix + line)


# --- counting and ordering -----------------------------------------------------------------------------------------


def _wc(context: Context, options: Options) -> Run:
    code, totals, paths = 0, [0, 0, 0], options.words or ["-"]
    for path in paths:
        text = yield from _read(context, path)
        if text is None:
            code = 1
            continue
        counts = [text.count("\n"), len(text.split()), len(text.encode())]
        totals = [total + count for total, count in zip(totals, counts, strict=True)]
        _show_counts(context, options, counts, path if options.words else "")
    if len(paths) > 1:
        _show_counts(context, options, totals, "total")
    return code


def _show_counts(context: Context, options: Options, counts: list[int], name: str) -> None:
    wanted = [count for letter, count in zip("lwc", counts, strict=True) if options.has(f"-{letter}")]
    shown = [str(count) for count in wanted] if len(wanted) == 1 else [f"{count:9}" for count in wanted or counts]
    context.print(" ".join(shown) + (f" {name}" if name else ""))


def _sort(context: Context, options: Options) -> Run:
    lines: list[str] = []
    for path in options.words or ["-"]:
        text = yield from _read(context, path)
        if text is None:
            return 1
        lines += text.splitlines()
    lines.sort(key=_number_first if options.has("-n") else str, reverse=options.has("-r"))
    for line in dict.fromkeys(lines) if options.has("-u") else lines:
        context.print(line)
    return 0


def _number_first(line: str) -> tuple[float, str]:
    match = re.match(r"\s*-?\d+(\.\d+)?", line)
    return (float(match[0]) if match else 0.0, line)


def _uniq(context: Context, options: Options) -> Run:
    text = yield from _read(context, options.words[0] if options.words else "-")
    runs: list[tuple[str, int]] = []
    for line in (text or "").splitlines():
        if runs and runs[-1][0] == line:
            runs[-1] = (line, runs[-1][1] + 1)
        else:
            runs.append((line, 1))
    for line, count in runs:
        context.print(f"{count:7} {line}" if options.has("-c") else line)
    return 0 if text is not None else 1


# --- changing ------------------------------------------------------------------------------------------------------


def _cut(context: Context, options: Options) -> Run:
    divider, wanted = options.value("-d") or "\t", options.value("-f") or options.value("-c")
    if not re.fullmatch(r"\d*-?\d*(,\d*-?\d*)*", wanted or "x"):
        context.complain("cut: expected a list of bytes, characters, or fields")
        return 1
    code = 0
    for path in options.words or ["-"]:
        text = yield from _read(context, path)
        code = 1 if text is None else code
        for line in (text or "").splitlines():
            parts = list(line) if options.value("-c") else line.split(divider)
            joint = "" if options.value("-c") else divider
            context.print(line if len(parts) == 1 and joint else joint.join(_chosen(parts, wanted)))
    return code


def _chosen(parts: list[str], wanted: str) -> list[str]:
    chosen: list[str] = []
    for piece in wanted.split(","):
        first, dash, last = piece.partition("-")
        low = int(first or 1)
        high = int(last or len(parts)) if dash else low
        chosen += parts[low - 1 : high]
    return chosen


def _tr(context: Context, options: Options) -> Run:
    text = yield from read_all(context.stdin)
    source = _spelled(options.words[0]) if options.words else ""
    if options.has("-d"):
        context.write("stdout", "".join(letter for letter in text if letter not in source))
        return 0
    if len(options.words) != 2:
        return not_simulated(context, " ".join(context.arguments[1:]))
    target = _spelled(options.words[1]).ljust(len(source), _spelled(options.words[1])[-1:] or " ")
    context.write("stdout", text.translate(str.maketrans(source, target[: len(source)])))
    return 0


def _spelled(letters: str) -> str:
    """`a-z`, and the letters for a new line and a tab, written out."""
    plain = letters.replace("\\n", "\n").replace("\\t", "\t")
    return re.sub(r"(.)-(.)", lambda m: "".join(map(chr, range(ord(m[1]), ord(m[2]) + 1))), plain)


def _sed(context: Context, options: Options) -> Run:
    """`s/old/new/[g]` alone."""
    words = list(options.words)
    script = options.value("-e") or (words.pop(0) if words else "")
    match = re.fullmatch(r"s(.)(.*?)\1(.*?)\1(g?)", script)
    if match is None or options.has("-i", "-n"):
        return not_simulated(context, " ".join(context.arguments[1:]))
    replacement = re.sub(r"\\(\d)", r"\\g<\1>", match[3]).replace("&", r"\g<0>")
    text = yield from _read(context, words[0] if words else "-")
    for line in (text or "").splitlines():
        context.print(re.sub(match[2], replacement, line, count=0 if match[4] else 1))
    return 0 if text is not None else 1


def _tee(context: Context, options: Options) -> Run:
    paths = [absolute(context, path) for path in options.words]
    for path in paths:
        context.files.write(path, "", append=options.has("-a"))
    while line := (yield from read_line(context.stdin)):
        context.write("stdout", line)
        for path in paths:
            context.files.write(path, line, append=True)
    return 0


def _seq(context: Context) -> int:
    words = context.arguments[1:]
    if not 1 <= len(words) <= 3 or not all(re.fullmatch(r"-?\d+", word) for word in words):
        return not_simulated(context, " ".join(words) or "no number")
    numbers = [int(word) for word in words]
    first, step, last = {1: (1, 1, numbers[-1]), 2: (numbers[0], 1, numbers[-1])}.get(len(numbers), (*numbers,))
    for number in range(first, last + (1 if step > 0 else -1), step or 1):
        context.print(str(number))
    return 0


TEXT_TOOLS = (
    _tool("head", "", "nc", _head),
    _tool("tail", "fF", "n", _tail),
    _tool("grep", "ivcqnlhwFEo", "eABCm", _grep),
    _tool("wc", "lwc", "", _wc),
    _tool("sort", "nru", "k", _sort),
    _tool("uniq", "c", "", _uniq),
    _tool("cut", "s", "dfc", _cut),
    _tool("tr", "ds", "", _tr),
    _tool("sed", "inrE", "e", _sed),
    _tool("tee", "a", "", _tee),
    at_once("seq", _seq),
)
