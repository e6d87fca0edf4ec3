//! Cases about containers, architectures and thread states.

use serde_json::json;
use testkit::constants as c;
use testkit::img4::{self, Im4p};
use testkit::kernelcache::sample;
use testkit::macho::fat::{self, Slice};
use testkit::macho::{Command, Header};

use crate::build::{Disk, Linkedit, segment};

/// Writes to a file of its own; status, what was written, and standard error.
fn extract(file: &Disk, options: &str, option: &str) -> (u8, Vec<u8>, String) {
    let to = Disk::new("extracted", &[]);
    let path = to.0.to_str().unwrap();
    let line = format!("extract @ {options} {option} {path}");
    let (status, _, stderr) = file.text(&line);
    (status, std::fs::read(&to.0).unwrap(), stderr)
}

fn check(what: &str, is_right: bool, got: &dyn std::fmt::Debug) -> Result<(), String> {
    if is_right {
        return Ok(());
    }
    Err(format!("{what}: {got:?}"))
}

/// Streams without a container, alone and as a slice of a fat file.
pub(crate) fn bare_streams() -> Result<(), String> {
    let kernel = sample::tiny().bytes;
    for (codec, bytes) in [
        ("complzss", Im4p::lzss("krnl", &kernel).data),
        ("complzvn", Im4p::lzvn("krnl", &kernel).data),
        ("lzfse", img4::lzfse(&kernel)),
    ] {
        let file = Disk::new(codec, &bytes);
        let info = file.ask("info @")?;
        let payload = &info["container"]["payload"];
        let right = payload["codec"] == codec && payload["size"] == kernel.len();
        check(codec, right && info["shape"] == "fileset", &info)?;
        let (status, written, stderr) = extract(&file, "", "-o");
        check(codec, status == 0 && written == kernel, &stderr)?;
        for wide in [false, true] {
            let slices = [
                Slice {
                    cputype: c::CPU_TYPE_X86_64,
                    cpusubtype: 3,
                    align: 4,
                    bytes: vec![0xcc; 48],
                },
                Slice {
                    cputype: c::CPU_TYPE_ARM64,
                    cpusubtype: 2,
                    align: 4,
                    bytes: bytes.clone(),
                },
            ];
            let file = Disk::new("fat", &fat::wrap(&slices, wide).0);
            let info = file.ask("info @")?;
            check("fat", info["shape"] == "fileset", &info)?;
            let (status, written, stderr) = extract(&file, "--arch arm64e", "-o");
            check("fat", status == 0 && written == kernel, &stderr)?;
        }
        // A stream that is cut is refused, and nothing is written.
        let file = Disk::new("cut", &bytes[..bytes.len() / 2]);
        let (status, written, stderr) = extract(&file, "", "-o");
        check("cut", status == 1 && written.is_empty(), &stderr)?;
    }
    Ok(())
}

/// What is neither a container nor a Mach-O file is refused by name.
pub(crate) fn neither() -> Result<(), String> {
    for (bytes, what) in [
        (&b"bplist00\xd0"[..], "a binary property list"),
        (b"PK\x03\x04", "a ZIP archive"),
        (b"\x01\x02\x03", "data that starts with 01 02 03"),
        (b"", "an empty file"),
    ] {
        let file = Disk::new("neither", bytes);
        let (status, written, stderr) = extract(&file, "", "-o");
        let right = status == 1 && written.is_empty() && stderr.contains(what);
        check(what, right, &stderr)?;
    }
    Ok(())
}

/// A container is shown whatever its payload is, and options extract what there is.
pub(crate) fn wrong_declarations() -> Result<(), String> {
    let kernel = sample::tiny().bytes;
    let mut wrong_size = Im4p::lzfse("krnl", &kernel);
    wrong_size.compression = Some((1, 12_345));
    let mut unknown = Im4p::stored("krnl", &kernel);
    unknown.compression = Some((2, 12_345));
    for (name, im4p) in [
        ("im4p-wrongsize", wrong_size),
        ("im4p-stored-comp2", unknown),
    ] {
        let file = Disk::new(name, &im4p.build());
        let (status, stdout, stderr) = file.text("info @");
        let right = status == 3 && stdout.contains("IM4P") && !stderr.is_empty();
        check(name, right, &(status, stdout, stderr))?;
        let (status, written, stderr) = extract(&file, "", "-o");
        check(name, status == 1 && written.is_empty(), &stderr)?;
        let (status, written, stderr) = extract(&file, "--damaged", "-o");
        check(name, status == 3 && written == kernel, &stderr)?;
        let (status, written, stderr) = extract(&file, "--raw", "-o");
        check(name, status == 0 && written == im4p.data, &stderr)?;
    }
    Ok(())
}

