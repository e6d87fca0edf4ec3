//! Inputs: real code where the user has some, made-up code otherwise.

use std::fs;
use std::path::{Path, PathBuf};

use object::macho::MachHeader64;
use object::read::macho::{MachHeader as _, Section as _, Segment as _};

/// Words in one run of a decode case.
const WORDS: usize = 1 << 19;
/// Real code is taken in runs of this many words, so that neighbouring words
/// are neighbours in the sample.
const RUN: usize = 1 << 12;
/// The most bytes taken from one file as input of a compressor.
const BYTES: usize = 16 << 20;

/// What the groups work on.
pub struct Input {
    /// Words of code, and where they are from.
    pub code: Vec<u32>,
    /// A sentence about `code`.
    pub code_source: String,
    /// Uniformly random words.
    pub random: Vec<u32>,
    /// Bytes to compress: a Mach-O file, or the made-up words.
    pub bytes: Vec<u8>,
    /// Shared objects of peers in C: disarm's and lzfse's.
    pub foreign: Foreign,
}

/// Paths of shared objects, from the environment.
#[derive(Default)]
pub struct Foreign {
    /// `KC_BENCH_DISARM`: exports `da64_classify`, `da64_decode`, `da64_format_abs`.
    pub disarm: Option<PathBuf>,
    /// `KC_BENCH_LZFSE`: exports `lzfse_decode_buffer`, `lzfse_encode_buffer`.
    pub lzfse: Option<PathBuf>,
    /// `KC_BENCH_LZSS`: exports `decompress_lzss`, `lzadler32`.
    pub lzss: Option<PathBuf>,
}

impl Input {
    /// Takes the code from the Mach-O files under `paths` (files or folders),
    /// and makes some up where there are none.
    #[must_use]
    pub fn new(paths: &[PathBuf]) -> Self {
        let mut files = Vec::new();
        for path in paths {
            collect(path, &mut files);
        }
        files.sort();
        let mut texts = Vec::new();
        let mut bytes = Vec::new();
        for path in &files {
            let Ok(file) = fs::read(path) else { continue };
            let words = code_of(&file);
            if !words.is_empty() {
                texts.push(words);
                if file.len() > bytes.len() {
                    bytes = file;
                }
            }
        }
        bytes.truncate(BYTES);
        let mut random = Random::new();
        let (code, code_source) = if texts.is_empty() {
            (
                made_up(&mut random),
                "made-up words (no corpus given)".to_owned(),
            )
        } else {
            let code = sample(&texts, WORDS);
            let source = format!("{} words of code from {} files", code.len(), texts.len());
            (code, source)
        };
        if bytes.is_empty() {
            bytes = code.iter().flat_map(|word| word.to_le_bytes()).collect();
        }
        let random = (0..WORDS).map(|_| random.word()).collect();
        let env = |name| std::env::var_os(name).map(PathBuf::from);
        Self {
            code,
            code_source,
            random,
            bytes,
            foreign: Foreign {
                disarm: env("KC_BENCH_DISARM"),
                lzfse: env("KC_BENCH_LZFSE"),
                lzss: env("KC_BENCH_LZSS"),
            },
        }
    }
}

/// Every regular file under `path`; links are not followed.
fn collect(path: &Path, files: &mut Vec<PathBuf>) {
    let Ok(kind) = path.symlink_metadata() else {
        return;
    };
    if kind.is_file() {
        files.push(path.to_owned());
    } else if kind.is_dir()
        && let Ok(entries) = fs::read_dir(path)
    {
        for entry in entries.flatten() {
            collect(&entry.path(), files);
        }
    }
}

/// The words of `__TEXT,__text`; none if this is not an arm64 Mach-O file.
fn code_of(file: &[u8]) -> Vec<u32> {
    arm64_text(file)
        .unwrap_or_default()
        .chunks_exact(4)
        .map(|word| u32::from_le_bytes([word[0], word[1], word[2], word[3]]))
        .collect()
}

