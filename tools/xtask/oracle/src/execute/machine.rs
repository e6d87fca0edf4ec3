//! The machine that runs words: QEMU's user emulation and a small program of ours in it
//! (`harness.s`). Here is the layout of what the two say to each other.

use std::io::{BufReader, BufWriter, Read, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use super::program::Program;
use crate::fault::Fault;

/// Bytes of a scalable vector, streaming or not.
pub(super) const VECTOR: usize = 32;
/// Where loads and stores find memory; nothing is mapped next to it.
pub(super) const WINDOW: u64 = 0x2020_0000;
/// The size of the window in bytes.
pub(super) const WINDOW_SIZE: u64 = 4096;
/// How far nothing is mapped on both sides of the window.
const HOLE: u64 = 0x1_0000;
/// Where words may stand.
const CODE: u64 = 0x2000_0000;
const CODE_SIZE: u64 = 0x0040_0000;
/// Where words that branch stand, among zeros, which are `udf`.
const FLOW: u64 = 0x2100_0000;
const FLOW_SIZE: u64 = 0x0100_0000;
/// The start of the program itself.
const IMAGE: u64 = 0x1f00_0000;
/// What the harness takes: two words before the one that runs, one after it.
const SLOT: u64 = 16;

/// How many patterns of memory there are.
pub(super) const PATTERNS: usize = 4;

/// Whether a word may stand at `pc`.
pub(super) fn is_place(pc: u64) -> bool {
    let is_inside = (CODE + SLOT..CODE + CODE_SIZE - SLOT).contains(&pc);
    let end = WINDOW + WINDOW_SIZE + HOLE;
    is_inside && (pc < WINDOW - HOLE - SLOT || pc >= end + SLOT)
}

/// The place of the word number `index` of a batch that does not branch.
pub(super) fn place(index: usize) -> u64 {
    CODE + SLOT * (index as u64 + 1)
}

/// The place of the word number `index` of a batch that branches: far from each other.
pub(super) fn flow_place(index: usize) -> u64 {
    const APART: u64 = 0x1230;
    FLOW + FLOW_SIZE / 4 + (index as u64 * APART) % (FLOW_SIZE / 2)
}

/// Whether a jump to `target` ends in a signal at that address.
pub(super) fn is_nowhere(target: u64) -> bool {
    // Zeros stand between the places of `FLOW`, which are checked one by one.
    !(IMAGE..CODE + CODE_SIZE).contains(&target)
}

/// What a signal means.
pub(super) const SIGILL: u32 = 4;
pub(super) const SIGTRAP: u32 = 5;
pub(super) const SIGBUS: u32 = 7;
pub(super) const SIGSEGV: u32 = 11;

/// PSTATE.SM and PSTATE.ZA in SVCR.
pub(super) const SM: u64 = 1;
pub(super) const ZA: u64 = 2;

/// Every register.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct State {
    pub(super) general: [u64; 31],
    pub(super) sp: u64,
    /// As the register NZCV has them: N is bit 31.
    pub(super) nzcv: u64,
    pub(super) svcr: u64,
    pub(super) predicates: [u32; 16],
    pub(super) ffr: u32,
    pub(super) vectors: [[u8; VECTOR]; 32],
    pub(super) za: [u8; VECTOR * VECTOR],
    pub(super) zt0: [u8; 64],
}

/// A word to run.
#[derive(Clone)]
pub(super) struct Case {
    pub(super) state: State,
    pub(super) pc: u64,
    /// The bytes of the window from the first to the second offset have this pattern.
    pub(super) range: (u32, u32),
    pub(super) inside: u32,
    /// The others have this one.
    pub(super) outside: u32,
    /// The exclusive monitor is set to so many bytes at an address; 0 clears it.
    pub(super) monitor: (u64, u64),
}

/// What came of it.
#[derive(Clone)]
pub(super) struct Answer {
    /// The registers; after a signal only the general ones and the flags, and without PSTATE.SM
    /// the vectors and predicates, are those that the word left.
    pub(super) state: State,
    /// 0 if the word fell through.
    pub(super) signal: u32,
    /// Where the signal came.
    pub(super) pc: u64,
    /// The address that could not be accessed.
    pub(super) fault: u64,
    /// From which byte of the window on, and what stands there, up to the last that changed.
    pub(super) changed: (usize, Vec<u8>),
}

const CASE_SIZE: usize = 2624;

impl State {
    fn write(&self, bytes: &mut [u8]) {
        for (at, value) in (0..).step_by(8).zip(&self.general) {
            put(bytes, at, &value.to_le_bytes());
        }
        put(bytes, 248, &self.sp.to_le_bytes());
        put(bytes, 256, &self.nzcv.to_le_bytes());
        put(bytes, 264, &self.svcr.to_le_bytes());
        for (at, value) in (384..).step_by(4).zip(&self.predicates) {
            put(bytes, at, &value.to_le_bytes());
        }
        put(bytes, 448, &self.ffr.to_le_bytes());
        for (at, value) in (512..).step_by(VECTOR).zip(&self.vectors) {
            put(bytes, at, value);
        }
        put(bytes, 1536, &self.za);
        put(bytes, 2560, &self.zt0);
    }

    fn read(bytes: &[u8]) -> Self {
        Self {
            general: std::array::from_fn(|number| u64_at(bytes, number * 8)),
            sp: u64_at(bytes, 248),
            nzcv: u64_at(bytes, 256),
            svcr: u64_at(bytes, 264),
            predicates: std::array::from_fn(|number| u32_at(bytes, 384 + number * 4)),
            ffr: u32_at(bytes, 448),
            vectors: std::array::from_fn(|number| array_at(bytes, 512 + number * VECTOR)),
            za: array_at(bytes, 1536),
            zt0: array_at(bytes, 2560),
        }
    }
}

