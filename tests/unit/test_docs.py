"""The pages say what is so: their Python runs, what they show is what it prints, and what they point at is there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from docs.generator.__main__ import SECTIONS, pages
from docs.generator.pages import END, FENCE, OUTPUT, PageError, updated
from ptodsl.errors import load_all
from ptodsl.ops.table import ROWS
from tests.tree import ROOT
from tests.unit.runtime_programs import cache_at

PAGES = pages()
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("*.md"))
KINDS = {"python", "sh", "diagram"}
"""What a fenced block may be that nothing prints."""

LINK = re.compile(r"\]\((?!https?:)(?P<path>[^)#]+)\)")
NAMED = re.compile(r"(?P<path>tests/[\w/]+\.py)(?:::(?P<test>\w+))?")
EXAMPLE = "```python add.py\nprint(1 + 1)\n```\n\n<!-- output -->\n```text\n{}\n```\n"

page = pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
every_text = pytest.mark.parametrize("path", [*PAGES, *DECISIONS], ids=lambda path: path.stem)


@pytest.fixture(scope="module", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A cache that starts empty: what the pages compile is compiled."""
    with cache_at(tmp_path_factory.mktemp("cache")):
        yield


@page
def test_page_is_what_its_code_gives(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text == updated(text, path.name, SECTIONS), f"`make docs` brings {path.name} up to date"


@every_text
def test_links_lead_somewhere(path: Path) -> None:
    text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    dead = [match["path"] for match in LINK.finditer(text) if not (path.parent / match["path"]).exists()]
    assert not dead


@every_text
def test_tests_that_are_named_exist(path: Path) -> None:
    for match in NAMED.finditer(path.read_text(encoding="utf-8")):
        file = ROOT / match["path"]
        assert file.is_file(), match[0]
        assert match["test"] is None or f"def {match['test']}(" in file.read_text(encoding="utf-8"), match[0]


@page
def test_every_block_is_run_or_printed(path: Path) -> None:
    lines = _outside_generated(path.read_text(encoding="utf-8").splitlines())
    fences = [index for index, line in enumerate(lines) if FENCE.fullmatch(line)]
    by_hand = [lines[index] for index in fences[::2] if lines[index - 1] != OUTPUT]
    assert {fence.removeprefix("```").split()[0] for fence in by_hand} <= KINDS


def _outside_generated(lines: list[str]) -> list[str]:
    """What a person wrote of a page."""
    text = re.sub(rf"<!-- generated: \w+ -->.*?{END}", "", "\n".join(lines), flags=re.DOTALL)
    return text.splitlines()


@every_text
def test_make_has_the_targets_that_are_named(path: Path) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8").replace("\\\n", "")
    (phony,) = re.findall(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    named = re.findall(r"(?:`|^|=[\w.]+ )make ([\w-]+)", path.read_text(encoding="utf-8"), re.MULTILINE)
    assert set(named) <= set(phony.split())


def test_every_op_and_every_code_has_an_entry() -> None:
    ops, errors = ((ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8") for name in ("ops", "errors"))
    assert set(re.findall(r"^### (\S+)$", ops, re.MULTILINE)) == set(ROWS)
    assert re.findall(r"^### ([EW]\d+)$", errors, re.MULTILINE) == list(load_all())


def test_every_page_is_listed() -> None:
    index = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    listed = {match["path"] for match in LINK.finditer(index)}
    assert {path.name for path in PAGES} - listed == {"README.md", "index.md"}


def test_decisions_have_a_number_and_a_title_each() -> None:
    numbers = [path.name.partition("-")[0] for path in DECISIONS]
    assert len(set(numbers)) == len(numbers)
    for path, number in zip(DECISIONS, numbers, strict=True):
        text = path.read_text(encoding="utf-8")
        assert re.match(rf"# {number}: \S", text), f"{path.name} must begin with `# {number}: title`"
        assert "**Decided.**" in text
        assert len(text.splitlines()) <= 60, f"{path.name}: one page"


def test_output_is_what_was_printed() -> None:
    assert updated(EXAMPLE.format("3"), "page", {}) == EXAMPLE.format("2")


def test_blocks_of_one_name_are_one_file() -> None:
    text = "```python add.py\nx = 1\n```\n```python add.py raises\nimport ptodsl.language as pl\npl.exp(x)\n```\n"
    new = updated(text + "<!-- output -->\n```text\n```\n", "page", {})
    assert "--> add.py:3:1" in new
    assert "3 | pl.exp(x)" in new


def test_generated_part_is_replaced() -> None:
    text = "<!-- generated: numbers -->\nold\n<!-- end -->\nrest\n"
    assert updated(text, "page", {"numbers": lambda: "1 2 3"}) == text.replace("old", "\n1 2 3\n")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("```python\n1 / 0\n```\n", "page:1: this block fails: ZeroDivisionError: division by zero"),
        ("```python add.py raises\nx = 1\n```\n", "it raises no PtoError"),
        ("```python\nassert 1 == 2\n```\n", "page:1: this block fails: AssertionError"),
        ("```python\nx = 1\n", "nothing below is `\\`\\`\\``"),
        ("<!-- output -->\n```text\n```\n", "has printed nothing"),
        ("<!-- output -->\ntext\n", "a fenced block must follow"),
        ("<!-- generated: nothing -->\n<!-- end -->\n", "there is no section `nothing`"),
        ("<!-- generated: some -->\n", "nothing below is `<!-- end -->`"),
    ],
)
def test_page_that_cannot_be_brought_up_to_date_says_where(text: str, said: str) -> None:
    with pytest.raises(PageError, match=said):
        updated(text, "page", {"some": lambda: "text"})
