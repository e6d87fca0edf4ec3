"""macOS kernelcaches: IMG4 containers, Mach-O images, addresses, fixups and A64 code.

>>> import kernelcache
>>> kc = kernelcache.open("kernelcache.img4")   # doctest: +SKIP
>>> hex(kc.entry)                               # doctest: +SKIP
'0xfffffe0007018000'
>>> kernelcache.decode(0xd65f03c0).text
'ret'

Addresses are unslid, as they stand in the file, and in bytes. What is wrong with a file raises
KernelcacheError, which is a ValueError and names the structure and the offset.
"""

from ._kernelcache import (
    AllSymbols,
    CString,
    CStrings,
    Disassembly,
    Fixup,
    Fixups,
    Function,
    Functions,
    Header,
    Image,
    Insn,
    Kernelcache,
    KernelcacheError,
    LoadCommand,
    Loaded,
    Match,
    Matches,
    Operand,
    Owner,
    Payload,
    Section,
    Segment,
    Symbol,
    Symbols,
    View,
    Xref,
    Xrefs,
    assemble,
    decode,
    demangle,
    disassemble,
    open,
    parse,
    parse_mapped,
    system_registers,
)

__all__ = [
    "AllSymbols",
    "CString",
    "CStrings",
    "Disassembly",
    "Fixup",
    "Fixups",
    "Function",
    "Functions",
    "Header",
    "Image",
    "Insn",
    "Kernelcache",
    "KernelcacheError",
    "LoadCommand",
    "Loaded",
    "Match",
    "Matches",
    "Operand",
    "Owner",
    "Payload",
    "Section",
    "Segment",
    "Symbol",
    "Symbols",
    "View",
    "Xref",
    "Xrefs",
    "assemble",
    "decode",
    "demangle",
    "disassemble",
    "open",
    "parse",
    "parse_mapped",
    "system_registers",
]
