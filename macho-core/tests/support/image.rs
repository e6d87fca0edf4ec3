//! Builds images by hand, byte by byte, without the crate under test.
#![allow(dead_code, reason = "each test file uses its own part")]

/// `words` as little-endian bytes.
pub(crate) fn words(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

/// `words` as big-endian bytes.
pub(crate) fn big_words(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_be_bytes()).collect()
}

/// `longs` as little-endian bytes.
pub(crate) fn longs(longs: &[u64]) -> Vec<u8> {
    longs.iter().flat_map(|long| long.to_le_bytes()).collect()
}

/// A load command: `cmd`, its size, `body`, padded to 8 with zeros.
pub(crate) fn command(cmd: u32, body: &[u8]) -> Vec<u8> {
    let size = (8 + body.len()).next_multiple_of(8);
    let mut command = words(&[cmd, u32::try_from(size).unwrap()]);
    command.extend(body);
    command.resize(size, 0);
    command
}

/// A command whose structure is `fixed` and whose string lies right behind it.
pub(crate) fn string_command(cmd: u32, fixed: &[u8], string: &str) -> Vec<u8> {
    let mut body = fixed.to_vec();
    body.extend(string.as_bytes());
    body.push(0);
    command(cmd, &body)
}

/// A name of 16 bytes.
pub(crate) fn name16(name: &str) -> [u8; 16] {
    let mut field = [0; 16];
    field[..name.len()].copy_from_slice(name.as_bytes());
    field
}

/// `LC_SEGMENT_64` with `sections` behind it.
pub(crate) fn segment(name: &str, range: [u64; 4], sections: &[Vec<u8>]) -> Vec<u8> {
    let mut body = name16(name).to_vec();
    body.extend(longs(&range));
    body.extend(words(&[7, 5, u32::try_from(sections.len()).unwrap(), 0x10]));
    body.extend(sections.concat());
    command(0x19, &body)
}

/// `section_64`.
pub(crate) fn section(
    name: &str,
    segment: &str,
    addr: u64,
    size: u64,
    offset: u32,
    flags: u32,
) -> Vec<u8> {
    let mut section = name16(name).to_vec();
    section.extend(name16(segment));
    section.extend(longs(&[addr, size]));
    section.extend(words(&[offset, 2, 0, 0, flags, 1, 2, 3]));
    section
}

/// `LC_UNIXTHREAD` with registers 0, 1, 2 ... and this pc.
pub(crate) fn unixthread(pc: u64) -> Vec<u8> {
    let mut body = words(&[6, 68]);
    body.extend(longs(&(0..32).collect::<Vec<_>>()));
    body.extend(longs(&[pc]));
    body.extend(words(&[0x3c5, 0]));
    command(5, &body)
}

/// The header and `commands`.
pub(crate) fn image(filetype: u32, commands: &[Vec<u8>]) -> Vec<u8> {
    let bytes = commands.concat();
    let mut file = words(&[
        0xfeed_facf,
        0x0100_000c,
        0xc000_0002,
        filetype,
        u32::try_from(commands.len()).unwrap(),
        u32::try_from(bytes.len()).unwrap(),
        0x8000_0001,
        0,
    ]);
    file.extend(bytes);
    file
}

/// Puts `bytes` at `offset` of `file`, which grows with zeros as needed.
pub(crate) fn put(file: &mut Vec<u8>, offset: usize, bytes: &[u8]) {
    let end = offset + bytes.len();
    if file.len() < end {
        file.resize(end, 0);
    }
    file[offset..end].copy_from_slice(bytes);
}

/// An offset as the fields of 32 bits have it.
fn word(offset: usize) -> u32 {
    u32::try_from(offset).unwrap()
}

/// Where the first command with this `cmd` starts. Walks without the crate under test.
pub(crate) fn find(file: &[u8], cmd: u32) -> usize {
    let word = |at: usize| u32::from_le_bytes(file[at..at + 4].try_into().unwrap());
    let mut at = 32;
    while word(at) != cmd {
        at += word(at + 4) as usize;
    }
    at
}

/// Offsets of the tables of [`whole`].
pub(crate) mod place {
    /// `nlist_64` x 3.
    pub(crate) const SYMBOLS: usize = 0x1000;
    /// String table, 0x20 bytes.
    pub(crate) const STRINGS: usize = 0x1040;
    /// Indirect symbols x 2.
    pub(crate) const INDIRECT: usize = 0x1080;
    /// Function starts, 8 bytes.
    pub(crate) const STARTS: usize = 0x10c0;
    /// Exports trie, 0x20 bytes.
    pub(crate) const TRIE: usize = 0x1100;
    /// Data in code, one entry.
    pub(crate) const DATA_IN_CODE: usize = 0x1140;
    /// Code signature, 0x100 bytes.
    pub(crate) const SIGNATURE: usize = 0x1200;
    /// Chained fixups, 0x80 bytes.
    pub(crate) const FIXUPS: usize = 0x1300;
    /// A nested image.
    pub(crate) const NESTED: usize = 0x1400;
    /// Data with a chain.
    pub(crate) const DATA: usize = 0x2000;
    /// End of the file.
    pub(crate) const END: usize = 0x2800;
}

