"""System registers: names to numbers and back."""

import re
from typing import Union

from .._kernelcache import system_registers

Encoding = tuple[int, int, int, int, int]

#: Every name, in Arm's spelling in upper case, to (op0, op1, CRn, CRm, op2).
sysreg_fwd: dict[str, Encoding] = {
    name.upper(): encoding for name, encoding in system_registers().items()
}

#: The name of each number; where several stand for one, the last of `sysreg_fwd`.
sysreg_rev: dict[Encoding, str] = {encoding: name for name, encoding in sysreg_fwd.items()}

_GENERIC = re.compile(r"s(\d+)_(\d+)_c(\d+)_c(\d+)_(\d+)", re.IGNORECASE)


def sysreg_name(encoding: Encoding) -> str:
    """The name of a number; `s3_7_c15_c15_7` if it has none."""
    encoding = tuple(encoding)  # type: ignore[assignment]
    if encoding in sysreg_rev:
        return sysreg_rev[encoding]
    op0, op1, crn, crm, op2 = encoding
    return f"s{op0}_{op1}_c{crn}_c{crm}_{op2}"


def sysreg_parse(text: Union[str, Encoding, list[int]]) -> Encoding:
    """The number that a tuple, a list, a name, `s3_4_c15_c12_1` or `3, 4, 15, 12, 1` stands for.

    Raises ValueError for anything else.
    """
    if isinstance(text, (tuple, list)):
        numbers = tuple(text)
    elif text.strip().upper() in sysreg_fwd:
        return sysreg_fwd[text.strip().upper()]
    else:
        generic = _GENERIC.fullmatch(text.strip())
        parts = generic.groups() if generic else text.split(",")
        try:
            numbers = tuple(int(part, 0) for part in parts)
        except ValueError:
            raise ValueError(f"no system register is called {text!r}") from None
    if len(numbers) != 5:
        raise ValueError(f"five numbers are a system register, not {text!r}")
    return numbers
