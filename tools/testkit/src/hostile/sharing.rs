//! Filesets whose images have the same commands, and so name the same tables: small files in which
//! each table is as large as the file, so many times.

/// vmaddr of the first byte of each file.
pub const BASE: u64 = 0xffff_fe00_0700_4000;

/// Words as bytes, little-endian.
pub fn words(values: &[u32]) -> Vec<u8> {
    values
        .iter()
        .flat_map(|value| value.to_le_bytes())
        .collect()
}

/// A size as a field of 32 bits.
///
/// # Panics
/// When it does not fit.
pub fn u32_of(value: usize) -> u32 {
    u32::try_from(value).unwrap()
}

/// A `mach_header_64` of that type before the commands.
pub fn image(filetype: u32, commands: &[Vec<u8>]) -> Vec<u8> {
    let size: usize = commands.iter().map(Vec::len).sum();
    let count = u32_of(commands.len());
    let mut out = words(&[
        0xfeed_facf,
        0x0100_000c,
        2,
        filetype,
        count,
        u32_of(size),
        0,
        0,
    ]);
    out.extend(commands.concat());
    out
}

/// `LC_SEGMENT_64` without sections, of the file's first bytes.
pub fn segment(name: &str, vmaddr: u64, size: usize) -> Vec<u8> {
    let mut out = words(&[0x19, 72]);
    let mut field = [0; 16];
    field[..name.len()].copy_from_slice(name.as_bytes());
    out.extend(field);
    for value in [vmaddr, size as u64, 0, size as u64] {
        out.extend(value.to_le_bytes());
    }
    out.extend(words(&[5, 5, 0, 0]));
    out
}

/// `LC_FILESET_ENTRY` of the image at `fileoff`.
pub fn entry(id: &str, fileoff: usize) -> Vec<u8> {
    let size = (32 + id.len() + 1).next_multiple_of(8);
    let mut out = words(&[0x8000_0035, u32_of(size)]);
    out.extend((BASE + fileoff as u64).to_le_bytes());
    out.extend((fileoff as u64).to_le_bytes());
    out.extend(words(&[32, 0]));
    out.extend(id.as_bytes());
    out.resize(size, 0);
    out
}

/// A fileset of `count` images that have the same commands, and the data that those name:
/// `commands` gets where the data starts.
pub fn fileset(
    count: usize,
    size: usize,
    commands: impl Fn(usize) -> Vec<Vec<u8>>,
    data: impl Fn(usize) -> Vec<u8>,
) -> Vec<u8> {
    let nested = image(11, &commands(0)).len();
    let ids: Vec<String> = (0..count)
        .map(|number| format!("org.example.k{number:05}"))
        .collect();
    let list: usize = ids.iter().map(|id| entry(id, 0).len()).sum();
    let first = 32 + 72 + list;
    let start = first + count * nested;
    let mut outer = vec![segment("__TEXT", BASE, size)];
    outer.extend(
        ids.iter()
            .enumerate()
            .map(|(number, id)| entry(id, first + number * nested)),
    );
    let mut out = image(12, &outer);
    let one = image(11, &commands(start));
    out.extend(one.repeat(count));
    assert!(start < size, "{start}");
    out.extend(data(size - start));
    out.resize(size, 0);
    out
}

/// One table of function starts that so many images name, each function a word after the last.
pub fn function_starts(count: usize, size: usize) -> Vec<u8> {
    fileset(
        count,
        size,
        |start| {
            let table = [0x26, 16, start, size - start.max(1)].map(u32_of);
            vec![segment("__TEXT", BASE, size), words(&table)]
        },
        |left| vec![4; left],
    )
}
