"""Inputs: the sample of the repository, testkit's shapes, and the command `kc` to compare with."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any, Callable

import pytest

ROOT = Path(__file__).resolve().parents[3]
SHAPES = [
    "fileset", "tiny", "pageable", "auxiliary", "prelinked", "prelinked-chained",
    "prelinked-threads", "bare", "shuffled", "small",
]  # fmt: skip


@pytest.fixture(scope="session")
def sample() -> Path:
    return ROOT / "samples" / "kernelcache.img4"


@pytest.fixture(scope="session")
def shapes() -> Path:
    """The folder that testkit's `mkshapes` has filled; `cargo xtask python` names it."""
    return Path(os.environ["KERNELCACHE_SHAPES"])


@pytest.fixture(params=SHAPES)
def shape(request: pytest.FixtureRequest, shapes: Path) -> Path:
    return shapes / str(request.param)


@pytest.fixture(scope="session")
def kc() -> Callable[..., Any]:
    """Runs `kc` with `--json` and gives what it prints."""

    def run(*arguments: object) -> Any:
        command = [os.environ["KERNELCACHE_KC"], *map(str, arguments), "--json"]
        printed = subprocess.run(command, capture_output=True, check=False).stdout
        # A question without an answer prints nothing.
        document = json.loads(printed or '{"answer": null}')
        return document["rows"] if "rows" in document else document["answer"]

    return run
