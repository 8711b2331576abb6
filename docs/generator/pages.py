"""A page of documentation as a program: its Python runs, what follows from it is written into the page.

Four things in a page are not plain text:

- a fenced block of `python` runs, all blocks of a page in one namespace. A second word names the file that the block is
  part of (`add.py`), the blocks of one name after each other; a third, `raises`, says that it must fail with a
  `PtoError`, whose text counts as printed;
- a fenced block of `sh run` holds commands of `ptodsl`, which run at the top of the project; what they print counts as
  printed, errors too, and an exit status that is not 0;
- `<!-- output -->` before a fenced block: the block is what the Python above it has printed since the last one;
- `<!-- generated: NAME -->` to `<!-- end -->`: Markdown from the table or the classes of that name.
"""

from __future__ import annotations

import io
import linecache
import os
import re
import shlex
from collections.abc import Iterator, Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from ptodsl.__main__ import main
from ptodsl.errors import PtoError

ROOT = Path(__file__).resolve().parents[2]

FENCE = re.compile(r"```(?P<words>.*)")
OUTPUT = "<!-- output -->"
GENERATED = re.compile(r"<!-- generated: (?P<name>\w+) -->")
END = "<!-- end -->"


class PageError(Exception):
    """A page that cannot be brought up to date: its Python fails, or its marks do not match."""


class Section(Protocol):
    """What writes a generated part."""

    def __call__(self) -> str:
        """The Markdown."""
        ...


class _Session:
    """The Python of a page: one namespace, and what was printed in it."""

    def __init__(self) -> None:
        self._namespace: dict[str, Any] = {"__name__": "__page__"}
        self._files: dict[str, str] = {}
        self._stream = io.StringIO()

    def run(self, text: str, words: list[str]) -> None:
        """Runs a block; its kernels find their source in the file that the block is part of."""
        file = words[0] if words else "example.py"
        before = self._files.get(file, "")
        whole = self._files[file] = before + text
        linecache.cache[file] = (len(whole), None, whole.splitlines(True), file)
        code = compile("\n" * before.count("\n") + text, file, "exec", dont_inherit=True)
        with redirect_stdout(self._stream):
            if "raises" in words:
                self._fail(code)
            else:
                exec(code, self._namespace)

    def _fail(self, code: Any) -> None:
        try:
            exec(code, self._namespace)
        except PtoError as error:
            print(error)
        else:
            raise PageError("it raises no PtoError")

    def command(self, text: str) -> None:
        """Runs the commands of a block, a line each unless a backslash ends it."""
        before = Path.cwd()
        os.chdir(ROOT)
        try:
            for line in text.replace("\\\n", " ").splitlines():
                name, *words = shlex.split(line)
                if name != "ptodsl":
                    raise PageError(f"`{name}` is no command that pages run")
                with redirect_stdout(self._stream), redirect_stderr(self._stream):
                    status = main(words)
                    if status:
                        print(f"exit status {int(status)}")
        finally:
            os.chdir(before)

    def printed(self) -> str:
        """What was printed since the last call."""
        text = self._stream.getvalue()
        if not text:
            raise PageError("the Python above has printed nothing")
        self._stream.seek(0)
        self._stream.truncate()
        return text


@dataclass
class _Page:
    name: str
    lines: list[str]
    sections: Mapping[str, Section]
    _next: int = 0
    _session: _Session = field(default_factory=_Session)

    def text(self) -> str:
        return "\n".join(self._updated()) + "\n"

    def _updated(self) -> Iterator[str]:
        while self._next < len(self.lines):
            line = self._take()
            fence, generated = FENCE.fullmatch(line), GENERATED.fullmatch(line)
            yield line
            if line == OUTPUT:
                yield from self._output()
            elif generated is not None:
                yield from self._generated(generated["name"])
            elif fence is not None:
                yield from self._block(fence["words"].split())

    def _take(self) -> str:
        self._next += 1
        return self.lines[self._next - 1]

    def _until(self, end: str) -> list[str]:
        """The lines up to one, which is passed over."""
        start = self._next
        if end not in self.lines[start:]:
            raise PageError(f"{self.name}:{start}: nothing below is `{end}`")
        self._next = self.lines.index(end, start) + 1
        return self.lines[start : self._next - 1]

    def _block(self, words: list[str]) -> Iterator[str]:
        start = self._next
        body = self._until("```")
        try:
            if words[:1] == ["python"]:
                self._session.run("\n".join(body) + "\n", words[1:])
            elif words == ["sh", "run"]:
                self._session.command("\n".join(body) + "\n")
        except Exception as error:
            raise PageError(f"{self.name}:{start}: this block fails: {type(error).__name__}: {error}") from error
        yield from (*body, "```")

    def _output(self) -> Iterator[str]:
        opening = self._take()
        if FENCE.fullmatch(opening) is None:
            raise PageError(f"{self.name}:{self._next}: a fenced block must follow `{OUTPUT}`")
        self._until("```")
        yield from (opening, *self._session.printed().rstrip().splitlines(), "```")

    def _generated(self, name: str) -> Iterator[str]:
        if name not in self.sections:
            raise PageError(f"{self.name}:{self._next}: there is no section `{name}`")
        self._until(END)
        yield from ("", *self.sections[name]().strip().splitlines(), "", END)


def updated(text: str, name: str, sections: Mapping[str, Section]) -> str:
    """The page as it must be. Raises PageError with the line where it cannot be worked out."""
    return _Page(name, text.splitlines(), sections).text()
