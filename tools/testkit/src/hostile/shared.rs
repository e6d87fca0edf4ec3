//! Tables whose records share what they name: each is small, and reading what each record names
//! costs the whole file every time.
use crate::bytes::{Writer, index, len32, len64};
use crate::constants as c;
use crate::macho::{Command, Header, MachFile, Segment};

const BASE: u64 = 0xffff_fe00_0700_4000;
/// Bytes of a page of chains, and where the slots are.
const PAGE: u64 = 0x4000;

/// Two segments: the header's, and one with `data`. `__LINKEDIT` comes after, at the offset that
/// `tables` gets.
fn file(data: Vec<u8>, tables: impl Fn(u64) -> (Vec<Command>, Vec<u8>)) -> Vec<u8> {
    let size = len64(data.len()).next_multiple_of(PAGE);
    let start = PAGE + size;
    let (commands, linkedit) = tables(start);
    let segment = |name: &str, fileoff: u64, filesize: u64, prot: u32| {
        Command::Segment(Segment {
            name: name.to_owned(),
            vmaddr: BASE + fileoff,
            vmsize: filesize.next_multiple_of(PAGE),
            fileoff,
            filesize,
            maxprot: prot,
            initprot: prot,
            ..Segment::default()
        })
    };
    let mut all = vec![
        segment("__TEXT", 0, PAGE, 5),
        segment("__DATA", PAGE, size, 3),
        segment("__LINKEDIT", start, len64(linkedit.len()), 1),
    ];
    all.extend(commands);
    MachFile {
        header: Header {
            filetype: c::MH_EXECUTE,
            ..Header::default()
        },
        commands: all,
        contents: vec![(PAGE, data), (start, linkedit)],
        min_len: start,
    }
    .build()
}

/// Chained fixups with so many slots, all of them binds to one import whose name has so many bytes.
///
/// # Panics
/// When there are more slots than 2^16 pages have.
pub fn binds_of_one_name(slots: usize, name: usize) -> Vec<u8> {
    let per_page = index(PAGE / 8);
    let mut data = Writer::new();
    for slot in 0..slots {
        let is_last = slot + 1 == slots || (slot + 1) % per_page == 0;
        // `dyld_chained_ptr_64_bind`: ordinal 0, 8 bytes to the next.
        data.u64(1 << 63 | u64::from(!is_last) << 52);
    }
    let pages = u16::try_from(slots.div_ceil(per_page)).expect("few pages");
    let mut starts = Writer::new();
    starts.u32(22 + 2 * u32::from(pages)).u16(0x4000);
    starts.u16(c::DYLD_CHAINED_PTR_64_OFFSET).u64(PAGE).u32(0);
    starts.u16(pages);
    for _ in 0..pages {
        starts.u16(0);
    }
    let starts = starts.into_bytes();
    // The header, then the starts of three segments, of which the second has some.
    let imports = (28 + 16 + len32(starts.len())).next_multiple_of(4);
    let mut table = Writer::new();
    for word in [0, 28, imports, imports + 4, 1, 1, 0, 3, 0, 16, 0] {
        table.u32(word);
    }
    let mut table = table.into_bytes();
    table.extend(starts);
    table.resize(index(imports.into()), 0);
    // `dyld_chained_import`: library 1, the name at 0.
    table.extend(1_u32.to_le_bytes());
    table.extend(std::iter::repeat_n(b'n', name));
    table.push(0);
    file(data.into_bytes(), |start| {
        let command = Command::LinkeditData {
            cmd: c::LC_DYLD_CHAINED_FIXUPS,
            dataoff: u32::try_from(start).expect("small"),
            datasize: len32(table.len()),
        };
        (vec![command], table.clone())
    })
}

/// A number of at most 28 bits, seven at a time, the lowest first.
fn sevens(number: usize) -> [u8; 4] {
    [0, 7, 14, 21].map(|shift| (number >> shift).to_le_bytes()[0] & 0x7f)
}

/// An exports trie of so many bytes, all of whose nodes are one: an edge for each letter leads to
/// an export from another library, and the nodes' bytes overlap.
pub fn exports_of_one_name(size: usize) -> Vec<u8> {
    // The root: no export, and edges `a` to `z` to places in the run of nodes after it.
    let edges = 26_u8;
    let first = 2 + 5 * usize::from(edges);
    let mut trie = vec![0, edges];
    for edge in 0..edges {
        // A number of three bytes, and 7 bytes from one node to the next.
        let child = first + 7 * usize::from(edge);
        let [low, high, ..] = sevens(child);
        trie.extend([b'a' + edge, 0, low | 0x80, high | 0x80, 0]);
    }
    // Each node: its size, up to the last byte but one; EXPORT_SYMBOL_FLAGS_REEXPORT, library 1; a
    // name that goes on through all nodes after it.
    for edge in 0..usize::from(edges) {
        let at = first + 7 * edge;
        let len = size - 2 - at - 4;
        let [a, b, c, d] = sevens(len);
        trie.extend([a | 0x80, b | 0x80, c | 0x80, d, 8, 1, b'n']);
    }
    trie.resize(size - 2, b'n');
    // The end of every name, and no edges.
    trie.extend([0, 0]);
    file(vec![0; 8], |start| {
        let command = Command::LinkeditData {
            cmd: c::LC_DYLD_EXPORTS_TRIE,
            dataoff: u32::try_from(start).expect("small"),
            datasize: len32(trie.len()),
        };
        (vec![command], trie.clone())
    })
}
