//! Slow and obvious models of `kc load` and `kc rebase`, over what the builder of a collection
//! says.

use std::fs;
use std::path::{Path, PathBuf};

use crate::fault::{Fault, Outcome};
use crate::table::{Row, Truth};
use crate::tool::{kc, output};

#[path = "../../../../kc-offsets/tests/support/xnu.rs"]
#[expect(dead_code, reason = "no static kernel is asked for here")]
mod xnu;

/// Where the memory begins.
const PHYS: u64 = 0x8_0000_0000;
/// How far the memory is from where the file was linked.
const SLIDE: u64 = 0x1dc_0000;

/// `kc load` against the model: each segment's bytes, one by one; then what XNU makes of them when
/// it starts; then, with `--apply-fixups`, each slot's pointer, of which XNU dies. Counts the
/// bytes.
///
/// # Errors
/// The first byte that differs.
pub(crate) fn loaded(file: &Path, truth: &Truth) -> Outcome<u64> {
    let bytes = fs::read(file)?;
    let segments = truth.outer_segments().map(Segment::new);
    let segments = segments.collect::<Outcome<Vec<Segment>>>()?;
    let lowest = segments.iter().map(|segment| segment.vmaddr).min();
    let lowest = lowest.ok_or_else(|| Fault::new("a truth without segments"))?;
    let end = segments
        .iter()
        .map(|segment| segment.vmaddr + segment.vmsize)
        .max();
    let mut memory = vec![0; index(end.unwrap_or(lowest) - lowest)?];
    for segment in &segments {
        for at in 0..segment.vmsize.min(segment.filesize) {
            let from = index(segment.file_offset + at)?;
            memory[index(segment.vmaddr - lowest + at)?] = bytes[from];
        }
    }
    let loaded = load(file, None)?;
    same("kc load", &loaded, &memory)?;
    let mut started = loaded;
    let slots = start(&mut started, lowest, truth)?;
    for fixup in &truth.fixups {
        if fixup[4] != "0" {
            return Err(Fault::new("the model knows one collection"));
        }
        let at = index(number(&fixup[0])? - lowest)?;
        let pointer = number(&fixup[3])?.wrapping_add(SLIDE);
        memory[at..at + 8].copy_from_slice(&pointer.to_le_bytes());
    }
    same("XNU over kc load", &started, &memory)?;
    if slots != truth.fixups.len() as u64 {
        return Err(Fault::new(format!("XNU finds {slots} slots")));
    }
    let mut applied = load(file, Some("--apply-fixups"))?;
    same("kc load --apply-fixups", &applied, &memory)?;
    if start(&mut applied, lowest, truth).is_ok() {
        return Err(Fault::new("XNU takes applied fixups for its own"));
    }
    Ok(3 * memory.len() as u64)
}

/// The memory that kc writes.
fn load(file: &Path, option: Option<&str>) -> Outcome<Vec<u8>> {
    let out = file.with_extension("memory");
    let (phys, slide) = (PHYS.to_string(), SLIDE.to_string());
    output(
        kc(["load", "--phys-base", &phys, "--slide", &slide])?
            .args(option)
            .arg(file)
            .arg("--output")
            .arg(&out),
    )?;
    let loaded = fs::read(&out)?;
    fs::remove_file(out)?;
    Ok(loaded)
}

/// The kernel makes its pointers right, in memory that starts with the vmaddr `lowest`: how many.
fn start(memory: &mut [u8], lowest: u64, truth: &Truth) -> Outcome<u64> {
    let kernel = truth.entries.first();
    let kernel = kernel.ok_or_else(|| Fault::new("a truth without entries"))?;
    let kernel = number(&kernel[1])?.wrapping_add(SLIDE);
    let mut memory = xnu::Memory {
        bytes: memory,
        base: lowest.wrapping_add(SLIDE),
    };
    xnu::start_of_fileset(&mut memory, kernel, lowest)
        .map_err(|death| Fault::new(format!("XNU dies: {death:?}")))
}

/// A file that kc moved.
pub(crate) struct Rebased {
    pub(crate) path: PathBuf,
    pub(crate) bytes: u64,
}

/// `kc rebase` against the same collection as its builder links it elsewhere, and back again.
///
/// `__PRELINK_INFO` is text, which stays as it is (docs/decisions/0011).
///
/// # Errors
/// The first byte that differs.
pub(crate) fn rebased(
    file: &Path,
    truth: &Truth,
    moved: &Path,
    moved_truth: &Truth,
) -> Outcome<Rebased> {
    let base = |truth: &Truth| {
        let first = truth.outer_segments().next();
        first.map_or(Err(Fault::new("a truth without segments")), |row| {
            Ok(Segment::new(row)?.vmaddr)
        })
    };
    let slide = base(moved_truth)?.wrapping_sub(base(truth)?);
    if slide == 0 {
        return Err(Fault::new("nothing was moved"));
    }
    let bytes = fs::read(file)?;
    let mut expected = fs::read(moved)?;
    if let Some(info) = truth
        .outer_segments()
        .find(|row| row[1] == "__PRELINK_INFO")
    {
        let info = Segment::new(info)?;
        let range = index(info.file_offset)?..index(info.file_offset + info.filesize)?;
        expected[range.clone()].copy_from_slice(&bytes[range]);
    }
    let there = file.with_extension("moved");
    rebase(file, &slide.to_string(), &there)?;
    same("kc rebase", &fs::read(&there)?, &expected)?;
    let back = file.with_extension("back");
    rebase(&there, &format!("-{slide}"), &back)?;
    same("kc rebase and back", &fs::read(&back)?, &bytes)?;
    fs::remove_file(back)?;
    Ok(Rebased {
        path: there,
        bytes: expected.len() as u64,
    })
}

fn rebase(file: &Path, slide: &str, out: &Path) -> Outcome<()> {
    output(
        kc(["rebase", "--slide", slide])?
            .arg(file)
            .arg("--output")
            .arg(out),
    )?;
    Ok(())
}

/// Where a segment lies in memory and in the file.
struct Segment {
    vmaddr: u64,
    vmsize: u64,
    file_offset: u64,
    filesize: u64,
}

impl Segment {
    fn new(row: &Row) -> Outcome<Self> {
        Ok(Self {
            vmaddr: number(&row[2])?,
            vmsize: number(&row[3])?,
            file_offset: number(&row[4])?,
            filesize: number(&row[5])?,
        })
    }
}

fn number(text: &str) -> Outcome<u64> {
    let digits = text.trim_start_matches("0x");
    u64::from_str_radix(digits, 16).map_err(|_| Fault::new(format!("no number: {text}")))
}

fn index(number: u64) -> Outcome<usize> {
    usize::try_from(number).map_err(|_| Fault::new(format!("{number:#x} is too large")))
}

fn same(what: &str, ours: &[u8], model: &[u8]) -> Outcome<()> {
    if ours.len() != model.len() {
        let (ours, model) = (ours.len(), model.len());
        return Err(Fault::new(format!(
            "{what}: {ours} bytes, the model {model}"
        )));
    }
    match ours
        .iter()
        .zip(model)
        .position(|(ours, model)| ours != model)
    {
        None => Ok(()),
        Some(at) => Err(Fault::new(format!(
            "{what}: byte {at:#x} is {:02x}, the model's {:02x}",
            ours[at], model[at]
        ))),
    }
}
