"""Beside what the package replaces, in one run: `compare.py LARGE IMG4`.

LARGE is a fileset of about 100 MB (`mkshapes DIR --large`), IMG4 a container around one. Each
figure is the best of several rounds, which take turns; a ratio above 1 says that this package is
faster. Peers: construct, capstone, keystone-engine, lief, pyimg4, from a Python registry.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import capstone
import construct as c
import keystone
import lief
import pyimg4

import kernelcache
from kernelcache.m1n1 import ARMAsm, MachO

ROUNDS = 5

NAME = c.PaddedString(16, "ascii")
SECTION = c.Struct(
    "sectname" / NAME, "segname" / NAME, "addr" / c.Hex(c.Int64ul), "size" / c.Hex(c.Int64ul),
    "numbers" / c.Array(8, c.Hex(c.Int32ul)),
)  # fmt: skip
SEGMENT = c.Struct(
    "segname" / NAME, "vmaddr" / c.Hex(c.Int64ul), "vmsize" / c.Hex(c.Int64ul),
    "fileoff" / c.Hex(c.Int64ul), "filesize" / c.Hex(c.Int64ul), "maxprot" / c.Hex(c.Int32ul),
    "initprot" / c.Hex(c.Int32ul), "nsects" / c.Int32ul, "flags" / c.Int32ul,
    "sections" / c.Array(c.this.nsects, SECTION),
)  # fmt: skip
ENTRY = c.Struct(
    "addr" / c.Hex(c.Int64ul), "offset" / c.Hex(c.Int64ul), "entryid" / c.Int32ul,
    "reserved" / c.Int32ul, "name" / c.CString("ascii"),
)  # fmt: skip
COMMAND = c.Struct(
    "cmd" / c.Hex(c.Int32ul),
    "cmdsize" / c.Int32ul,
    "args"
    / c.FixedSized(
        c.this.cmdsize - 8,
        c.Switch(c.this.cmd, {0x19: SEGMENT, 0x80000035: ENTRY}, default=c.GreedyBytes),
    ),
)
HEADER = c.Struct(
    "magic" / c.Hex(c.Int32ul), "cputype" / c.Int32ul, "cpusubtype" / c.Int32ul,
    "filetype" / c.Int32ul, "ncmds" / c.Int32ul, "sizeofcmds" / c.Int32ul, "flags" / c.Int32ul,
    "reserved" / c.Int32ul, "cmds" / c.Array(c.this.ncmds, COMMAND),
)  # fmt: skip


def by_construct(raw: bytes) -> int:
    """Every load command of the outer image and of each entry."""
    outer = HEADER.parse(raw)
    entries = [command.args for command in outer.cmds if command.cmd == 0x80000035]
    inside = [HEADER.parse(raw[entry.offset : entry.offset + 0x10000]) for entry in entries]
    return len(outer.cmds) + sum(len(image.cmds) for image in inside)


def by_m1n1(raw: bytes) -> int:
    macho = MachO(raw)
    return len(macho.subfiles) + (macho.entry or 0)


def by_images(raw: bytes) -> int:
    """Every load command, segment and section as an object."""
    total = 0
    for image in kernelcache.parse(raw).images:
        total += len(image.load_commands)
        total += sum(len(segment.sections) for segment in image.segments)
    return total


def by_lief(raw: bytes) -> int:
    fat = lief.MachO.parse(raw)
    return len(fat.at(0).segments)


def main() -> None:
    large, container = (Path(argument).read_bytes() for argument in sys.argv[1:3])
    opened = kernelcache.parse(large)
    code = opened.segment("__TEXT_EXEC")
    words = bytes(code.view[: 4 * 200_000])
    pc = code.address
    machine = capstone.Cs(capstone.CS_ARCH_ARM64, capstone.CS_MODE_LITTLE_ENDIAN)
    machine.skipdata = True
    gas = keystone.Ks(keystone.KS_ARCH_ARM64, keystone.KS_MODE_LITTLE_ENDIAN)
    text = "mov x0, #1; add x1, x2, x3; ldr x4, [x5, #8]; cbz x0, 0x40; ret; " * 40

    def objects_capstone() -> int:
        return sum(len(i.mnemonic) + len(i.op_str) for i in machine.disasm(words, pc))

    def objects() -> int:
        insns = kernelcache.disassemble(words, pc)
        return sum(len(i.mnemonic) + len(i.op_str) for i in insns)

    jobs: list[tuple[str, str, Callable[[], Any], Callable[[], Any]]] = [
        ("commands and sections of all images", "construct", lambda: by_images(large), lambda: by_construct(large)),
        ("MachO of m1n1's use", "construct", lambda: by_m1n1(large), lambda: by_construct(large)),
        ("commands and sections of all images", "lief", lambda: by_images(large), lambda: by_lief(large)),
        ("load", "one copy", lambda: opened.load(0x8_0000_0000), lambda: bytearray(large)),
        ("200,000 instructions as objects, with text", "capstone", objects, objects_capstone),
        ("200 lines assembled", "keystone", lambda: ARMAsm(text), lambda: gas.asm(text, 0)),
        (
            "IMG4 to payload",
            "pyimg4",
            lambda: kernelcache.parse(container).data,
            lambda: pyimg4_payload(container),
        ),
    ]  # fmt: skip
    print("| work | ours | peer | ratio |\n|---|---|---|---|")
    for what, peer, ours, theirs in jobs:
        best = [float("inf"), float("inf")]
        for _ in range(ROUNDS):
            for which, job in enumerate((ours, theirs)):
                start = time.perf_counter()
                job()
                best[which] = min(best[which], time.perf_counter() - start)
        ratio = best[1] / best[0]
        print(f"| {what} | {best[0] * 1e3:.2f} ms | {peer} {best[1] * 1e3:.2f} ms | {ratio:.2f} |")


def pyimg4_payload(container: bytes) -> Any:
    payload = pyimg4.IMG4(container).im4p.payload
    payload.decompress()
    return payload.output().data


if __name__ == "__main__":
    main()