/// The bytes after a complzss stream, in a container and without one.
pub(crate) fn trailer() -> Result<(), String> {
    let kernel = sample::tiny().bytes;
    for mut im4p in [Im4p::lzss("krnl", &kernel), Im4p::lzvn("krnl", &kernel)] {
        im4p.data.extend(b"a monitor image");
        for bytes in [im4p.build(), im4p.data.clone()] {
            let file = Disk::new("im4p-lzss-kpp", &bytes);
            let (status, written, stderr) = extract(&file, "", "--trailer");
            check(
                "trailer",
                status == 0 && written == b"a monitor image",
                &stderr,
            )?;
        }
    }
    let file = Disk::new("no-trailer", &Im4p::lzss("krnl", &kernel).build());
    let (status, written, stderr) = extract(&file, "", "--trailer");
    check("none", status == 1 && written.is_empty(), &stderr)
}

/// The architectures of 2026, by name and in the order of choice.
pub(crate) fn architectures() -> Result<(), String> {
    let order = [
        (12, "arm64e.x1"),
        (2, "arm64e"),
        (3, "arm64.x1"),
        (0, "arm64"),
    ];
    for first in 0..order.len() {
        // The best one comes last.
        let present = order[first..].iter().rev();
        let slices: Vec<Slice> = present
            .map(|&(cpusubtype, _)| {
                let mut bytes = sample::tiny().bytes;
                bytes[8..12].copy_from_slice(&u32::to_le_bytes(cpusubtype));
                Slice {
                    cputype: c::CPU_TYPE_ARM64,
                    cpusubtype,
                    align: 4,
                    bytes,
                }
            })
            .collect();
        let file = Disk::new("x1", &fat::wrap(&slices, first % 2 == 1).0);
        let info = file.ask("info @")?;
        check(
            "default",
            info["header"]["arch"] == order[first].1,
            &info["header"],
        )?;
        for (_, name) in &order[first..] {
            let info = file.ask(&format!("info @ --arch {name}"))?;
            check(name, info["header"]["arch"] == *name, &info["header"])?;
        }
        check(
            "fat",
            info["fat"][0]["arch"] == json!("arm64"),
            &info["fat"],
        )?;
    }
    Ok(())
}

/// A file with one thread command of this flavor, whose words are zero but for one of 8 bytes.
fn threaded(header: Header, cmd: u32, flavor: u32, count: usize, at: usize) -> Vec<u8> {
    const BASE: u64 = 0x1_0000_0000;
    let mut body = vec![0; 8 + 4 * count];
    body[..4].copy_from_slice(&flavor.to_le_bytes());
    body[4..8].copy_from_slice(&u32::try_from(count).unwrap().to_le_bytes());
    body[8 + at..16 + at].copy_from_slice(&(BASE + 0x2000).to_le_bytes());
    let place = (BASE, c::PAGE);
    let segments = vec![segment("__TEXT", place, (0, c::PAGE), &[])];
    let mut linkedit = Linkedit::at(c::PAGE);
    linkedit.commands.push(Command::Raw { cmd, body });
    linkedit.file(header, segments, BASE + c::PAGE, Vec::new())
}

/// Flavors by processor, and where an x86_64 file and a core start.
pub(crate) fn threads() -> Result<(), String> {
    let x86 = Header {
        cputype: c::CPU_TYPE_X86_64,
        cpusubtype: 3,
        ..Header::default()
    };
    for (flavor, name, count, at) in [
        (4, "x86_THREAD_STATE64", 42, 128),
        (7, "x86_THREAD_STATE", 44, 136),
    ] {
        let file = Disk::new(
            "thr-x86",
            &threaded(x86, c::LC_UNIXTHREAD, flavor, count, at),
        );
        let entry = file.ask("entry @")?;
        check(name, entry["vmaddr"] == "0x100002000", &entry)?;
        let (_, stdout, _) = file.text("headers @");
        check(
            name,
            stdout.contains(name) && !stdout.contains("ARM_"),
            &stdout,
        )?;
    }
    // Flavor 6 is no ARM_THREAD_STATE64 there.
    let file = Disk::new("thr-x86", &threaded(x86, c::LC_UNIXTHREAD, 6, 4, 0));
    let (status, _, stderr) = file.text("entry @");
    check(
        "flavor 6",
        status != 0 && stderr.contains("no entry point: neither LC_UNIXTHREAD nor LC_MAIN"),
        &stderr,
    )?;
    // The threads of a core were running.
    let core = Header {
        filetype: 4,
        ..Header::default()
    };
    for cmd in [c::LC_THREAD, c::LC_UNIXTHREAD] {
        let file = Disk::new("core", &threaded(core, cmd, 6, 68, 256));
        for question in ["entry @", "disasm @"] {
            let (status, stdout, stderr) = file.text(question);
            let right = status != 0 && stderr.contains("no entry point: a core has none");
            check("core", right, &(stdout, stderr))?;
        }
    }
    Ok(())
}
