//! The built files, read by other people's tools: LLVM's and the `object` crate.

use std::path::PathBuf;
use std::process::Command;

use object::LittleEndian;
use object::macho::{MachHeader64, SegmentCommand64};
use object::read::macho::{MachHeader, Segment as _};
use testkit::kernelcache::sample;
use testkit::macho::every::{self, Make};
use testkit::truth::{Built, Truth};

fn on_disk(name: &str, built: &Built) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, &built.bytes).expect("written");
    path
}

/// Runs an LLVM tool; it must succeed and must not complain.
fn llvm(tool: &str, args: &[&str], path: &PathBuf) -> String {
    let output = Command::new(tool)
        .args(args)
        .arg(path)
        .output()
        .unwrap_or_else(|error| panic!("{tool} (Debian package llvm-22): {error}"));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success() && errors.is_empty(),
        "{tool}: {errors}"
    );
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// Name, vmaddr, vmsize, fileoff, filesize of each segment, as `object` reads them.
fn segments(bytes: &[u8]) -> Vec<(String, u64, u64, u64, u64)> {
    let header = MachHeader64::<LittleEndian>::parse(bytes, 0).expect("a header");
    let mut commands = header
        .load_commands(LittleEndian, bytes, 0)
        .expect("commands");
    let mut out = Vec::new();
    while let Some(command) = commands.next().expect("a command") {
        if let Some((segment, _)) = SegmentCommand64::from_command(command).expect("a segment") {
            let e = LittleEndian;
            out.push((
                String::from_utf8(segment.name().to_vec()).expect("UTF-8"),
                segment.vmaddr.get(e),
                segment.vmsize.get(e),
                segment.fileoff.get(e),
                segment.filesize.get(e),
            ));
        }
    }
    out
}

fn agrees(built: &Built) {
    let truth: &Truth = &built.truth;
    let expected: Vec<_> = truth
        .segments
        .iter()
        .map(|s| {
            (
                s.name.clone(),
                s.vmaddr,
                s.vmsize,
                s.file_offset,
                s.filesize,
            )
        })
        .collect();
    assert_eq!(segments(&built.bytes), expected);
    if let Some(entry) = &truth.entry {
        assert_eq!(truth.file_offset(entry.vmaddr), Some(entry.file_offset));
        let at = usize::try_from(entry.file_offset).expect("small");
        assert_eq!(
            built.bytes[at..at + 4],
            [4, 0, 0, 0x14],
            "the kernel starts with a branch"
        );
    }
    if truth.linear {
        let base = truth.base.expect("a linear file has a base");
        for segment in &truth.segments {
            assert_eq!(
                segment.vmaddr - base,
                segment.file_offset,
                "{}",
                segment.name
            );
        }
    }
    for fixup in &truth.fixups {
        assert_eq!(truth.file_offset(fixup.vmaddr), Some(fixup.file_offset));
    }
}

/// `llvm-nm` walks nested images strictly; its symbols are the truth's.
#[test]
fn nested_symbols() {
    let built = sample::fileset();
    agrees(&built);
    let text = llvm(
        "llvm-nm-22",
        &["--defined-only"],
        &on_disk("nested.macho", &built),
    );
    let mut image = String::new();
    let mut found = Vec::new();
    for line in text.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            ["Symbols", "for", id] => image = id.trim_end_matches(':').to_owned(),
            [value, _, name] => {
                let value = u64::from_str_radix(value, 16).expect("an address");
                found.push((image.clone(), (*name).to_owned(), value));
            }
            _ => {}
        }
    }
    found.sort();
    let truth = &built.truth;
    let mut expected: Vec<_> = truth
        .symbols
        .iter()
        .map(|s| {
            let image = truth.entries[s.image.expect("a nested image")].id.clone();
            (image, s.name.clone(), s.vmaddr)
        })
        .collect();
    expected.sort();
    assert_eq!(found, expected);
}

/// LLVM reads the starts table, and prints the load commands of all files.
#[test]
fn llvm_reads_the_tables() {
    let built = sample::fileset();
    let path = on_disk("tables.macho", &built);
    let text = llvm("llvm-objdump-22", &["--macho", "--chained-fixups"], &path);
    assert!(
        text.contains("pointer_format = 8 (DYLD_CHAINED_PTR_64_KERNEL_CACHE)"),
        "{text}"
    );
    let text = llvm("llvm-otool-22", &["-l"], &path);
    let entry = built.truth.entry.as_ref().expect("an entry");
    assert!(
        text.contains(&format!("pc {:#018x}", entry.vmaddr)),
        "{text}"
    );
    llvm("obj2yaml-22", &[], &path);
    let bare = on_disk("bare.macho", &sample::bare());
    llvm("llvm-otool-22", &["-l"], &bare);
    llvm("llvm-nm-22", &[], &bare);
    let shuffled = on_disk("shuffled.macho", &sample::shuffled());
    let text = llvm(
        "llvm-objdump-22",
        &["--macho", "--chained-fixups"],
        &shuffled,
    );
    assert!(text.contains("DYLD_CHAINED_PTR_ARM64E_KERNEL"), "{text}");
}

