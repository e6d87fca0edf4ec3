# Words in hexadecimal, one a line, from standard input; `word|read|written` for each that Capstone knows, registers by the names of
# a64-oracle: x0 to x30 and sp, v0 to v31, p0 to p15, za, zt0, ffr, nzcv.
import re
import sys

import capstone

LEFT_OUT = {"wzr", "xzr", "fpcr", "fpmr", "vg"}


def names(register):
    """The names of a register, of which a pair of Capstone's has two."""
    for name in register.lower().split("_"):
        if name in LEFT_OUT:
            continue
        name = {"lr": "x30", "fp": "x29", "wsp": "sp"}.get(name, name)
        if re.fullmatch(r"w\d+", name):
            name = "x" + name[1:]
        elif re.fullmatch(r"[bhsdqz]\d+", name):
            name = "v" + name[1:]
        elif re.fullmatch(r"pn\d+", name):
            name = "p" + name[2:]
        elif name.startswith("za"):
            name = "za"
        yield name


disassembler = capstone.Cs(capstone.CS_ARCH_AARCH64, capstone.CS_MODE_LITTLE_ENDIAN)
disassembler.detail = True
lines = []
for word in sys.stdin.read().split():
    for instruction in disassembler.disasm(bytes.fromhex(word)[::-1], 0):
        sets = instruction.regs_access()
        columns = [" ".join(sorted({n for r in s for n in names(instruction.reg_name(r))})) for s in sets]
        lines.append("|".join([word, *columns]))
print("\n".join(lines))
