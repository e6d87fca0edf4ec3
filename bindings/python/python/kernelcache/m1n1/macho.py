"""A Mach-O file with m1n1's names for its parts."""

import functools
import io
import struct
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any, Optional, Protocol, Union

from .. import _kernelcache


class MachOError(Exception):
    """What is wrong with a file, or with a question about it."""


class Stream(Protocol):
    """What is read if it is no buffer: an open file."""

    def tell(self) -> int: ...
    def read(self, size: int = -1, /) -> bytes: ...


class HexInt(int):
    """A number that `str` writes in hexadecimal."""

    def __str__(self) -> str:
        return hex(self)

    def __format__(self, spec: str) -> str:
        return format(int(self), spec) if spec else hex(self)


class LoadCmd(int):
    """The number of a load command, which is equal to its name too."""

    NAMES = {
        0x02: "SYMTAB",
        0x05: "UNIXTHREAD",
        0x19: "SEGMENT_64",
        0x1B: "UUID",
        0x32: "BUILD_VERSION",
        0x80000034: "DYLD_CHAINED_FIXUPS",
        0x80000035: "FILESET_ENTRY",
    }

    def __eq__(self, other: object) -> bool:
        if isinstance(other, str):
            return str(self) == other
        return int(self) == other

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = int.__hash__

    def __str__(self) -> str:
        return self.NAMES.get(int(self), hex(self))

    def __repr__(self) -> str:
        return f"<{self}>"


#: The load commands that have names here.
MachOLoadCmdType = SimpleNamespace(**{name: LoadCmd(cmd) for cmd, name in LoadCmd.NAMES.items()})


def _text(raw: bytes) -> str:
    return raw.split(b"\0", 1)[0].decode("ascii", "backslashreplace")


def _numbers(names: str, values: tuple[int, ...]) -> SimpleNamespace:
    return SimpleNamespace(**dict(zip(names.split(), map(HexInt, values))))


_SECTION = struct.Struct("<16s16s2Q8I")


def _segment(data: bytes) -> SimpleNamespace:
    names = "vmaddr vmsize fileoff filesize maxprot initprot nsects flags"
    args = _numbers(names, struct.unpack_from("<4Q4I", data, 24))
    args.segname = _text(data[8:24])
    args.sections = []
    for number in range(args.nsects):
        name, segment, *numbers = _SECTION.unpack_from(data, 72 + 80 * number)
        names = "addr size offset align reloff nreloc flags reserved1 reserved2 reserved3"
        section = _numbers(names, tuple(numbers))
        section.sectname, section.segname = _text(name), _text(segment)
        args.sections.append(section)
    return args


def _threads(data: bytes) -> list[SimpleNamespace]:
    threads = []
    at = 8
    while at + 8 <= len(data):
        flavor, count = struct.unpack_from("<2I", data, at)
        state = data[at + 8 : at + 8 + 4 * count]
        if flavor == 6 and len(state) >= 33 * 8:
            numbers = struct.unpack_from("<33Q", state)
            fields = _numbers("fp lr sp pc", numbers[29:33])
            fields.x = [HexInt(number) for number in numbers[:29]]
            fields.cpsr, fields.flags = struct.unpack_from("<2I", state.ljust(272, b"\0"), 264)
            threads.append(SimpleNamespace(flavor=flavor, data=fields))
        else:
            threads.append(SimpleNamespace(flavor=flavor, data=state))
        at += 8 + 4 * count
    return threads


def _entry(data: bytes) -> SimpleNamespace:
    args = _numbers("addr offset entryid reserved", struct.unpack_from("<2Q2I", data, 8))
    args.name = _text(data[args.entryid :])
    return args


def _arguments(cmd: int, data: bytes) -> Any:
    if cmd == 0x19:
        return _segment(data)
    if cmd == 0x80000035:
        return _entry(data)
    if cmd == 0x02:
        return _numbers("symoff nsyms stroff strsize", struct.unpack_from("<4I", data, 8))
    if cmd == 0x05:
        return _threads(data)
    return data[8:]


LoadHook = Callable[[bytes, str, int, int, int], bytes]
_Image = Union["_kernelcache.Kernelcache", "_kernelcache.Image"]


