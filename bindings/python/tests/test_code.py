"""Instructions: decoded, assembled, and compared with GNU's assembler and objdump."""

import random
import subprocess
from pathlib import Path

import pytest

import kernelcache
from kernelcache import KernelcacheError


def test_an_instruction_is_an_object() -> None:
    insn = kernelcache.decode(0x910043FD)
    assert insn is not None
    assert (insn.mnemonic, insn.op_str, insn.text) == ("add", "x29, sp, #0x10", "add x29, sp, #0x10")
    assert (insn.size, insn.bytes, insn.word) == (4, b"\xfd\x43\x00\x91", 0x910043FD)
    assert insn.encoding == "ADD_64_addsub_imm"
    assert [operand.register for operand in insn.operands[:2]] == ["x29", "sp"]
    assert insn.operands[2].value == 0x10
    assert (insn.reads, insn.writes) == (("sp",), ("x29",))
    assert insn == kernelcache.decode(0x910043FD) and insn != kernelcache.decode(0xD503201F)
    assert len({insn, kernelcache.decode(0x910043FD)}) == 1


def test_memory_branches_and_names() -> None:
    load = kernelcache.decode(0xB86B694A)  # ldr w10, [x10, x11]
    assert load is not None and load.memory == "load"
    assert (load.operands[1].register, load.operands[1].index) == ("x10", "x11")
    call = kernelcache.decode(0x94000010, 0x1000)
    assert call is not None and (call.flow, call.target) == ("call", 0x1040)
    back = kernelcache.decode(0xD65F03C0)
    assert back is not None and (back.flow, back.target) == ("return", None)
    name = kernelcache.decode(0xD5384240)  # mrs x0, CurrentEL
    assert name is not None and name.operands[1].name is not None
    assert name.operands[1].name.upper() == "CURRENTEL"
    assert kernelcache.decode(0) is not None and kernelcache.decode(0x00010000) is None


def test_a_word_that_is_none_keeps_its_place() -> None:
    words = bytes.fromhex("1f2003d5 00000100 c0035fd6 ff")
    insns = list(kernelcache.disassemble(words, 0x4000))
    assert [insn.address for insn in insns] == [0x4000, 0x4004, 0x4008]
    assert [insn.is_valid for insn in insns] == [True, False, True]
    assert insns[1].text == ".inst 0x00010000"
    assert insns[1].operands == [] and insns[1].reads == ()


def test_text_assembles_to_the_word() -> None:
    chance = random.Random(2)
    count = 0
    for _ in range(20_000):
        word = chance.getrandbits(32)
        insn = kernelcache.decode(word, 0x10000)
        if insn is None:
            continue
        try:
            code = kernelcache.assemble(insn.text, 0x10000)
        except KernelcacheError:
            continue
        again = kernelcache.decode(int.from_bytes(code, "little"), 0x10000)
        assert again is not None and again.text == insn.text
        count += 1
    assert count > 4_000


def test_text_is_gnus(tmp_path: Path) -> None:
    chance = random.Random(3)
    words = [0xD503201F, 0x910043FD, 0xB86B694A, 0xD5384240, 0xA9BF7BFD, 0xD65F03C0, 0x1E602820]
    # Data-processing words, whose spelling no version of binutils changed.
    words += [0x8B000000 | chance.getrandbits(15) & 0x7C1F for _ in range(200)]
    binary = tmp_path / "words"
    binary.write_bytes(b"".join(word.to_bytes(4, "little") for word in words))
    objdump = ["aarch64-linux-gnu-objdump", "-D", "-b", "binary", "-m", "aarch64", str(binary)]
    lines = subprocess.run(objdump, capture_output=True, text=True, check=True).stdout.splitlines()
    theirs = [line.split("\t", 2)[2] for line in lines if line.count("\t") >= 2]
    ours = list(kernelcache.disassemble(binary.read_bytes(), syntax="gnu"))
    assert len(theirs) == len(ours)
    for text, insn in zip(theirs, ours):
        assert " ".join(text.split("//")[0].split()) == " ".join(insn.text.split("//")[0].split())


def test_lines_that_are_none_are_refused() -> None:
    with pytest.raises(KernelcacheError) as error:
        kernelcache.assemble("mov x0, x99")
    assert "mov x0, x99" in str(error.value)
    with pytest.raises(ValueError):
        kernelcache.decode(0xD503201F, syntax="intel")  # type: ignore[arg-type]
    assert kernelcache.assemble("nop; ret\nisb // barrier").hex() == "1f2003d5c0035fd6df3f03d5"


def test_names_are_demangled() -> None:
    assert kernelcache.demangle("__ZN8OSObjectC2Ev") == "OSObject::OSObject()"
    assert kernelcache.demangle("_main") == "_main"
