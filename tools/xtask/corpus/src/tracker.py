# What instructions refer to, by a tracker of its own: ADDRESS FILE, the code in the file beginning at the address (hexadecimal); prints
# `pc target`, both in hexadecimal, for each. Registers written, bases and distances are Capstone's; what a call keeps, and where nothing
# is known, is the procedure call standard's and what `aarch64_decode::References` promises.
import array
import re
import sys

import capstone
from capstone import aarch64

CLOBBERED = frozenset([*range(19), 30])
FIRMWARE = frozenset(range(18))
EVERYTHING = frozenset(range(31))
NOTHING = frozenset()
CALLS = {"bl", "blr", "blraa", "blrab", "blraaz", "blrabz"}
SYSTEMS = {"svc", "hvc", "smc"}
LEAVES = re.compile(r"(b|br.*|ret.*|eret.*|drps|texit|b\.al|b\.nv|bc\.al|bc\.nv|brk|hlt|udf)$")
STARTS = {0xD503233F, 0xD503237F, 0xD503245F, 0xD50324DF}
# Capstone takes the tie of these data registers for an update of the base (docs/src/effects-known.txt).
TIED = re.compile(r"(cas|ldclrp|ldsetp|swpp|rcw|ld[1234]|ldap1|ldg)")

disassembler = capstone.Cs(capstone.CS_ARCH_AARCH64, capstone.CS_MODE_LITTLE_ENDIAN)
disassembler.detail = True


def number(register):
    """0 to 30 of a general register; of others None."""
    name = disassembler.reg_name(register) if register else None
    if name in ("lr", "fp"):
        return 30 if name == "lr" else 29
    match = re.fullmatch(r"[wx](\d+)", name or "")
    return int(match[1]) if match else None


def pair(register):
    """The numbers of a register, of which Capstone has some as pairs."""
    name = disassembler.reg_name(register) or ""
    name = name.replace("lr", "x30").replace("fp", "x29")
    return [int(digits) for digits in re.findall(r"(?<![a-z])[wx](\d+)", name.replace("_", " "))]


def facts(word):
    """What is known of a word: what it forgets, and then (kind, register, base, number) of what it refers to or learns."""
    instruction = next(disassembler.disasm(word.to_bytes(4, "little"), 0), None)
    if instruction is None:
        return EVERYTHING, None
    mnemonic, operands = instruction.mnemonic, instruction.operands
    written = {n for register in instruction.regs_access()[1] for n in pair(register)}
    memory = next((o.mem for o in operands if o.type == aarch64.AARCH64_OP_MEM), None)
    if TIED.match(mnemonic) and memory is not None:
        moves = "!" in instruction.op_str or instruction.post_index
        data = set()
        if mnemonic.startswith("cas"):
            first = number(operands[0].reg)
            data = {first, first + 1} if first is not None and mnemonic.startswith("casp") else {first}
        if not moves:
            written.discard(number(memory.base))
        written |= data - {None}
    forgets = frozenset(written)
    if mnemonic in CALLS:
        forgets |= CLOBBERED
    elif mnemonic in SYSTEMS:
        forgets |= FIRMWARE
    elif LEAVES.match(mnemonic) or word in STARTS:
        forgets = EVERYTHING
    immediate = next((o for o in operands if o.type == aarch64.AARCH64_OP_IMM), None)
    if mnemonic in ("adr", "adrp"):
        return forgets, (mnemonic, number(operands[0].reg), None, immediate.imm)
    if mnemonic == "add" and len(operands) == 3 and immediate is not None:
        base = number(operands[1].reg)
        if base is not None and (word >> 31) == 1:
            return forgets, ("add", number(operands[0].reg), base, immediate.imm << immediate.shift.value)
    if mnemonic.startswith("stlur"):
        # Capstone's operands are wrong, its text is right.
        match = re.search(r"\[x(\d+)(?:, #(-?0x[0-9a-f]+|-?\d+))?\]$", instruction.op_str)
        return forgets, match and ("memory", None, int(match[1]), int(match[2] or "0", 0))
    if memory is not None:
        if memory.base == 0:
            return forgets, ("literal", None, None, memory.disp)
        base = number(memory.base)
        if base is not None and (memory.index == 0 or instruction.post_index):
            return forgets, ("memory", None, base, 0 if instruction.post_index else memory.disp)
    elif mnemonic in ("ldr", "ldrsw", "prfm") and immediate is not None:
        return forgets, ("literal", None, None, immediate.imm)
    return forgets, None


def main():
    pc = int(sys.argv[1], 16)
    words = array.array("I")
    with open(sys.argv[2], "rb") as file:
        words.frombytes(file.read())
    known, cache, lines = {}, {}, []
    mask = (1 << 64) - 1
    for word in words:
        fact = cache.get(word)
        if fact is None:
            fact = cache[word] = facts(word)
        forgets, refers = fact
        learned = None
        if refers is not None:
            kind, register, base, distance = refers
            if kind == "adrp":
                learned = ((pc & ~0xFFF) + distance) & mask
            elif kind in ("adr", "literal"):
                learned = (pc + distance) & mask
                lines.append(f"{pc:x} {learned:x}")
            elif base in known:
                learned = (known[base] + distance) & mask
                lines.append(f"{pc:x} {learned:x}")
        if known:
            if forgets is EVERYTHING:
                known.clear()
            else:
                for number_ in forgets:
                    known.pop(number_, None)
        if learned is not None and kind in ("adr", "adrp", "add") and register is not None:
            known[register] = learned
        pc += 4
    print("\n".join(lines))


main()
