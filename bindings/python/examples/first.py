"""Ten lines: entry point, its disassembly, a kext's symbols, a patched image."""

import sys
from pathlib import Path

import kernelcache

kc = kernelcache.open(sys.argv[1])
print(kc)
for insn in kc.disasm(count=4):
    print(f"{insn.address:#x}  {insn.word:08x}  {insn.text}")
for symbol in kc.symbols(kc.images[-1].name):
    print(f"{symbol.address:#x}  {symbol.name}")
entry = kc.entry or 0
patched = kc.patch([(entry, kc.read(entry, 4), kernelcache.assemble("nop"))])
Path(sys.argv[2]).write_bytes(patched)
