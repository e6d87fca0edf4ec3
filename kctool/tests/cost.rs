//! What subcommands may cost on small files that ask for much: memory, bytes written and bytes
//! allocated grow with the input and no faster, for files of n, 2n and 4n bytes of each family.
use std::alloc::{GlobalAlloc, Layout, System};
use std::fmt::Write as _;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Counts what is allocated, and the most at one time.
struct Counting;

static NOW: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);
static EVER: AtomicUsize = AtomicUsize::new(0);

fn took(size: usize) {
    let now = NOW.fetch_add(size, Ordering::Relaxed) + size;
    MOST.fetch_max(now, Ordering::Relaxed);
    EVER.fetch_add(size, Ordering::Relaxed);
}

#[expect(
    unsafe_code,
    reason = "an allocator is unsafe to implement; this one counts"
)]
// SAFETY: all calls go to `System` unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        took(layout.size());
        // SAFETY: the caller's promise is the one that `System` asks for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        NOW.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: as above.
        unsafe { System.dealloc(memory, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Counts what is written.
struct Counter(usize);

impl Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Bytes of the smallest file of a family; the others have twice and four times as many.
const SMALL: usize = 32 << 10;

/// Times the input's bytes that a run may have in memory at once, besides `BESIDES`; SECURITY.md
/// states it.
const MEMORY: usize = 64;
const BESIDES: usize = 2 << 20;

/// The most bytes of a row besides its names, and of names together, as times the bytes of the
/// file.
const ROW: usize = 512;
const NAMES: usize = 8;

/// The command lines: `FILE` is the file, `PATCHES` a file of patches.
const COMMANDS: &[&str] = &[
    "info FILE",
    "info --json FILE",
    "headers --json FILE",
    "entries FILE",
    "entries --json-lines FILE",
    "symbols FILE",
    "symbols -a --json FILE",
    "functions FILE",
    "functions --json FILE",
    "strings --json FILE",
    "fixups --list --json FILE",
    "owner --json FILE 0xfffffe0007004000 0xfffffe0007005000",
    "xrefs --json FILE --len 64K 0xfffffe0007004000",
    "find --json FILE --bytes 61",
    "diff FILE FILE",
    "diff --symbols --json FILE SAMPLE",
    "translate FILE 0xfffffe0007004000",
];

const BASE: u64 = 0xffff_fe00_0700_4000;

fn words(values: &[u32]) -> Vec<u8> {
    values
        .iter()
        .flat_map(|value| value.to_le_bytes())
        .collect()
}

fn u32_of(value: usize) -> u32 {
    u32::try_from(value).unwrap()
}

/// A `mach_header_64` of that type before the commands.
fn image(filetype: u32, commands: &[Vec<u8>]) -> Vec<u8> {
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
fn segment(name: &str, vmaddr: u64, size: usize) -> Vec<u8> {
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
fn entry(id: &str, fileoff: usize) -> Vec<u8> {
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
fn fileset(
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

/// A family: how it is called, whether it is memory, and its file of so many bytes.
type Family = (&'static str, bool, fn(usize) -> Vec<u8>);

const FAMILIES: &[Family] = &[
    ("overlapping symbol tables", false, |size| {
        shared_symbols(size / 800, size, b"\0_a\0_b\0_c\0")
    }),
    ("names that share a pool", false, |size| {
        let mut pool = vec![b'n'; size / 2];
        pool[0] = 0;
        *pool.last_mut().unwrap() = 0;
        shared_symbols(4, size, &pool)
    }),
    ("overlapping function starts", false, |size| {
        fileset(
            size / 800,
            size,
            |start| {
                let table = [0x26, 16, start, size - start.max(1)].map(u32_of);
                vec![segment("__TEXT", BASE, size), words(&table)]
            },
            |left| vec![4; left],
        )
    }),
    ("many segments", false, |size| {
        let count = size / 72 - 1;
        let mut out = image(2, &vec![segment("__DATA", BASE, size / 2); count]);
        out.resize(size, 0);
        out
    }),
    ("many entries of one image", false, |size| {
        let one = entry("org.example.same", 0).len();
        let count = (size - 200) / one;
        let mut outer = vec![segment("__TEXT", BASE, size)];
        outer.extend((0..count).map(|_| entry("org.example.same", 32 + 72 + count * one)));
        let mut out = image(12, &outer);
        out.extend(image(11, &[]));
        out.resize(size, 0);
        out
    }),
    ("headers in one another's commands", false, |size| {
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
    ("long names", false, |size| {
        let id = "i".repeat(size / 4);
        let mut outer = vec![segment("__TEXT", BASE, size)];
        outer.extend((0..3).map(|_| entry(&id, size - 64)));
        let mut out = image(12, &outer);
        out.resize(size - 64, 0);
        out.extend(image(11, &[]));
        out.resize(size, 0);
        out
    }),
    ("memory with headers in commands", true, |size| {
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
    }),
];

/// What a run cost.
#[derive(Clone, Copy, Debug)]
struct Cost {
    memory: usize,
    allocated: usize,
    written: usize,
}

fn run(command: &str, mapped: bool, file: &Path, sample: &Path) -> Cost {
    let words = command.split(' ').map(|word| match word {
        "FILE" => file.to_str().unwrap(),
        "SAMPLE" => sample.to_str().unwrap(),
        word => word,
    });
    let mut args: Vec<&str> = std::iter::once("kc").chain(words).collect();
    if mapped {
        args.push("--mapped");
    }
    let (mut stdout, mut stderr) = (Counter(0), Counter(0));
    let (now, ever) = (NOW.load(Ordering::Relaxed), EVER.load(Ordering::Relaxed));
    MOST.store(now, Ordering::Relaxed);
    let status = kctool::run(&args, &mut io::empty(), &mut stdout, &mut stderr);
    assert!([0, 1, 3].contains(&status), "{command}: status {status}");
    Cost {
        memory: MOST.load(Ordering::Relaxed) - now,
        allocated: EVER.load(Ordering::Relaxed) - ever,
        written: stdout.0 + stderr.0,
    }
}

fn scratch() -> PathBuf {
    let folder = std::env::temp_dir().join(format!("kc-cost-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

#[test]
fn cost_grows_with_the_input_and_no_faster() {
    let folder = scratch();
    let sample = folder.join("sample");
    std::fs::write(&sample, testkit::kernelcache::sample::fileset().bytes).unwrap();
    let mut wrong = String::new();
    let (mut runs, mut rows) = (0, 0);
    for (family, mapped, make) in FAMILIES {
        let files = [1, 2, 4].map(|times| {
            let path = folder.join(format!("file{times}"));
            std::fs::write(&path, make(times * SMALL)).unwrap();
            path
        });
        for command in COMMANDS {
            let costs = [0, 1, 2].map(|at| run(command, *mapped, &files[at], &sample));
            runs += 3;
            rows += costs[2].written;
            let size = 4 * SMALL;
            let most = costs[2];
            // A symbol takes 16 bytes, a function 1, a match of bytes 1.
            let records = if command.starts_with("fun") || command.starts_with("find") {
                size
            } else {
                size / 16
            };
            if most.memory > MEMORY * size + BESIDES {
                writeln!(wrong, "{family}: {command}: {} bytes at once", most.memory).unwrap();
            }
            if most.written > records * ROW + NAMES * size {
                writeln!(wrong, "{family}: {command}: {} bytes written", most.written).unwrap();
            }
            for pair in costs.windows(2) {
                let grown = |what: &str, from: usize, to: usize, slack: usize| {
                    if to > from * 5 / 2 + slack {
                        format!("{family}: {command}: {what} grew from {from} to {to}\n")
                    } else {
                        String::new()
                    }
                };
                wrong += &grown("memory", pair[0].memory, pair[1].memory, 1 << 18);
                wrong += &grown("output", pair[0].written, pair[1].written, 1 << 14);
                wrong += &grown("allocation", pair[0].allocated, pair[1].allocated, 1 << 20);
            }
        }
    }
    drop(std::fs::remove_dir_all(&folder));
    assert!(wrong.is_empty(), "{wrong}");
    assert!(runs >= 300 && rows > 1 << 20, "{runs} runs, {rows} bytes");
}