/// The segments of a secondary collection's truth, and of a static kernelcache's, are in the
/// file; LLVM reads both, and the kexts inside the latter as files of their own.
#[test]
fn kexts_elsewhere() {
    for (name, built) in [
        ("pageable", sample::pageable()),
        ("auxiliary", sample::auxiliary()),
    ] {
        agrees(&built);
        let path = on_disk(name, &built);
        llvm("llvm-nm-22", &[], &path);
        let text = llvm("llvm-objdump-22", &["--macho", "--chained-fixups"], &path);
        if name == "auxiliary" {
            assert!(
                text.contains("segment_offset = 0xffffffff"),
                "it wraps: {text}"
            );
        }
    }
    let built = sample::prelinked();
    agrees(&built);
    llvm("llvm-otool-22", &["-l"], &on_disk("prelinked", &built));
    assert_eq!(built.truth.entries.len(), 2);
    for kext in &built.truth.entries {
        let at = usize::try_from(kext.file_offset).expect("small");
        let alone = Built {
            bytes: built.bytes[at..].to_vec(),
            truth: Truth::default(),
        };
        let path = on_disk(&kext.id, &alone);
        llvm("llvm-nm-22", &[], &path);
        let segments = segments(&alone.bytes);
        assert_eq!(segments[0].1, kext.vmaddr);
        assert_eq!(
            segments[0].3, 0,
            "file offsets count from the kext's own start"
        );
    }
    // The kernel's table points at the kexts' start routines, by plain vmaddr.
    let address = |name: &str| {
        let symbol = built
            .truth
            .symbols
            .iter()
            .find(|symbol| symbol.name == name);
        symbol.expect("a symbol").vmaddr
    };
    let at = built
        .truth
        .file_offset(address("_kext_starts"))
        .expect("mapped");
    let at = usize::try_from(at).expect("small");
    assert_eq!(
        testkit::bytes::get_u64(&built.bytes, at),
        Some(address("_alpha_start"))
    );
    assert_eq!(
        testkit::bytes::get_u64(&built.bytes, at + 8),
        Some(address("_beta_start"))
    );
}

#[test]
fn shapes_of_one_image() {
    agrees(&sample::bare());
    agrees(&sample::shuffled());
    let shuffled = sample::shuffled().truth;
    let entry = shuffled.entry.expect("an entry");
    assert_ne!(
        entry.vmaddr - shuffled.base.expect("a base"),
        entry.file_offset,
        "the shortcut by way of __TEXT is wrong here"
    );
    let built = sample::m1n1();
    agrees(&built);
    let payload = built.truth.segments.last().expect("segments");
    assert!(
        payload.file_offset + payload.filesize > u64::try_from(built.bytes.len()).expect("small")
    );
}

/// The kmod_info of the first kext puts pointers at 4-byte alignment, eight apart.
#[test]
fn packed_slots() {
    let built = sample::fileset();
    let kmod = built
        .truth
        .symbols
        .iter()
        .find(|s| s.name == "_kmod_info")
        .expect("kmod_info");
    let within: Vec<u64> = built
        .truth
        .fixups
        .iter()
        .filter_map(|fixup| fixup.vmaddr.checked_sub(kmod.vmaddr))
        .filter(|offset| *offset < 196)
        .collect();
    assert_eq!(within, [180, 188]);
}

/// LLVM's strict reader takes the files that hold every load command, and sees all of them.
#[test]
fn every_command() {
    for (make, commands) in [
        (Make::Executable, 39),
        (Make::Kernel, 38),
        (Make::Library, 38),
    ] {
        let bytes = every::build(make);
        let built = Built {
            bytes,
            truth: Truth::default(),
        };
        let path = on_disk(&format!("{make:?}.macho"), &built);
        let text = llvm("llvm-otool-22", &["-l"], &path);
        assert_eq!(text.matches("\nLoad command").count(), commands, "{make:?}");
        llvm("llvm-nm-22", &[], &path);
        // Where LC_DYLD_INFO is there, LLVM takes the exports from it.
        if make == Make::Kernel {
            let text = llvm("llvm-objdump-22", &["--macho", "--exports-trie"], &path);
            for name in ["_again", "_main", "_mainframe", "_lazy"] {
                let found = text
                    .lines()
                    .any(|line| line.split_whitespace().any(|w| w == name));
                assert!(found, "no {name} in {text}");
            }
        }
    }
}