impl Case {
    fn write(&self, features: u64) -> [u8; CASE_SIZE] {
        let mut bytes = [0; CASE_SIZE];
        self.state.write(&mut bytes);
        put(&mut bytes, 280, &self.pc.to_le_bytes());
        put(&mut bytes, 288, &self.inside.to_le_bytes());
        put(&mut bytes, 292, &self.outside.to_le_bytes());
        put(&mut bytes, 296, &self.range.0.to_le_bytes());
        put(&mut bytes, 300, &self.range.1.to_le_bytes());
        put(&mut bytes, 304, &self.monitor.0.to_le_bytes());
        put(&mut bytes, 312, &self.monitor.1.to_le_bytes());
        put(&mut bytes, 328, &features.to_le_bytes());
        bytes
    }
}

fn put(bytes: &mut [u8], at: usize, value: &[u8]) {
    bytes[at..at + value.len()].copy_from_slice(value);
}

fn array_at<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    let mut array = [0; N];
    array.copy_from_slice(&bytes[at..at + N]);
    array
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(array_at(bytes, at))
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(array_at(bytes, at))
}

/// A processor that QEMU knows, and what of it the harness uses.
#[derive(Clone, Copy, Debug)]
pub(super) struct Processor {
    pub(super) name: &'static str,
    /// Bit 0: SVE, 1: SME, 2: SME2, 3: FPMR.
    pub(super) features: u64,
}

/// Everything that QEMU has.
pub(super) const MAX: Processor = Processor {
    name: "max,sve-default-vector-length=32,sme-default-vector-length=32",
    features: 0b1111,
};

/// QEMU with the harness.
pub(super) struct Machine {
    qemu: PathBuf,
    program: Program,
    /// The bytes that the window may have, [`WINDOW_SIZE`] each; no byte is that of another one.
    pub(super) patterns: [Vec<u8>; PATTERNS],
}

impl Machine {
    /// Assembles the harness.
    ///
    /// # Errors
    /// When LLVM's tools are missing.
    pub(super) fn new(qemu: &Path, patterns: [Vec<u8>; PATTERNS]) -> Result<Self, Fault> {
        Ok(Self {
            qemu: qemu.to_owned(),
            program: Program::assemble()?,
            patterns,
        })
    }

    /// What QEMU says it is.
    ///
    /// # Errors
    /// When it cannot be started.
    pub(super) fn version(&self) -> Result<String, Fault> {
        let output = Command::new(&self.qemu)
            .arg("--version")
            .output()
            .map_err(|error| Fault::file(&self.qemu, &error))?;
        let text = String::from_utf8_lossy(&output.stdout);
        Ok(text.lines().next().unwrap_or_default().to_owned())
    }

    /// Runs cases in their order; `words` are placed before the first.
    ///
    /// # Errors
    /// When QEMU cannot be started, or does not answer every case.
    pub(super) fn run(
        &self,
        processor: Processor,
        words: &[(u64, u32)],
        cases: &[Case],
    ) -> Result<Vec<Answer>, Fault> {
        let mut child = Command::new(&self.qemu)
            // The keys that sign pointers are those of the seed.
            .args(["-seed", "1", "-cpu", processor.name])
            .arg(self.program.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| Fault::file(&self.qemu, &error))?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(Fault::new("QEMU has no standard input or output"));
        };
        let answers = thread::scope(|scope| {
            let writer = scope.spawn(move || -> std::io::Result<()> {
                let mut input = BufWriter::with_capacity(1 << 16, input);
                for pattern in &self.patterns {
                    input.write_all(pattern)?;
                }
                input.write_all(&(words.len() as u64).to_le_bytes())?;
                for (pc, word) in words {
                    input.write_all(&pc.to_le_bytes())?;
                    input.write_all(&u64::from(*word).to_le_bytes())?;
                }
                for case in cases {
                    input.write_all(&case.write(processor.features))?;
                }
                input.flush()
            });
            let mut output = BufReader::with_capacity(1 << 16, output);
            let mut answers = Vec::with_capacity(cases.len());
            for _ in cases {
                let Ok(answer) = answer(&mut output) else {
                    break;
                };
                answers.push(answer);
            }
            // A writer that fails has lost its reader, which the count of answers tells.
            let _ = writer.join();
            answers
        });
        let status = child.wait()?;
        match cases.get(answers.len()) {
            None => Ok(answers),
            Some(case) => {
                let word = words.iter().find(|(pc, _)| *pc == case.pc);
                Err(Fault::new(format!(
                    "QEMU ended with {status} at the word {:08x}",
                    word.map_or(0, |(_, word)| *word)
                )))
            }
        }
    }
}

fn answer(output: &mut impl Read) -> std::io::Result<Answer> {
    let mut bytes = [0; CASE_SIZE];
    output.read_exact(&mut bytes)?;
    let (from, to) = (u32_at(&bytes, 296) as usize, u32_at(&bytes, 300) as usize);
    let mut changed = vec![0; to.saturating_sub(from)];
    output.read_exact(&mut changed)?;
    Ok(Answer {
        state: State::read(&bytes),
        signal: u32_at(&bytes, 288),
        pc: u64_at(&bytes, 280),
        fault: u64_at(&bytes, 304),
        changed: (from, changed),
    })
}
