//! The memory that `kc load` writes, against a model of what XNU does to it when it starts.
use std::fs;

use testkit::constants::MACOS_BASE;
use testkit::kernelcache::large::{self, Size};

use crate::common::{Files, kc};

#[path = "../../../kc-offsets/tests/support/xnu.rs"]
#[expect(dead_code, reason = "what static kernels do is asked of the library")]
mod xnu;

const SLIDE: u64 = 0x1dc0_0000;

/// What `kc load` writes, started by XNU's rules: how many slots have their targets.
fn started(size: Size, option: &str) -> Result<usize, xnu::Death> {
    let files = Files::new(&format!("loaded{option}"));
    let built = large::collection(size, 1).build();
    files.put("large", &built.bytes);
    let line = format!("load @large --phys-base 0x801004000 --slide {SLIDE} {option} -o @memory");
    let outcome = kc(&files.arguments(&line), &[]);
    assert_eq!(outcome.status, 0, "{}", outcome.stderr);
    let mut memory = fs::read(files.path("memory")).unwrap();
    let mut memory = xnu::Memory {
        bytes: &mut memory,
        base: MACOS_BASE + SLIDE,
    };
    let kernel = built.truth.entries[0].vmaddr + SLIDE;
    let walked = xnu::start_of_fileset(&mut memory, kernel, MACOS_BASE)?;
    let is_right =
        |slot: &&testkit::truth::Fixup| memory.u64(slot.vmaddr + SLIDE) == Ok(slot.target + SLIDE);
    let right = built.truth.fixups.iter().filter(is_right).count();
    assert_eq!(walked, right as u64);
    Ok(right)
}

#[test]
fn the_kernel_makes_its_pointers_right() {
    assert_eq!(started(Size::SMALL, ""), Ok(Size::SMALL.fixups));
}

#[test]
fn the_kernel_dies_where_fixups_were_applied() {
    assert!(started(Size::SMALL, "--apply-fixups").is_err());
}
