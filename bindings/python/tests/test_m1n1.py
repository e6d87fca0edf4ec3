"""`kernelcache.m1n1`: what scripts around m1n1 count on."""

import io
import random
import struct
import subprocess
from pathlib import Path

import pytest

import kernelcache
from kernelcache.m1n1 import (
    ARMAsm,
    AsmException,
    MachO,
    MachOError,
    MachOLoadCmdType,
    sysreg_fwd,
    sysreg_name,
    sysreg_parse,
    sysreg_rev,
)


@pytest.fixture(scope="module")
def raw(sample: Path) -> bytes:
    return kernelcache.open(sample).data


def test_a_file_as_bytes_and_as_a_stream(raw: bytes, sample: Path) -> None:
    stream = io.BytesIO(b"before" + raw)
    stream.seek(6)
    for macho in (MachO(raw), MachO(bytearray(raw)), MachO(memoryview(raw)), MachO(stream)):
        assert macho.size == macho.end - macho.off == len(raw)
        assert macho.entry == 0xFFFFFE0007018000
        assert (macho.vmin, macho.vmax) == (0xFFFFFE0007004000, 0xFFFFFE0007034000)
    assert MachO(stream.getvalue()[6:]).off == 0 and MachO(sample.read_bytes()).entry
    stream.seek(6)
    assert MachO(stream).off == 6


def test_load_commands_have_the_names(raw: bytes) -> None:
    macho = MachO(raw)
    header = macho.obj.header
    assert (header.magic, header.filetype, header.ncmds) == (0xFEEDFACF, 12, len(macho.obj.cmds))
    segments = list(macho.get_cmds(MachOLoadCmdType.SEGMENT_64))
    assert segments[0].cmd == "SEGMENT_64" and segments[0].cmd == 0x19
    assert [segment.args.segname for segment in segments][:2] == ["__TEXT", "__PRELINK_TEXT"]
    assert segments[0].args.vmaddr == macho.vmin and str(segments[0].args.vmaddr) == hex(macho.vmin)
    entries = [entry.args for entry in macho.get_cmds("FILESET_ENTRY")]
    assert [entry.name for entry in entries] == list(macho.subfiles)
    state = macho.get_cmd(MachOLoadCmdType.UNIXTHREAD).args[0]
    assert state.flavor == 6 and state.data.pc == macho.entry and len(state.data.x) == 29
    assert len(macho.get_cmd(MachOLoadCmdType.UUID).args) == 16
    with pytest.raises(MachOError):
        macho.get_cmd(MachOLoadCmdType.SEGMENT_64)
    with pytest.raises(MachOError):
        macho.get_cmd(0x77)


def test_symbols_have_the_image_in_their_names(raw: bytes) -> None:
    macho = MachO(raw)
    kernel = macho.subfiles["com.apple.kernel"]
    assert "com.apple.kernel:__TEXT_EXEC" in macho.symbols
    assert macho.symbols["org.example.alpha:__TEXT_EXEC"] == [
        segment.args.vmaddr
        for segment in macho.subfiles["org.example.alpha"].get_cmds("SEGMENT_64")
        if segment.args.segname == "__TEXT_EXEC"
    ][0]
    kernel.load_symbols()
    opened = kernelcache.parse(raw)
    assert kernel.symbols["_kernel_main"] == opened.symbol("_kernel_main")
    kext = MachO(raw).subfiles["com.apple.kernel"]
    macho.add_symbols("com.apple.kernel", kext)
    assert macho.symbols["com.apple.kernel:_kernel_main"] == opened.symbol("_kernel_main")
    with pytest.raises(MachOError):
        macho.add_symbols("com.example.nobody", kext)


def test_a_subfile_is_usable_alone(raw: bytes) -> None:
    opened = kernelcache.parse(raw)
    kernel = MachO(raw).subfiles["com.apple.kernel"]
    image = kernel.prepare_image(quiet=True)
    assert len(image) == kernel.vmax - kernel.vmin
    address = opened.symbol("_kernel_main")
    assert image[address - kernel.vmin :][:4] == opened.read(address, 4)


def test_the_image_is_what_the_segments_say(raw: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    macho = MachO(raw)
    image = macho.prepare_image()
    opened = kernelcache.parse(raw)
    for segment in opened.segments:
        at = segment.address - macho.vmin
        assert image[at : at + segment.file_size] == segment.content
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[1] for line in lines if line.startswith("LOAD: ")] == [
        segment.name for segment in opened.segments
    ]
    seen = []

    def hook(data: bytes, name: str, size: int, fileoff: int, dest: int) -> bytes:
        seen.append((name, size, fileoff, dest))
        return data.replace(b"\x1f\x20\x03\xd5", b"\x02\x00\x00\xd4")

    hooked = macho.prepare_image(hook, quiet=True)
    assert len(hooked) == len(image) and hooked != image
    assert seen[0] == ("__TEXT", 0x4000, 0, 0)
    # A hook that gives more bytes shifts the rest, as slices do.
    longer = macho.prepare_image(lambda data, *_: data + b"x", quiet=True)
    assert len(longer) > len(image)


def payload_at_the_end(size: int) -> bytes:
    """A file with segments `_HDR` and `PYLD`, the last one larger in memory."""
    names = [(b"_HDR", 0, 0x4000), (b"PYLD", 0x4000, size)]
    commands = b"".join(
        struct.pack(
            "<2I16s4Q4I", 0x19, 72, name, at, 0x8000 if name == b"PYLD" else length, at, length,
            7, 7, 0, 0,
        )
        for name, at, length in names
    )  # fmt: skip
    header = struct.pack("<8I", 0xFEEDFACF, 0x100000C, 0, 2, 2, len(commands), 0, 0)
    return (header + commands).ljust(0x4000, b"\0") + b"p" * size


