"""An assembler for whole texts with labels, in process."""

import ast
import operator
import re
from collections.abc import Iterator
from typing import Callable, Optional

from .. import _kernelcache
from .sysreg import sysreg_fwd


class AsmException(Exception):
    """A text that is no assembly."""


_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
_LABEL = re.compile(r"\s*([A-Za-z_.$][\w.$]*|\d+):")
_LOCAL = re.compile(r"\b(\d+)([bf])\b")
_WORD = re.compile(r"[A-Za-z_.$][\w.$]*")
_BRANCH = re.compile(r"b(eq|ne|cs|hs|cc|lo|mi|pl|vs|vc|hi|ls|ge|lt|gt|le|al)", re.IGNORECASE)
_LITERAL = re.compile(r"(ldr)\s+([wx]\d+|[wx]zr|lr|fp)\s*,\s*=\s*(.+)", re.IGNORECASE)
#: Directives that change nothing of a text that is one section.
_IGNORED = {
    ".arch", ".arch_extension", ".cpu", ".ent", ".end", ".file", ".global", ".globl", ".hidden",
    ".local", ".loc", ".section", ".size", ".text", ".type", ".weak",
}  # fmt: skip
_DATA = {
    ".byte": 1, ".hword": 2, ".short": 2, ".2byte": 2, ".word": 4, ".long": 4, ".int": 4,
    ".4byte": 4, ".inst": 4, ".quad": 8, ".dword": 8, ".xword": 8, ".8byte": 8,
}  # fmt: skip

_BINARY: dict[type, Callable[[int, int], int]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.floordiv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.LShift: operator.lshift,
    ast.RShift: operator.rshift,
    ast.BitAnd: operator.and_,
    ast.BitOr: operator.or_,
    ast.BitXor: operator.xor,
}
_UNARY: dict[type, Callable[[int], int]] = {
    ast.UAdd: operator.pos,
    ast.USub: operator.neg,
    ast.Invert: operator.invert,
}
#: The most bits that a number of an expression may have: a shift costs what it makes.
_MOST_BITS = 128


def _number(text: str) -> int:
    """The value of an expression of numbers."""

    def value(node: ast.expr) -> int:
        if isinstance(node, ast.Constant) and isinstance(node.value, int):
            return node.value
        if isinstance(node, ast.BinOp) and type(node.op) in _BINARY:
            left, right = value(node.left), value(node.right)
            if isinstance(node.op, ast.LShift) and right > _MOST_BITS:
                raise ValueError(text)
            made = _BINARY[type(node.op)](left, right)
            if made.bit_length() > _MOST_BITS:
                raise ValueError(text)
            return made
        if isinstance(node, ast.UnaryOp) and type(node.op) in _UNARY:
            return _UNARY[type(node.op)](value(node.operand))
        raise ValueError(text)

    # C writes octal numbers with a 0 alone.
    text = re.sub(r"\b0([0-7]+)\b", r"0o\1", text.strip())
    try:
        return value(ast.parse(text, mode="eval").body)
    except (SyntaxError, ValueError, ZeroDivisionError, RecursionError, MemoryError):
        raise AsmException(f"no number: {text!r}") from None


class _Statement:
    """A statement, its address, and what it becomes."""

    def __init__(self, text: str, address: int) -> None:
        self.text = text
        self.address = address
        #: The place of an `=` constant in the pool.
        self.literal: Optional[int] = None