class MachO:
    """A Mach-O file: one in memory, or in an open file from where that stands.

    IMG4 and IM4P containers and fat files are opened too.
    """

    def __init__(self, data: Union[bytes, bytearray, memoryview, Stream]) -> None:
        if isinstance(data, (bytes, bytearray, memoryview)):
            raw = bytes(data)
            self.io: Any = io.BytesIO(raw)
            self.off = 0
        else:
            self.io = data
            self.off = data.tell()
            raw = data.read()
        try:
            self._cache: Optional[_kernelcache.Kernelcache] = _kernelcache.parse(raw)
        except _kernelcache.KernelcacheError as error:
            raise MachOError(str(error)) from error
        self.end = self.off + len(raw)
        self._read(self._cache, self._cache.symbols)
        for image in self._cache.images[1:]:
            if image.name is None or image.damage is not None or self._cache.kind != "fileset":
                continue
            self.subfiles[image.name] = MachO._inside(self, image)
        for name, subfile in self.subfiles.items():
            for segment in subfile._segments:
                self.symbols[f"{name}:{segment.name}"] = HexInt(segment.address)

    @classmethod
    def _inside(cls, outer: "MachO", image: "_kernelcache.Image") -> "MachO":
        self = cls.__new__(cls)
        self.io, self.end = outer.io, outer.end
        self.off = outer.off + (image.file_offset or 0)
        self._cache = None
        self._read(image, image.symbols)
        return self

    def _read(self, image: _Image, symbols: Callable[..., Any]) -> None:
        self._own_symbols = symbols
        self._image = image
        self._segments = image.segments
        self.vmin: int = min((segment.address for segment in self._segments), default=1 << 64)
        ends = (segment.address + segment.size for segment in self._segments)
        self.vmax: int = max(ends, default=0)
        self.symbols: dict[str, int] = {}
        self.subfiles: dict[str, MachO] = {}

    @functools.cached_property
    def obj(self) -> SimpleNamespace:
        """The header and the load commands, field by field."""
        header = self._image.header
        names = "cputype cpusubtype filetype ncmds sizeofcmds flags"
        obj = SimpleNamespace()
        obj.header = _numbers(names, tuple(getattr(header, name) for name in names.split()))
        obj.header.magic, obj.header.reserved = HexInt(0xFEEDFACF), HexInt(0)
        obj.cmds = [
            SimpleNamespace(cmd=LoadCmd(cmd.kind), args=_arguments(cmd.kind, cmd.data))
            for cmd in self._image.load_commands
        ]
        return obj

    @functools.cached_property
    def entry(self) -> Optional[int]:
        """Where the last thread state starts; None without one."""
        entry = None
        for threads in self.get_cmds(MachOLoadCmdType.UNIXTHREAD):
            entry = threads.args[0].data.pc if threads.args else None
        return entry

    @property
    def size(self) -> int:
        """Bytes from the start of the image to the end of the file."""
        return self.end - self.off

    def get_cmds(self, cmd: object) -> Iterator[SimpleNamespace]:
        """The load commands of a type, in the order of the file."""
        for command in self.obj.cmds:
            if command.cmd == cmd:
                yield command

    def get_cmd(self, cmd: object) -> SimpleNamespace:
        """The only load command of a type; MachOError if there is none or another."""
        commands = list(self.get_cmds(cmd))
        if len(commands) != 1:
            raise MachOError(f"{len(commands)} load commands are of type {cmd}, not one")
        return commands[0]

    def prepare_image(self, load_hook: Optional[LoadHook] = None, *, quiet: bool = False) -> bytearray:
        """The memory image: each segment's bytes at its address, from `vmin` to `vmax`.

        `load_hook(data, segname, size, fileoff, dest)` gives the bytes to place. A segment `PYLD`
        ends the image, four zero bytes after it. `quiet` leaves out the lines that say what goes
        where.
        """
        say: Callable[[str], None] = (lambda _: None) if quiet else print
        memory = bytearray(max(self.vmax - self.vmin, 0))
        for segment in self._segments:
            dest = segment.address - self.vmin
            view = segment.view
            size = len(view)
            end = dest + size
            say(
                f"LOAD: {segment.name} {size} bytes from {segment.file_offset:x} to {dest:x}"
            )
            if load_hook is not None:
                hooked = load_hook(bytes(view), segment.name, size, segment.file_offset, dest)
                memory[dest:end] = hooked
            else:
                memory[dest:end] = view
            if segment.name == "PYLD":
                say(f"SKIP: {segment.size - size} bytes from {end:x} to {dest + segment.size:x}")
                del memory[end + 4 :]
                memory.extend(bytes(end + 4 - len(memory)))
            elif segment.size > size:
                say(f"ZERO: {segment.size - size} bytes from {end:x} to {dest + segment.size:x}")
        return memory

    def load_symbols(self, demangle: bool = False) -> None:
        """Reads the symbol table into `symbols`: name to value, undefined ones and all."""
        if not any(self.get_cmds(MachOLoadCmdType.SYMTAB)):
            raise MachOError("the image has no symbol table")
        self.symbols = {}
        symbols = (
            self._own_symbols(None, defined=False, stabs=True)
            if self._cache is not None
            else self._own_symbols(defined=False, stabs=True)
        )
        for symbol in symbols:
            if self._cache is not None and symbol.image is not None:
                break
            name = _kernelcache.demangle(symbol.name) if demangle else symbol.name
            self.symbols[name] = HexInt(symbol.address)

    def add_symbols(self, entry: str, syms: "MachO", demangle: bool = False) -> None:
        """Adds another file's symbols as those of the image `entry`, moved segment by segment."""
        if entry not in self.subfiles:
            raise MachOError(f"no image is called {entry!r}")
        syms.load_symbols(demangle)
        ours = {segment.name: segment for segment in self.subfiles[entry]._segments}
        for name, value in syms.symbols.items():
            for segment in syms._segments:
                if segment.name in ours and value in segment:
                    moved = value - segment.address + ours[segment.name].address
                    self.symbols[f"{entry}:{name}"] = HexInt(moved)
                    break
