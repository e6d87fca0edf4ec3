"""Answers about files: those of `kc --json`, of LLVM, and of the bytes themselves."""

import gc
import itertools
import random
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any, Callable, Iterator

import pytest

import kernelcache
from kernelcache import Kernelcache, KernelcacheError

Run = Callable[..., Any]


def number(text: Any) -> Any:
    return int(text, 16) if isinstance(text, str) else text


def test_the_sample_is_what_readme_says(sample: Path) -> None:
    kc = kernelcache.open(sample)
    assert kc.kind == "fileset"
    assert kc.entry == 0xFFFFFE0007018000
    assert [image.name for image in kc.images[1:]] == [
        "com.apple.kernel",
        "org.example.alpha",
        "org.example.beta",
    ]
    payload = kc.payload
    assert payload is not None
    assert (payload.fourcc, payload.compression, payload.size) == ("krnl", "lzfse", 196608)
    assert payload.manifest is not None and payload.manifest["CHIP"] == 0x8103
    assert len(payload.objects["krnl"]["DGST"]) == 48  # type: ignore[arg-type]
    assert payload.signature
    assert [insn.text for insn in kc.disasm(count=2)] == ["b 0xfffffe0007018010", "nop"]
    assert repr(kc).startswith("<Kernelcache fileset 4 images entry=0xfffffe0007018000")


def test_entry_points_are_those_of_kc(shape: Path, kc: Run) -> None:
    answer = kc("entry", shape)
    assert kernelcache.open(shape).entry == (answer and number(answer["vmaddr"]))


def test_images_are_those_of_kc(shape: Path, kc: Run) -> None:
    ours = kernelcache.open(shape).images[1:]
    rows = kc("entries", shape)
    assert [image.name for image in ours] == [row["id"] for row in rows]
    assert [image.address for image in ours] == [number(row["vmaddr"]) for row in rows]
    uuids = [str(image.uuid).upper() if image.uuid else None for image in ours]
    assert uuids == [row["uuid"] for row in rows]


def test_fixups_are_those_of_kc(shape: Path, kc: Run) -> None:
    fields = ["vmaddr", "kind", "target", "key", "diversity", "address_diversity", "mechanism"]
    rows = [[row[field] for field in fields] for row in kc("fixups", "--list", shape)]
    for row in rows:
        for at in (0, 2, 4):
            row[at] = number(row[at])
    ours = [
        [
            fixup.address,
            fixup.kind,
            fixup.target,
            fixup.key,
            fixup.diversity,
            fixup.address_diversity,
            fixup.mechanism,
        ]
        for fixup in kernelcache.open(shape).fixups()
    ]
    assert ours == rows


def test_functions_and_strings_are_those_of_kc(shape: Path, kc: Run) -> None:
    opened = kernelcache.open(shape)
    rows = [row for row in kc("functions", shape) if not row["guessed"]]
    ours = [(function.start, function.end) for function in opened.functions()]
    assert ours == [(number(row["vmaddr"]), number(row["end"])) for row in rows]
    strings = [string.address for string in opened.strings(min=1)]
    assert strings == [number(row["vmaddr"]) for row in kc("strings", shape)]


def test_symbols_are_those_of_llvm(shape: Path) -> None:
    opened = kernelcache.open(shape)
    done = subprocess.run(
        ["llvm-nm-22", "--defined-only", "--format=posix", str(shape)],
        capture_output=True,
        text=True,
        check=False,
    )
    theirs = []
    for line in done.stdout.splitlines():
        # A line that ends in a colon names the image of a fileset that the next ones are of.
        if line and not line.rstrip().endswith(":"):
            name, _, value, *_ = line.split()
            theirs.append((name, int(value, 16)))
    symbols = opened.symbols() if opened.kind == "fileset" else opened.images[0].symbols()
    ours = [(symbol.name, symbol.address) for symbol in symbols]
    assert sorted(ours) == sorted(theirs)


