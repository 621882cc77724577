"""Where the output of a shell's command goes: files, /dev/null, the other stream. Owns no state."""

from __future__ import annotations

from dataclasses import replace

from swarmlab.engine.programs.processes import Context


def into_file(context: Context, path: str, *, append: bool) -> Context:
    """`>` and `>>`. Raises ReadOnly."""
    write, files = context.write, context.files
    if path.startswith("/dev/std"):
        return replace(context, write=lambda _, text: write(path.removeprefix("/dev/"), text))
    if path != "/dev/null":
        files.write(path, "", append=append)

    def divide(stream: str, text: str) -> None:
        if stream != "stdout":
            write(stream, text)
        elif path != "/dev/null":
            files.write(path, text, append=True)

    return replace(context, write=divide)


def errors_into_file(context: Context, path: str) -> Context:
    """`2>`."""
    write, files = context.write, context.files
    if path != "/dev/null":
        files.write(path, "")

    def divide(stream: str, text: str) -> None:
        if stream == "stdout":
            write(stream, text)
        elif path != "/dev/null":
            files.write(path, text, append=True)

    return replace(context, write=divide)


def into_one(context: Context, *, stream: str) -> Context:
    """`2>&1` and `>&2`: all of it to one stream."""
    write = context.write
    return replace(context, write=lambda _, text: write(stream, text))
