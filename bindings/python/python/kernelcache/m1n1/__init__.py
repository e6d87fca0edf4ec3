"""What scripts around m1n1 ask of a Mach-O file and of an assembler, in process.

The names and their behaviour are those that m1n1's own scripts use, so that a script can import
them from here instead. This is a package of its own: m1n1's authors neither made nor endorse it.

>>> from kernelcache.m1n1 import ARMAsm
>>> ARMAsm("mov x0, #1; ret").data.hex()
'200080d2c0035fd6'
"""

from .asm import ARMAsm, AsmException
from .macho import MachO, MachOError, MachOLoadCmdType
from .sysreg import sysreg_fwd, sysreg_name, sysreg_parse, sysreg_rev

__all__ = [
    "ARMAsm",
    "AsmException",
    "MachO",
    "MachOError",
    "MachOLoadCmdType",
    "sysreg_fwd",
    "sysreg_name",
    "sysreg_parse",
    "sysreg_rev",
]