fn arm64_text(file: &[u8]) -> Option<&[u8]> {
    type Header = MachHeader64<object::LittleEndian>;
    let endian = object::LittleEndian;
    let header = Header::parse(file, 0).ok()?;
    if header.cputype(endian) != object::macho::CPU_TYPE_ARM64 {
        return None;
    }
    let mut commands = header.load_commands(endian, file, 0).ok()?;
    while let Ok(Some(command)) = commands.next() {
        let Ok(Some((segment, data))) = command.segment_64() else {
            continue;
        };
        for section in segment.sections(endian, data).ok()? {
            if section.name() == b"__text" && section.segment_name() == b"__TEXT" {
                return section.data(endian, file, 0).ok();
            }
        }
    }
    None
}

/// `wanted` words in runs, taken from all texts in turn in proportion to their size.
fn sample(texts: &[Vec<u32>], wanted: usize) -> Vec<u32> {
    let runs: Vec<&[u32]> = texts.iter().flat_map(|text| text.chunks(RUN)).collect();
    let step = (runs.len() * RUN).div_ceil(wanted).max(1);
    let mut code: Vec<u32> = runs
        .iter()
        .step_by(step)
        .copied()
        .flatten()
        .copied()
        .collect();
    code.truncate(wanted);
    code
}

/// xorshift64*: the same words on every machine.
pub struct Random(u64);

impl Random {
    /// A generator with the fixed seed.
    #[must_use]
    pub fn new() -> Self {
        Self(0x9e37_79b9_7f4a_7c15)
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// The next 32 bits.
    pub fn word(&mut self) -> u32 {
        u32::try_from(self.bits() >> 32).unwrap_or_default()
    }

    /// A number below `bound`.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.bits() % bound.max(1)
    }
}

impl Default for Random {
    fn default() -> Self {
        Self::new()
    }
}

/// Common encodings of compiled code with random fields: (fixed bits, their
/// mask, how many in a hundred). The shares are a rough guess at what compilers
/// emit, good enough to try the benches without a corpus; figures that are
/// published come from real code.
const COMMON: [(u32, u32, u32); 20] = [
    (0xf940_0000, 0xffc0_0000, 14), // ldr x, [x, #]
    (0xf900_0000, 0xffc0_0000, 8),  // str x, [x, #]
    (0xb940_0000, 0xffc0_0000, 5),  // ldr w, [x, #]
    (0x3940_0000, 0xffc0_0000, 3),  // ldrb w, [x, #]
    (0xa940_0000, 0xffc0_0000, 5),  // ldp
    (0xa900_0000, 0xffc0_0000, 5),  // stp
    (0x9100_0000, 0xff80_0000, 8),  // add x, x, #
    (0xd100_0000, 0xff80_0000, 2),  // sub x, x, #
    (0xf100_0000, 0xff80_0000, 3),  // subs x, x, #
    (0xaa00_03e0, 0xffe0_ffe0, 10), // mov x, x
    (0x8b00_0000, 0xffe0_8000, 3),  // add x, x, x, lsl #
    (0xeb00_0000, 0xffe0_8000, 2),  // subs x, x, x, lsl #
    (0xd280_0000, 0xffe0_0000, 6),  // movz
    (0x9000_0000, 0x9f00_0000, 5),  // adrp
    (0x9400_0000, 0xfc00_0000, 6),  // bl
    (0x1400_0000, 0xfc00_0000, 4),  // b
    (0x5400_0000, 0xff00_0010, 6),  // b.cond
    (0xb400_0000, 0xff00_0000, 2),  // cbz x
    (0xd65f_03c0, 0xffff_ffff, 2),  // ret
    (0x4e20_1c00, 0xffe0_fc00, 1),  // and v.16b
];

fn made_up(random: &mut Random) -> Vec<u32> {
    let total: u32 = COMMON.iter().map(|row| row.2).sum();
    (0..WORDS)
        .map(|_| {
            let mut pick = u32::try_from(random.below(u64::from(total))).unwrap_or_default();
            let row = COMMON.iter().find(|row| {
                let hit = pick < row.2;
                pick = pick.saturating_sub(row.2);
                hit
            });
            let (bits, mask, _) = row.copied().unwrap_or(COMMON[0]);
            bits | (random.word() & !mask)
        })
        .collect()
}
