"""Programs, checked: static verifiers, interpreter against library, and the checked library in several orders."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ptodsl import driver
from ptodsl.commands import Status, programs
from ptodsl.commands.agreement import Agreement, Buffers, agreement, identical, outputs_of
from ptodsl.commands.inputs import Array, arguments_for, check_names, given_values
from ptodsl.commands.orders import differences, merged
from ptodsl.commands.outcome import data_of
from ptodsl.commands.programs import Named
from ptodsl.compiled import Compiled
from ptodsl.diagnostics import render
from ptodsl.errors import Diagnostic, InternalError, PtoError
from ptodsl.ir.nodes import Program
from ptodsl.machine import ARCHITECTURES
from ptodsl.runtime.checked_launch import CheckedLaunch, Checking
from ptodsl.runtime.launch import Launch
from ptodsl.runtime.schedules import PROGRAM
from ptodsl.signature import signature_of
from ptodsl.verify.sync import verify_sync
from ptodsl.verify.written import is_written, verify_written


@dataclass(frozen=True)
class Checked:
    """A program that nothing is wrong with: what was looked at, and what a reader should know."""

    name: str
    results: tuple[tuple[str, str], ...]
    """Each output, and how far interpreter and library agree on it."""
    orders: tuple[str, ...]
    """The orders of the pipes that gave the same bits."""
    remarks: tuple[Diagnostic, ...]


def run(options: argparse.Namespace) -> Status:
    """Prints what was checked of each program; raises all that is wrong with any."""
    found = programs.load(options.file, options.program or ())
    given = given_values(options.set)
    check_names((slot for one in found for slot in signature_of(one.program).parameters), given)
    checked = programs.for_each(found, ARCHITECTURES[options.arch], lambda one: _check(one, given, options))
    print(_json(checked, options) if options.json else "\n\n".join(_text(one, options) for one in checked))
    return Status.FINE


def _check(one: Named, given: dict[str, list[str]], options: argparse.Namespace) -> Checked:
    arguments = arguments_for(signature_of(one.program), given, options.seed)
    fast, remarks = _compiled(one.program, options)
    agreed = agreement(fast, arguments)
    _require(agreed, one.name)
    orders = list(dict.fromkeys([PROGRAM, *options.schedules]))
    checking = Checking(strict=options.strict, limit=options.limit)
    checked = driver.compile_placed(fast.placed, options.arch, "checked", checking=checking, poison=True)
    assert isinstance(checked.launch, CheckedLaunch)
    problems, found = _judged(checked.launch, arguments, orders)
    if problems:
        raise PtoError(problems)
    _require_same(one.name, _written(fast.launch, arguments)[0], found)
    results = tuple((one.slot.name, one.verdict) for one in agreed.results)
    return Checked(one.name, results, tuple(orders), (*remarks, *checked.launch.remarks))


def _compiled(program: Program, options: argparse.Namespace) -> tuple[Compiled, tuple[Diagnostic, ...]]:
    """The program for the fast library, and what the verifiers remark; placed IR is judged and taken as it stands."""
    architecture, flags = ARCHITECTURES[options.arch], options.strict_flags
    if is_written(program):
        remarks = verify_written(program, architecture, strict=options.strict, strict_flags=flags)
        return driver.compile_placed(program, options.arch, poison=True), remarks
    compiled = driver.compile(program, options.arch, poison=True)
    return compiled, verify_sync(compiled.placed, architecture, strict_flags=flags)


def _judged(
    launch: CheckedLaunch, arguments: Sequence[Any], orders: Sequence[str]
) -> tuple[list[Diagnostic], list[Array]]:
    """What is wrong in any order, each finding once, and the outputs of program order."""
    outputs: dict[str, list[Array]] = {}
    found: dict[str, tuple[Diagnostic, ...]] = {}
    for word in orders:
        launch.follow(word)
        outputs[word], found[word] = _written(launch, arguments)
    names = [slot.name for slot in outputs_of(launch.signature)]
    return [*merged(found), *differences(names, outputs)], outputs[PROGRAM]


def _written(launch: Launch, arguments: Sequence[Any]) -> tuple[list[Array], tuple[Diagnostic, ...]]:
    """What a launch leaves in its outputs, and what it raises."""
    buffers = Buffers.of(launch.signature, arguments)
    try:
        launch(*buffers.given, out=buffers.out or None)
    except PtoError as error:
        return buffers.written, error.diagnostics
    return buffers.written, ()


def _require(agreed: Agreement, name: str) -> None:
    """Raises InternalError where interpreter and library disagree."""
    if not agreed.holds:
        names = ", ".join(one.slot.name for one in agreed.results if not one.agrees)
        raise InternalError(f"library and interpreter differ in {names} of {name}")


def _require_same(name: str, fast: list[Array], checked: list[Array]) -> None:
    """Raises InternalError where the checked library computes something else than the fast one."""
    if not all(identical(*pair) for pair in zip(checked, fast, strict=True)):
        raise InternalError(f"the checked library and the fast one differ in what {name} computes")


def _text(one: Checked, options: argparse.Namespace) -> str:
    results = ", ".join(f"{name} {verdict}" for name, verdict in one.results)
    lines = [
        f"{one.name} on {options.arch}: nothing is wrong",
        "  addresses and flags: both verifiers pass",
        f"  interpreter against library: {results}",
        "  checked library: no findings",
        f"  orders of the pipes: the same bits in {', '.join(one.orders)}",
    ]
    return "\n".join([*lines, *(f"\n{render(remark)}" for remark in one.remarks)])


def _json(checked: Sequence[Checked], options: argparse.Namespace) -> str:
    rows = [
        {
            "program": one.name,
            "arch": options.arch,
            "seed": options.seed,
            "results": dict(one.results),
            "orders": one.orders,
            "remarks": [data_of(remark) for remark in one.remarks],
        }
        for one in checked
    ]
    return json.dumps(rows, indent=2)
