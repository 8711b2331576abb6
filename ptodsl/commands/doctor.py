"""`ptodsl doctor`: what this machine has for building and running programs."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable
from typing import Any

from ptodsl.commands import Status
from ptodsl.diagnostics import render
from ptodsl.errors import Diagnostic
from ptodsl.runtime import doctor
from ptodsl.runtime.doctor import Readiness, Survey
from ptodsl.runtime.targets import CPU


def configure(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments."""
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(options: argparse.Namespace) -> Status:
    """Prints what was found. Programs must run on this machine's processor; whether they do elsewhere is for show."""
    survey = doctor.survey()
    print(json.dumps(_data(survey), indent=2) if options.json else _text(survey))
    works = not survey.cache_problems and all(one.ready for one in survey.targets if one.target == CPU.name)
    return Status.FINE if works else Status.TOOLCHAIN


def _text(survey: Survey) -> str:
    parts = [_target(one) for one in survey.targets]
    compilers = [str(compiler) for compiler in survey.compilers] or ["none"]
    parts.append("\n".join(["compilers:", *(f"  {compiler}" for compiler in compilers)]))
    parts.append("\n".join([f"cache: {survey.cache}", *_problems(survey.cache_problems)]))
    return "\n\n".join(parts)


def _target(one: Readiness) -> str:
    lines = [f"target {one.target}: {'ready' if one.ready else 'not ready'} ({one.summary})"]
    if one.compiler is not None:
        lines.append(f"  compiler: {one.compiler}")
    lines += [f"  does not take {limit}" for limit in one.limits]
    return "\n".join([*lines, *_problems(one.problems)])


def _problems(problems: Iterable[Diagnostic]) -> list[str]:
    return [f"  {line}" for problem in problems for line in render(problem).splitlines()]


def _data(survey: Survey) -> dict[str, Any]:
    return {
        "targets": [
            {
                "target": one.target,
                "ready": one.ready,
                "compiler": None if one.compiler is None else str(one.compiler),
                "limits": one.limits,
                "problems": _messages(one.problems),
            }
            for one in survey.targets
        ],
        "compilers": [str(compiler) for compiler in survey.compilers],
        "cache": str(survey.cache),
        "cache_problems": _messages(survey.cache_problems),
    }


def _messages(problems: Iterable[Diagnostic]) -> list[dict[str, str]]:
    return [{"code": one.code, "message": one.message, "help": one.help} for one in problems]
