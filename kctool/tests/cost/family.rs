//! Files that ask for much, each kind in any size.
use testkit::hostile;
use testkit::hostile::sharing::{
    BASE, entry, fileset, function_starts, image, segment, u32_of, words,
};

fn symbol(name: usize) -> Vec<u8> {
    let mut out = words(&[u32_of(name), 0x0000_010f]);
    out.extend((BASE + name as u64).to_le_bytes());
    out
}

/// One symbol table, as large as `fill` makes it, that all images name.
fn shared_symbols(count: usize, size: usize, pool: &[u8]) -> Vec<u8> {
    let room = |start: usize| (size - start - pool.len()) / 16;
    fileset(
        count,
        size,
        |start| {
            let symbols = if start == 0 { 0 } else { room(start) };
            let strings = start + symbols * 16;
            let symtab = [2, 24, start, symbols, strings, pool.len()].map(u32_of);
            vec![segment("__TEXT_EXEC", BASE, 64), words(&symtab)]
        },
        |left| {
            let symbols = (left - pool.len()) / 16;
            let names = (0..symbols).map(|number| symbol(1 + number % (pool.len() - 2)));
            [names.collect::<Vec<_>>().concat(), pool.to_vec()].concat()
        },
    )
}

/// What of a run is large.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Large {
    /// The file.
    File,
    /// The file, which is memory.
    Memory,
    /// The file of patches, of a small file.
    Patches,
}

/// A family: how it is called, what is large, and that in so many bytes, or nearly.
pub(crate) struct Family {
    pub(crate) name: &'static str,
    pub(crate) large: Large,
    pub(crate) make: fn(usize) -> Vec<u8>,
}

const fn family(name: &'static str, make: fn(usize) -> Vec<u8>) -> Family {
    Family {
        name,
        large: Large::File,
        make,
    }
}

/// So many elements of a property list.
fn joined(count: usize, element: impl Fn(usize) -> String) -> String {
    (0..count).map(element).collect::<Vec<_>>().concat()
}

pub(crate) const FAMILIES: &[Family] = &[
    family("overlapping symbol tables", |size| {
        shared_symbols(size / 800, size, b"\0_a\0_b\0_c\0")
    }),
    family("names that share a pool", |size| {
        let mut pool = vec![b'n'; size / 2];
        pool[0] = 0;
        *pool.last_mut().unwrap() = 0;
        shared_symbols(4, size, &pool)
    }),
    family("overlapping function starts", |size| {
        function_starts(size / 800, size)
    }),
    family("many segments", |size| {
        let count = size / 72 - 1;
        let mut out = image(2, &vec![segment("__DATA", BASE, size / 2); count]);
        out.resize(size, 0);
        out
    }),
    family("many entries of one image", |size| {
        let one = entry("org.example.same", 0).len();
        let count = (size - 200) / one;
        let mut outer = vec![segment("__TEXT", BASE, size)];
        outer.extend((0..count).map(|_| entry("org.example.same", 32 + 72 + count * one)));
        let mut out = image(12, &outer);
        out.extend(image(11, &[]));
        out.resize(size, 0);
        out
    }),
    family("headers in one another's commands", |size| {
        let count = size / 128;
        let first = 32 + 72 + count * 48;
        let outer = std::iter::once(segment("__TEXT", BASE, size))
            .chain((0..count).map(|number| entry("k", first + number * 48)[..].to_vec()));
        let mut out = image(12, &outer.collect::<Vec<_>>());
        let end = size - 64;
        while out.len() + 48 < end {
            let left = end - out.len() - 32;
            let commands = u32_of(left / 48);
            // The command of 48 bytes after this header has the next header in it.
            out.extend(words(&[
                0xfeed_facf,
                0x0100_000c,
                2,
                11,
                commands,
                commands * 48,
                0,
                0,
            ]));
            out.extend(words(&[0x7f, 48, 0, 0]));
        }
        out.resize(size, 0);
        out
    }),
    family("long names", |size| {
        let id = "i".repeat(size / 4);
        let mut outer = vec![segment("__TEXT", BASE, size)];
        outer.extend((0..3).map(|_| entry(&id, size - 64)));
        let mut out = image(12, &outer);
        out.resize(size - 64, 0);
        out.extend(image(11, &[]));
        out.resize(size, 0);
        out
    }),
    family("binds to one long name", |size| {
        hostile::binds_of_one_name(size / 32, size / 2)
    }),
    family("exports that share a name", hostile::exports_of_one_name),
    family("a deep property list", |size| {
        let depth = size / 15;
        let list = "<array>".repeat(depth) + &"</array>".repeat(depth);
        hostile::with_prelink_info(&list)
    }),
    family("a wide property list", |size| {
        let keys = joined(size / 33, |number| {
            format!("<key>k{number:07}</key><true/>")
        });
        hostile::with_prelink_info(&format!("<dict>{keys}</dict>"))
    }),
    family("a property list of kexts", |size| {
        let kexts = joined(size / 100, |number| {
            format!(
                "<dict><key>CFBundleIdentifier</key><string>org.example.k{number:07}</string>\
                 <key>_PrelinkBundlePath</key><string>/</string></dict>"
            )
        });
        let list = format!("<key>_PrelinkInfoDictionary</key><array>{kexts}</array>");
        hostile::with_prelink_info(&format!("<dict>{list}</dict>"))
    }),
    MEMORY,
    PATCHES,
];

/// Memory whose pages all look like kernels, with the next one's header in each one's commands.
pub(crate) const MEMORY: Family = Family {
    name: "memory with headers in commands",
    large: Large::Memory,
    make: |size| {
        let mut out = Vec::new();
        for page in 0..size / 0x1000 {
            let left = u32_of(size - page * 0x1000 - 32);
            // Each is a kernel's, and ends with a command of no bytes.
            out.extend(words(&[
                0xfeed_facf,
                0x0100_000c,
                2,
                2,
                left / 16,
                left,
                0,
                0,
            ]));
            let room = (0x1000 - 32 - 16) / 16;
            out.extend(words(&[0x2e, 16, 0, 0]).repeat(room));
            let next = if page + 1 < size / 0x1000 { 48 } else { 0 };
            out.extend(words(&[0x2e, next, 0, 0]));
        }
        out
    },
};

/// Patches of a small file, each right, none next to another.
const PATCHES: Family = Family {
    name: "patches",
    large: Large::Patches,
    make: |size| {
        let mut out = String::new();
        for number in 0.. {
            let at = 8 * number;
            let line = format!("at offset {at:#x}: bytes ? ? -> ? ?\n").replace('?', "00");
            if out.len() + line.len() > size {
                break;
            }
            out += &line;
        }
        out.into_bytes()
    },
};

/// A file of zeros with a header, for patches of its zeros.
pub(crate) fn patched(size: usize) -> Vec<u8> {
    let mut out = image(2, &[segment("__TEXT", BASE, size)]);
    out.resize(size, 0);
    out
}
