"""How a kernel of the interpreter reports a mistake: it knows what is wrong, its caller where."""

from __future__ import annotations

from ptodsl.errors import Diagnostic


class Fault(Exception):
    """A mistake found while an op is applied; `about` names the operands whose origins the message should show."""

    def __init__(self, mistake: type[Diagnostic], about: tuple[str, ...] = (), /, **fields: object) -> None:
        super().__init__(mistake, fields)
        self.mistake = mistake
        self.about = about
        self.fields = fields