def test_a_payload_ends_the_image() -> None:
    image = MachO(payload_at_the_end(100)).prepare_image(quiet=True)
    assert image[0x4000:] == b"p" * 100 + bytes(4)


def test_what_is_none_is_refused() -> None:
    for data in (b"\x7fELF" + bytes(60), b"", b"\xcf\xfa\xed\xfe"):
        with pytest.raises(MachOError):
            MachO(data)


def gnu(source: str, address: int, folder: Path) -> bytes:
    """What GNU's assembler and linker make of a text."""
    (folder / "a.s").write_text(".text\n_start:\n" + source + "\n.pool\n")

    def run(*command: str) -> None:
        subprocess.run(command, check=True, cwd=folder)

    run("aarch64-linux-gnu-as", "-march=armv8.4-a", "a.s", "-o", "a.o")
    run("aarch64-linux-gnu-ld", f"--Ttext={address:#x}", "a.o", "-o", "a.elf")
    run("aarch64-linux-gnu-objcopy", "-O", "binary", "-j", ".text", "a.elf", "a.bin")
    return (folder / "a.bin").read_bytes()


SOURCES = [
    "mov x0, #1\nret",
    "1: b 1b\n2: cbz x0, 1f; b 2b\n1: nop",
    "ldr x0, =0x1234567890abcdef\nldr w1, =0x12345678\nldr x3, =0x1234567890abcdef\nret",
    "adr x0, text\nret\ntext: .asciz \"hello\"\n.balign 4\n.word 1, 2, text - _start",
    "start: ldr x0, [sp, #8]\n// a comment\nb.eq start\nbne start\nbl start /* two\nlines */\nret",
    ".inst 0xd503201f, 0xd65f03c0; .quad 0x1122334455667788",
    "mrs x0, s3_4_c15_c12_1\nmsr s3_6_c15_c2_4, x1\nmrs x2, HCR_EL2\nisb\ndsb sy",
    "tbnz x3, #5, 1f\nldp x29, x30, [sp], #16\n1: stp x29, x30, [sp, #-16]!\nfmul d0, d1, d2",
    "add x0, x1, #(1 << 4)\nmov w2, #3 + 4\nldr x5, [x6, #2*8]\n.p2align 3\nret",
    "movz x0, #0x1234, lsl #16\nand x1, x2, #0xff00ff00ff00ff00\ncasal x0, x1, [x2]\nsvc #0",
]


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("address", [0, 0x8_0000_0000])
def test_code_is_what_gnu_makes(source: str, address: int, tmp_path: Path) -> None:
    ours = ARMAsm(source, address)
    assert ours.data.hex() == gnu(source, address, tmp_path).hex()
    assert (ours.start, ours.addr, ours.len) == (address, address, len(ours.data))
    assert ours.end == ours.start + ours.len


def test_labels_are_attributes() -> None:
    code = ARMAsm("nop\nfoo: ret\nbar:", 0x1000)
    assert (code.foo, code.bar, code._start) == (0x1004, 0x1008, 0x1000)  # type: ignore[attr-defined]


def test_lines_of_a_disassembly() -> None:
    code = ARMAsm("nop; mov x0, x1; ret", 0x1238)
    lines = list(code.disassemble())
    assert [int(line.split()[0].rstrip(":"), 16) for line in lines] == [0x1238, 0x123C, 0x1240]
    assert lines[0] == "    1238:\td503201f \tnop"
    assert lines[1] == "    123c:\taa0103e0 \tmov\tx0, x1"


def test_the_preprocessor_is_there_in_part() -> None:
    assert ARMAsm("#define REG x5\n# 1 \"file\"\nmov REG, #2").data == ARMAsm("mov x5, #2").data


def test_texts_that_are_none_are_refused() -> None:
    for source in ("mov x0", "b nowhere", ".word 1 << 1000", ".word x()", ".bogus 1", "b 1f", ".skip 1 << 25"):
        with pytest.raises(AsmException):
            ARMAsm(source)


def test_system_registers() -> None:
    assert sysreg_fwd["HCR_EL2"] == (3, 4, 1, 1, 0)
    assert sysreg_rev[(3, 4, 1, 1, 0)] == "HCR_EL2"
    assert sysreg_name((3, 4, 1, 1, 0)) == "HCR_EL2"
    assert sysreg_name((3, 7, 15, 15, 7)) == "s3_7_c15_c15_7"
    for name in ("HCR_EL2", "s3_4_c1_c1_0", "3, 4, 1, 1, 0"):
        assert sysreg_parse(name) == (3, 4, 1, 1, 0)
    for numbers in ((3, 4, 1, 1, 0), [3, 4, 1, 1, 0]):
        assert sysreg_parse(numbers) == (3, 4, 1, 1, 0)
    with pytest.raises(ValueError):
        sysreg_parse("NO_SUCH_REGISTER")
    assert len(sysreg_fwd) > 600


def test_random_damage_is_an_error(raw: bytes) -> None:
    chance = random.Random(5)
    for _ in range(100):
        damaged = bytearray(raw)
        for _ in range(3):
            damaged[chance.randrange(0x1000)] ^= 1 << chance.randrange(8)
        try:
            MachO(damaged)
        except MachOError:
            pass
