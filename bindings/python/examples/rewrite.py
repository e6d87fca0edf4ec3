"""What a hypervisor does: load an image, and make each read of HCR_EL2 a trap."""

import sys

import kernelcache

PHYS_BASE = 0x8_0000_0000
HVC = int.from_bytes(kernelcache.assemble("hvc #0"), "little")


def rewrite(address: int, word: int) -> int:
    insn = kernelcache.decode(word, address)
    names = {operand.name for operand in insn.operands} if insn else set()
    return HVC if "HCR_EL2" in names else word


kc = kernelcache.open(sys.argv[1])
loaded = kc.load(PHYS_BASE, rewrite=rewrite)
plain = kc.load(PHYS_BASE)
changed = [at for at in range(0, len(plain.memory), 4) if plain.memory[at] != loaded.memory[at]]
print(f"{loaded}: {len(changed)} words are traps now")
