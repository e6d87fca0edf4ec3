//! Runs kc in this process, on files that the testkit makes.

use std::fs;
use std::path::{Path, PathBuf};

use testkit::classic::{self, Counts};
use testkit::img4::{Im4m, Im4p, img4, signed_like};
use testkit::kernelcache::sample;
use testkit::macho::fat::{Slice, wrap};

/// What a run left behind.
pub(crate) struct Outcome {
    pub(crate) status: u8,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: String,
}

/// One run of kc.
pub(crate) fn kc(args: &[String], stdin: &[u8]) -> Outcome {
    let mut stdout = Vec::new();
    let mut stderr = Vec::new();
    let args = std::iter::once("kc").chain(args.iter().map(String::as_str));
    let status = kctool::run(args, &mut &stdin[..], &mut stdout, &mut stderr);
    Outcome {
        status,
        stdout,
        stderr: String::from_utf8(stderr).unwrap(),
    }
}

/// Arguments out of words.
pub(crate) fn words(line: &str) -> Vec<String> {
    line.split_whitespace().map(str::to_owned).collect()
}

/// A folder of inputs that is removed at the end.
pub(crate) struct Files {
    folder: PathBuf,
}

impl Drop for Files {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.folder));
    }
}

/// The words that the wiki page "macOS Kernelcache" shows disassembled, as far as the project
/// quotes them.
pub(crate) const WIKI: [u32; 7] = [
    0x1400_0100,
    0xd503_201f,
    0xd510_109f,
    0xd503_4fdf,
    0xf2e8_8aa0,
    0x3944_c085,
    0x7100_00bf,
];

/// Patches of the sample collection, one of each form.
const GOOD_PATCHES: &str = "\
# The first instruction of alpha, by address; its last, by symbol and offset.
at 0xfffffe000701c000: d503237f -> d503201f
at _alpha_stop+4: 2a1f03e0 -> 52800020
at offset 0x8000: bytes cf fa ed fe ?c -> +4 0c
find d510109f d5034fdf -> +1 d503201f # unique
find asm adrp x0, _; add x0, x0, #0x800; msr vbar_el1, _ -> +2 asm msr vbar_el1, x1
find 2x in org.example.alpha words ffffffff:d65f03c0 -> d65f03c0
";

/// Each is refused.
const BAD_PATCHES: [(&str, &str); 6] = [
    ("other.patch", "at 0xfffffe000701c000: d503201f -> d503201f"),
    ("twice.patch", "find d65f03c0 -> d503201f"),
    ("nowhere.patch", "at 0x1000: d503201f -> d503201f"),
    (
        "overlap.patch",
        "at _start: 14000004 d503201f -> 14000004\nat _start+4: d503201f -> d503201f",
    ),
    ("syntax.patch", "at _start d503201f -> d503201f"),
    ("nothing.patch", "#"),
];

/// The collection with a second function in alpha that lies 2^64 bytes further on, and with beta's
/// table past the end of the file.
fn damaged_function_starts(fileset: &[u8]) -> Vec<u8> {
    let mut damaged = fileset.to_vec();
    let cache = kc_offsets::KernelCache::parse(fileset).unwrap();
    for entry in cache.entries().map(Result::unwrap) {
        let image = entry.image().unwrap();
        let kind = macho_core::LoadCommandKind::LC_FUNCTION_STARTS;
        let command = image.find_command(kind).unwrap().file_offset().get();
        let dataoff = usize::try_from(command).unwrap() + 8;
        let table = u32::from_le_bytes(fileset[dataoff..dataoff + 4].try_into().unwrap());
        if entry.id == "org.example.alpha" {
            let first = usize::try_from(table).unwrap();
            let second = first
                + fileset[first..]
                    .iter()
                    .position(|byte| *byte < 0x80)
                    .unwrap()
                + 1;
            damaged[second..second + 9].fill(0xff);
            damaged[second + 9] = 1;
        } else if entry.id == "org.example.beta" {
            damaged[dataoff..dataoff + 4].copy_from_slice(&u32::MAX.to_le_bytes());
        }
    }
    damaged
}

