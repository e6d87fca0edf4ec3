"""The examples run, and print what they should."""

import subprocess
import sys
from pathlib import Path

import kernelcache

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"


def run(name: str, *arguments: object) -> str:
    command = [sys.executable, str(EXAMPLES / name), *map(str, arguments)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def test_first(sample: Path, tmp_path: Path) -> None:
    patched = tmp_path / "patched"
    lines = run("first.py", sample, patched).splitlines()
    assert lines[0].startswith("<Kernelcache fileset")
    assert lines[1] == "0xfffffe0007018000  14000004  b 0xfffffe0007018010"
    assert any("_beta" in line for line in lines[5:])
    assert [insn.text for insn in kernelcache.open(patched).disasm(count=1)] == ["nop"]


def test_rewrite(sample: Path) -> None:
    assert "words are traps now" in run("rewrite.py", sample)
