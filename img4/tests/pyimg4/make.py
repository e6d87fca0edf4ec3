"""Writes IM4P files around any input with pyimg4 (pip install pyimg4), a second writer of the format.

usage: make.py INPUT FOLDER

FOLDER receives none.im4p, lzss.im4p and lzfse.im4p, all of the four-character code krnl.
"""

import pathlib
import sys

import pyimg4


def main() -> None:
    source, folder = (pathlib.Path(argument) for argument in sys.argv[1:3])
    data = source.read_bytes()
    folder.mkdir(parents=True, exist_ok=True)
    for codec in ("none", "lzss", "lzfse"):
        im4p = pyimg4.IM4P(fourcc="krnl", description=f"pyimg4 {codec}", payload=data)
        if codec != "none":
            im4p.payload.compress(pyimg4.Compression[codec.upper()])
        (folder / f"{codec}.im4p").write_bytes(im4p.output())


if __name__ == "__main__":
    main()