class BaseAsm:
    """The labels and the bytes of a text."""

    def __init__(self, source: str, addr: int = 0) -> None:
        self.source = source
        self.start = self.addr = addr
        self._labels: dict[str, int] = {"_start": addr}
        self._local: list[tuple[str, int]] = []
        self._constants: dict[str, str] = {}
        self.data = self._assembled(source)
        self.len = len(self.data)
        self.end = self.start + self.len
        for name, address in self._labels.items():
            if not hasattr(self, name):
                setattr(self, name, address)

    def _statements(self, source: str) -> Iterator[str]:
        """The statements of a text, without comments and lines of the C preprocessor."""
        source = _COMMENT.sub(lambda comment: "\n" * comment[0].count("\n") or " ", source)
        for line in source.replace("\\\n", " ").split("\n"):
            if line.lstrip().startswith("#"):
                words = line.lstrip()[1:].split(None, 2)
                if len(words) == 3 and words[0] == "define":
                    self._constants[words[1]] = words[2]
                continue
            yield from line.split(";")

    def _defined(self, text: str) -> str:
        """The text with the names that `#define` and `.set` gave a meaning."""
        for _ in range(16):
            changed = _WORD.sub(lambda word: self._constants.get(word[0], word[0]), text)
            if changed == text:
                break
            text = changed
        return text

    def _assembled(self, source: str) -> bytes:
        statements: list[_Statement] = []
        pools: list[tuple[int, str, int]] = []
        pending: list[tuple[_Statement, str, int]] = []
        address = self.start

        def pool() -> None:
            nonlocal address
            # GNU's order: the short ones first, and each constant once.
            for wanted in (4, 8):
                places: dict[str, int] = {}
                for statement, value, size in pending:
                    if size != wanted:
                        continue
                    if value not in places:
                        address += -address % size
                        places[value] = address
                        pools.append((address, value, size))
                        address += size
                    statement.literal = places[value]
            pending.clear()

        for text in self._statements(source):
            while label := _LABEL.match(text):
                self._label(label[1], address)
                text = text[label.end() :]
            text = self._defined(text.strip())
            if not text:
                continue
            statement = _Statement(text, address)
            directive, _, rest = text.partition(" ")
            directive = directive.lower()
            if directive in (".pool", ".ltorg"):
                pool()
            elif directive in (".set", ".equ"):
                name, _, value = rest.partition(",")
                self._constants[name.strip()] = value.strip()
            elif directive in _IGNORED:
                pass
            else:
                literal = _LITERAL.fullmatch(text)
                if literal:
                    size = 4 if literal[2].lower().startswith("w") else 8
                    pending.append((statement, literal[3], size))
                statements.append(statement)
                address += self._size(directive, rest, address)
        pool()

        code = bytearray(address - self.start)
        for statement in statements:
            made = self._bytes(statement)
            at = statement.address - self.start
            code[at : at + len(made)] = made
        for at, value, size in pools:
            number = self._value(value, at) & ((1 << 8 * size) - 1)
            code[at - self.start : at - self.start + size] = number.to_bytes(size, "little")
        return bytes(code)

    def _label(self, name: str, address: int) -> None:
        if name.isdecimal():
            self._local.append((name, address))
        else:
            self._labels[name] = address

    def _size(self, directive: str, rest: str, address: int) -> int:
        if directive in _DATA:
            return _DATA[directive] * len(rest.split(","))
        if directive in (".ascii", ".asciz", ".string"):
            return len(self._string(directive, rest))
        if directive in (".align", ".p2align"):
            return -address % (1 << self._limited(rest, 16))
        if directive == ".balign":
            return -address % max(self._limited(rest, 1 << 16), 1)
        if directive in (".skip", ".space", ".zero"):
            return self._limited(rest, 1 << 24)
        if directive.startswith("."):
            raise AsmException(f"unknown directive: {directive}")
        return 4

    @staticmethod
    def _limited(rest: str, most: int) -> int:
        """The first operand of a directive, which asks for no more than `most`."""
        number = _number(rest.split(",")[0])
        if not 0 <= number <= most:
            raise AsmException(f"{number} is not from 0 to {most}")
        return number

    @staticmethod
    def _string(directive: str, rest: str) -> bytes:
        try:
            text = ast.literal_eval(rest.strip())
        except (SyntaxError, ValueError):
            text = None
        if not isinstance(text, str):
            raise AsmException(f"no string: {rest.strip()}")
        return text.encode("latin-1", "replace") + (b"" if directive == ".ascii" else b"\0")

    def _value(self, text: str, address: int) -> int:
        """The value of an expression of numbers and labels."""

        def local(reference: re.Match[str]) -> str:
            name, way = reference[1], reference[2]
            places = [place for label, place in self._local if label == name]
            if way == "b":
                before = [place for place in places if place <= address]
                return str(before[-1]) if before else reference[0]
            after = [place for place in places if place > address]
            return str(after[0]) if after else reference[0]

        text = _LOCAL.sub(local, text)
        text = re.sub(r"(?<![\w.$])\.(?![\w.$])", str(address), text)
        text = _WORD.sub(
            lambda word: str(self._labels[word[0]]) if word[0] in self._labels else word[0], text
        )
        return _number(text)

    def _bytes(self, statement: _Statement) -> bytes:
        text, address = statement.text, statement.address
        directive, _, rest = text.partition(" ")
        directive = directive.lower()
        if directive in _DATA:
            size = _DATA[directive]
            mask = (1 << 8 * size) - 1
            values = (self._value(part, address) & mask for part in rest.split(","))
            return b"".join(value.to_bytes(size, "little") for value in values)
        if directive in (".ascii", ".asciz", ".string"):
            return self._string(directive, rest)
        if directive.startswith("."):
            size = self._size(directive, rest, address)
            # Code is filled with nop, as assemblers do.
            words = b"\x1f\x20\x03\xd5" * (size // 4)
            return words if directive.endswith("align") and size % 4 == 0 else bytes(size)
        if statement.literal is not None:
            register = text.split(None, 1)[1].split(",")[0]
            return self._instruction(f"ldr {register}, {statement.literal:#x}", address)
        return self._instruction(self._resolved(text, address), address)

    def _resolved(self, text: str, address: int) -> str:
        """An instruction with numbers for its labels and expressions."""
        mnemonic, _, operands = text.partition(" ")
        branch = _BRANCH.fullmatch(mnemonic)
        if branch:
            mnemonic = f"b.{branch[1]}"
        parts = []
        for part in re.split(r"(,|\[|\]!?|\{|\})", operands):
            bare = part.strip()
            wanted = bare.removeprefix("#")
            is_expression = bool(_LOCAL.search(wanted)) or any(
                word in self._labels or word == "." for word in _WORD.findall(wanted)
            )
            if is_expression or re.search(r"[-+*<>|&()~]", wanted[1:]):
                try:
                    sign = "#" if bare.startswith("#") else ""
                    part = f" {sign}{self._value(wanted, address):#x}"
                except AsmException:
                    pass
            elif bare.upper() in sysreg_fwd:
                op0, op1, crn, crm, op2 = sysreg_fwd[bare.upper()]
                if mnemonic.lower() in ("mrs", "msr"):
                    part = f" s{op0}_{op1}_c{crn}_c{crm}_{op2}"
            parts.append(part)
        return f"{mnemonic} {''.join(parts)}".strip()

    def _instruction(self, text: str, address: int) -> bytes:
        try:
            return _kernelcache.assemble(text, address)
        except _kernelcache.KernelcacheError as error:
            raise AsmException(str(error)) from error

    def disassemble(self) -> Iterator[str]:
        """Lines of `address:`, word and text, separated by tabs."""
        for insn in _kernelcache.disassemble(self.data, self.start, syntax="gnu"):
            yield f"{insn.address:>8x}:\t{insn.word:08x} \t{insn.mnemonic}\t{insn.op_str}".rstrip()

    def objdump(self) -> None:
        """Prints `disassemble`."""
        for line in self.disassemble():
            print(line)


class ARMAsm(BaseAsm):
    """A64 code: `data`, `start`, `end`, `len`, `addr`, and an attribute for each label."""