/// An image with one of nearly everything, all of it valid.
pub(crate) fn whole() -> Vec<u8> {
    use place::*;
    let linkedit = |cmd: u32, at: usize, size: u32| command(cmd, &words(&[word(at), size]));
    let base = 0xffff_fe00_0700_4000_u64;
    let commands = [
        segment(
            "__TEXT",
            [base, 0x2000, 0, 0x2000],
            &[section(
                "__text",
                "__TEXT",
                base + 0xf00,
                0x40,
                0xf00,
                0x8000_0400,
            )],
        ),
        segment(
            "__DATA",
            [base + 0x2000, 0x4000, DATA as u64, (END - DATA) as u64],
            &[
                section("__data", "__DATA", base + 0x2000, 0x100, 0x2000, 0),
                section("__bss", "__DATA", base + 0x3000, 0x100, 0, 1),
            ],
        ),
        unixthread(base + 0xf00),
        command(0x1b, &(0..16).collect::<Vec<u8>>()),
        command(2, &words(&[word(SYMBOLS), 3, word(STRINGS), 0x20])),
        {
            let mut fields = [0; 18];
            (fields[12], fields[13]) = (word(INDIRECT), 2);
            command(0xb, &words(&fields))
        },
        linkedit(0x26, STARTS, 8),
        linkedit(0x8000_0033, TRIE, 0x20),
        linkedit(0x29, DATA_IN_CODE, 8),
        linkedit(0x1d, SIGNATURE, 0x100),
        linkedit(0x8000_0034, FIXUPS, 0x80),
        {
            let mut fixed = longs(&[base + NESTED as u64, NESTED as u64]);
            fixed.extend(words(&[32, 0]));
            string_command(0x8000_0035, &fixed, "com.apple.kernel")
        },
        string_command(
            0xc,
            &words(&[24, 2, 0x0001_0203, 0x0001_0000]),
            "/usr/lib/libSystem.B.dylib",
        ),
        command(
            0x32,
            &words(&[1, 0x000e_0000, 0x000e_0102, 1, 3, 0x0400_0000]),
        ),
        command(0x2d, &[&words(&[2])[..], b"-lz\0-framework\0"].concat()),
        command(0x8000_0028, &longs(&[0xf00, 0x1_0000])),
    ];
    let mut file = image(12, &commands);
    assert!(file.len() < 0xf00);
    let nlist = |strx: u32, kind: u8, sect: u8, desc: u16, value: u64| {
        let mut bytes = words(&[strx]);
        bytes.extend([kind, sect]);
        bytes.extend(desc.to_le_bytes());
        bytes.extend(longs(&[value]));
        bytes
    };
    put(&mut file, SYMBOLS, &nlist(1, 0x0f, 1, 0x0080, base + 0xf00));
    put(&mut file, SYMBOLS + 16, &nlist(8, 0x01, 0, 0x0240, 0));
    put(&mut file, SYMBOLS + 32, &nlist(0, 0x64, 0, 0, 0));
    put(&mut file, STRINGS, b"\0_start\0_printf\0");
    put(&mut file, INDIRECT, &words(&[1, 0x8000_0000]));
    put(&mut file, STARTS, &[0x80, 0x1e, 0x10, 0x20, 0, 0, 0, 0]);
    // root: no export, edge "_" to 5; 5: export of size 2, edge "a" to 12; 12: export of size 3.
    put(
        &mut file,
        TRIE,
        &[
            0, 1, b'_', 0, 5, 2, 0, 0x10, 1, b'a', 0, 12, 3, 0, 0x80, 0x1e, 0,
        ],
    );
    put(&mut file, DATA_IN_CODE, &[0x10, 0x0f, 0, 0, 4, 0, 1, 0]);
    put(
        &mut file,
        SIGNATURE,
        &big_words(&[0xfade_0cc0, 0x100, 1, 0, 20]),
    );
    let directory = [
        0xfade_0c02,
        0x60,
        0x2_0400,
        0x2_0002,
        0x58 + 2,
        0x58,
        0,
        0,
        0x1000,
        0x2002_000c,
        0,
    ];
    put(&mut file, SIGNATURE + 20, &big_words(&directory));
    put(&mut file, SIGNATURE + 20 + 0x58, b"x\0");
    // header; starts in image at 28 with 2 segments, the second at 12 from there; no imports.
    put(&mut file, FIXUPS, &words(&[0, 28, 0x50, 0x50, 0, 1, 0]));
    put(&mut file, FIXUPS + 28, &words(&[2, 0, 12]));
    put(&mut file, FIXUPS + 40, &words(&[26]));
    put(&mut file, FIXUPS + 44, &[0x00, 0x40, 8, 0]);
    put(&mut file, FIXUPS + 48, &longs(&[0x2000]));
    put(&mut file, FIXUPS + 56, &words(&[0]));
    put(&mut file, FIXUPS + 60, &[2, 0, 0x08, 0, 0xff, 0xff]);
    // A chain of two: at 8, then 16 bytes on.
    put(&mut file, DATA + 8, &longs(&[0x1000 | 4 << 51]));
    put(
        &mut file,
        DATA + 24,
        &longs(&[0x1010 | 0xabcd << 32 | 1 << 48 | 2 << 49 | 1 << 63]),
    );
    put(
        &mut file,
        NESTED,
        &image(
            11,
            &[segment("__TEXT", [base, 0x10, NESTED as u64, 0x10], &[])],
        ),
    );
    put(&mut file, END, &[]);
    file
}