def test_every_address_is_where_the_segments_say(shape: Path) -> None:
    opened = kernelcache.open(shape)
    data = opened.data
    seen = 0
    for segment in opened.segments:
        assert segment.content == bytes(segment.view)
        if segment.file_size == 0:
            continue
        for into in (0, segment.file_size // 2, segment.file_size - 1):
            address = segment.address + into
            offset = opened.offset(address)
            assert offset is not None and data[offset] == segment.content[into]
            assert opened.read(address, 1) == data[offset : offset + 1]
            assert address in segment and address in opened
            seen += 1
    assert seen > 3


def test_memory_is_what_kc_loads(shape: Path, kc: Run, tmp_path: Path) -> None:
    opened = kernelcache.open(shape)
    for slide in (0, 0x4000):
        out = tmp_path / "memory"
        try:
            loaded = opened.load(0x8_0000_0000, slide=slide)
        except KernelcacheError:
            loaded = None
        out.unlink(missing_ok=True)
        kc("load", shape, "--phys-base", "0x800000000", "--slide", hex(slide), "-o", out)
        assert (loaded is not None) == out.exists()
        if loaded is not None:
            assert loaded.memory == out.read_bytes()


def test_a_hypervisor_rewrites_words(sample: Path) -> None:
    opened = kernelcache.open(sample)
    plain = opened.load(0x8_0000_0000)
    seen: list[int] = []

    def rewrite(address: int, word: int) -> int:
        seen.append(address)
        return 0xD4000002 if word == 0xD503201F else word  # nop to hvc #0

    loaded = opened.load(0x8_0000_0000, rewrite=rewrite)
    code = opened.segment("__TEXT_EXEC")
    assert seen == list(range(code.address, code.address + code.file_size, 4))
    assert loaded.memory.count(b"\x02\x00\x00\xd4") >= 2
    assert len(loaded.memory) == len(plain.memory)
    with pytest.raises(ZeroDivisionError):
        opened.load(0x8_0000_0000, rewrite=lambda address, word: 1 // 0)


def test_a_rebased_file_answers_moved(sample: Path) -> None:
    opened = kernelcache.open(sample)
    moved = kernelcache.parse(opened.rebase(0x4000000))
    assert opened.entry is not None and moved.entry == opened.entry + 0x4000000
    targets = [fixup.target for fixup in opened.fixups()]
    again = [fixup.target for fixup in moved.fixups()]
    assert again == [target and target + 0x4000000 for target in targets]


def test_patches_are_made_whole_or_not(sample: Path) -> None:
    opened = kernelcache.open(sample)
    entry = opened.entry
    assert entry is not None
    old, new = opened.read(entry, 4), kernelcache.assemble("nop")
    patched = kernelcache.parse(opened.patch([(entry, old, new)]))
    assert patched.read(entry, 4) == new
    assert opened.read(entry, 4) == old
    assert opened.patch([("_start", old, new)]) == patched.data
    with pytest.raises(KernelcacheError) as error:
        opened.patch([(entry, new, old)])
    assert error.value.kind


def test_names_and_places(sample: Path) -> None:
    opened = kernelcache.open(sample)
    address = opened.symbol("_kernel_main")
    assert opened.symbol("com.apple.kernel:_kernel_main") == address
    assert opened.image("com.apple.kernel").symbol("_kernel_main").address == address
    owner = opened.owner(address + 4)
    assert owner is not None
    assert (owner.image, owner.name, owner.offset) == ("com.apple.kernel", "_kernel_main", 4)
    assert owner.function == address
    function = opened.function(address + 4)
    assert function is not None and function.start == address and address + 4 in function
    assert opened.owner(0) is None
    assert any(xref.kind == "address" for xref in opened.xrefs("_banner"))
    for call in (lambda: opened.symbol("_nobody"), lambda: opened.image("com.example.nobody")):
        with pytest.raises(KeyError):
            call()
    assert opened.physical(opened.vmin + 16, 0x8_0000_0000) == 0x8_0000_0010
    assert opened.physical(opened.vmin - 1, 0x8_0000_0000) is None


def test_patterns(sample: Path) -> None:
    opened = kernelcache.open(sample)
    rets = [match.address for match in opened.find("ret")]
    assert rets and rets == [match.address for match in opened.find("d65f03c0")]
    assert all(opened.read(address, 4) == b"\xc0\x03\x5f\xd6" for address in rets)
    assert list(opened.find("d65f03?0"))
    with pytest.raises(KernelcacheError):
        opened.find("no such instruction")


def test_a_dump_answers_as_the_file(sample: Path) -> None:
    opened = kernelcache.open(sample)
    loaded = opened.load(0x8_0000_0000, slide=0x100000, fixups=True)
    dump = kernelcache.parse_mapped(loaded.memory, slide=0x100000)
    assert dump.entry == opened.entry
    assert [image.name for image in dump.images] == [image.name for image in opened.images]
    assert [s.name for s in dump.symbols()] == [s.name for s in opened.symbols()]


def test_every_buffer_is_taken(sample: Path) -> None:
    raw = sample.read_bytes()
    want = repr(kernelcache.open(sample))
    for data in (raw, bytearray(raw), memoryview(raw), memoryview(bytearray(raw))):
        assert repr(kernelcache.parse(data)) == want
    changing = bytearray(kernelcache.open(sample).data)
    opened = kernelcache.parse(changing)
    changing[:] = bytes(len(changing))
    assert repr(opened) == want
    with pytest.raises(TypeError):
        kernelcache.parse("text")  # type: ignore[arg-type]
    with pytest.raises(FileNotFoundError):
        kernelcache.open("no/such/file")


def test_bytes_are_not_copied(shapes: Path) -> None:
    raw = (shapes / "small").read_bytes()
    before = sys.getrefcount(raw)
    opened = kernelcache.parse(raw)
    assert sys.getrefcount(raw) == before + 1
    del opened
    gc.collect()
    assert sys.getrefcount(raw) == before


def test_iterators_keep_their_file(shapes: Path) -> None:
    raw = (shapes / "small").read_bytes()
    opened = kernelcache.parse(bytearray(raw))
    walks: list[Iterator[object]] = [
        iter(opened.symbols()),
        iter(opened.fixups()),
        iter(opened.functions()),
        iter(opened.strings()),
        iter(opened.disasm(count=1000)),
    ]
    view = opened.segments[0].view
    want = bytes(view)
    del opened
    gc.collect()
    assert all(len(list(itertools.islice(walk, 1000))) > 10 for walk in walks)
    assert bytes(view) == want
    with pytest.raises(TypeError):
        view[0] = 0


def test_threads_share_a_file(shapes: Path) -> None:
    opened = kernelcache.open(shapes / "small")
    want = [symbol.name for symbol in kernelcache.open(shapes / "small").symbols()]
    answers: list[bool] = []

    def ask() -> None:
        names = [symbol.name for symbol in opened.symbols()]
        owner = opened.owner(opened.entry or 0)
        answers.append(names == want and owner is not None)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [True] * 8


def everything(opened: Kernelcache) -> None:
    for ask in (
        lambda: opened.entry,
        lambda: [image.segments for image in opened.images if image.address is not None],
        lambda: list(itertools.islice(opened.symbols(), 500)),
        lambda: list(itertools.islice(opened.fixups(), 500)),
        lambda: list(itertools.islice(opened.functions(), 500)),
        lambda: list(itertools.islice(opened.strings(), 500)),
        lambda: list(opened.disasm(count=16)),
        lambda: opened.owner(opened.vmin),
        lambda: [section.content for segment in opened.segments for section in segment.sections],
        lambda: opened.load(0x8_0000_0000) if opened.vmax - opened.vmin < 1 << 28 else None,
        lambda: opened.version,
        lambda: opened.uuid,
    ):
        try:
            ask()
        except (KernelcacheError, ValueError):
            pass


def test_damage_raises_and_never_panics(sample: Path) -> None:
    raw = sample.read_bytes()
    whole = kernelcache.open(sample).data
    chance = random.Random(1)
    refused = 0
    for source, reach in ((raw, len(raw)), (whole, 0x4000)):
        for _ in range(300):
            damaged = bytearray(source)
            for _ in range(chance.randrange(1, 4)):
                damaged[chance.randrange(reach)] ^= 1 << chance.randrange(8)
            if chance.random() < 0.2:
                del damaged[chance.randrange(len(damaged)) :]
            try:
                opened = kernelcache.parse(damaged, max_size=1 << 24)
            except KernelcacheError as error:
                assert error.kind and str(error)
                refused += 1
                continue
            everything(opened)
    assert refused > 100


def test_errors_say_what_and_where(sample: Path) -> None:
    with pytest.raises(KernelcacheError) as error:
        kernelcache.parse(b"\x7fELF" + bytes(60))
    assert isinstance(error.value, ValueError)
    assert (error.value.kind, error.value.offset) == ("BadMagic", 0)
    with pytest.raises(KernelcacheError) as error:
        kernelcache.parse(sample.read_bytes(), max_size=1000)
    assert error.value.kind == "SizeTooLarge"
    with pytest.raises(KernelcacheError):
        kernelcache.parse(b"")