impl Files {
    pub(crate) fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("kc-{name}-{}", std::process::id()));
        drop(fs::remove_dir_all(&folder));
        fs::create_dir_all(&folder).unwrap();
        let files = Self { folder };
        let fileset = sample::fileset().bytes;
        files.put("fileset", &fileset);
        files.put("bare", &sample::bare().bytes);
        files.put("relocated", &sample::relocated().bytes);
        files.put("shuffled", &sample::shuffled().bytes);
        files.put("prelinked", &sample::prelinked().bytes);
        files.put("chained", &sample::prelinked_chained().bytes);
        files.put("tagged", &sample::prelinked_threads().bytes);
        files.put("m1n1", &sample::m1n1().bytes);
        files.put("pageable", &sample::pageable().bytes);
        files.put("auxiliary", &sample::auxiliary().bytes);
        files.put("opcodes", &classic::opcodes().bytes);
        files.put("kext", &classic::relocations(Counts::Kext).bytes);
        files.put("threads", &classic::threads(8).bytes);
        files.put("threaded-binds", &classic::threaded_binds().bytes);
        // The second slot's next leads out of its page.
        let mut chain = fileset.clone();
        let slot = usize::try_from(sample::fileset().truth.fixups[1].file_offset).unwrap();
        chain[slot + 6] |= 0xf8;
        chain[slot + 7] |= 0x7f;
        files.put("chain", &chain);
        let mut renamed = sample::collection();
        renamed.images[1].id = String::from("org.example.gamma");
        let slot = renamed.images[1].object.symbol("_alpha_stop").unwrap();
        renamed.images[1].object.symbols[slot].name = String::from("_gamma_stop");
        renamed.base = Some(testkit::constants::MACOS_BASE + 0x4000);
        files.put("renamed", &renamed.build().bytes);
        files.put("starts", &damaged_function_starts(&fileset));
        let lzfse = Im4p::lzfse("krnl", &fileset);
        files.put("img4", &signed_like(&lzfse));
        files.put("im4p", &lzfse.build());
        files.put("lzss", &Im4p::lzss("krnl", &sample::bare().bytes).build());
        let other = Im4m::covering("krnl", &[0; 48]).build();
        files.put("mismatch", &img4(&lzfse.build(), Some(&other), None));
        let stranger = Im4m::covering("dtre", &[0; 48]).build();
        files.put("stranger", &img4(&lzfse.build(), Some(&stranger), None));
        files.put("im4m", &other);
        let mut encrypted = lzfse.clone();
        encrypted.keybags = vec![(1, vec![0x11; 16], vec![0x22; 32])];
        files.put("encrypted", &encrypted.build());
        files.put(
            "tree",
            &Im4p::stored("dtre", b"no Mach-O file, but long enough to be one").build(),
        );
        let mut damaged = fileset.clone();
        damaged[36..40].copy_from_slice(&4_u32.to_le_bytes());
        files.put("damaged", &damaged);
        files.put("damaged.img4", &signed_like(&Im4p::lzfse("krnl", &damaged)));
        let slices = [
            (0x0100_0007, 3),
            (0x0100_000c, 0),
            (0x0100_000c, 0x8000_0002),
        ];
        let slices = slices.map(|(cputype, cpusubtype): (u32, u32)| {
            let mut bytes = sample::bare().bytes;
            bytes[4..8].copy_from_slice(&cputype.to_le_bytes());
            Slice {
                cputype,
                cpusubtype,
                align: 14,
                bytes,
            }
        });
        files.put("fat", &wrap(&slices, false).0);
        files.put(
            "fat.x86",
            &wrap(&[slices[0].clone(), slices[0].clone()], true).0,
        );
        for (name, bytes) in crate::signed::files() {
            files.put(name, &bytes);
        }
        files.put("empty", b"");
        files.put("text", b"#!/bin/sh\necho this is no Mach-O file\n");
        let wiki: Vec<u8> = WIKI.iter().flat_map(|word| word.to_le_bytes()).collect();
        files.put("wiki", &wiki);
        files.put(
            "odd",
            &[
                0x1f, 0x20, 0x03, 0xd5, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 1, 2,
            ],
        );
        files.put("good.patch", GOOD_PATCHES.as_bytes());
        for (name, line) in BAD_PATCHES {
            files.put(name, format!("# one patch\n{line}\n").as_bytes());
        }
        files
    }

    pub(crate) fn put(&self, name: &str, bytes: &[u8]) {
        fs::write(self.path(name), bytes).unwrap();
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// `@name` in a command line is the path of a file.
    pub(crate) fn arguments(&self, line: &str) -> Vec<String> {
        words(line)
            .into_iter()
            .map(|word| match word.strip_prefix('@') {
                Some(name) => self.path(name).to_str().unwrap().to_owned(),
                None => word,
            })
            .collect()
    }

    /// The way back, for golden output.
    pub(crate) fn hide(&self, text: &str) -> String {
        text.replace(&format!("{}/", self.folder.to_str().unwrap()), "@")
    }
}
