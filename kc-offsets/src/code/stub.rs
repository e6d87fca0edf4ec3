//! Stubs: what an image calls others by.
use core::iter::FusedIterator;

use aarch64_decode::{Pattern, Patterns, Reference, References};
use macho_core::VmAddr;

use super::find::{CodeMatch, CodeMatches};
use super::regions::{CodeRegions, Region};
use super::xref::AddressRange;

/// A stub: code that loads a pointer from a slot and jumps there, as in `__stubs`, `__auth_stubs` and `__BRANCH_STUBS`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[must_use]
pub struct Stub {
    /// Its first instruction.
    pub vmaddr: VmAddr,
    /// Bytes of it.
    pub len: u64,
    /// Address of the slot that its pointer is loaded from.
    pub slot: VmAddr,
}

impl Stub {
    /// Its addresses.
    pub const fn range(&self) -> AddressRange {
        AddressRange::new(self.vmaddr, self.len)
    }
}

const ADRP: Pattern = Pattern::new(0x9f00_0000, 0x9000_0000);
const ADD: Pattern = Pattern::new(0xff80_0000, 0x9100_0000);
/// ldr x, [x, #n]
const LDR: Pattern = Pattern::new(0xffc0_0000, 0xf940_0000);
/// br; with a key (braa, brab, braaz, brabz): bits 24 and 11, and 10.
const JUMP: Pattern = Pattern::new(0xfeff_f000, 0xd61f_0000);
const PLAIN: Patterns<3> = Patterns::new([ADRP, LDR, JUMP]);
const SIGNED: Patterns<4> = Patterns::new([ADRP, ADD, LDR, JUMP]);

/// The stubs of some code: `adrp`, `ldr`, `br`, or `adrp`, `add`, `ldr`, `braa`, each with the registers of the one before. First all of
/// three words, then all of four; ascending in each region.
///
/// The code around does not count, so a tail call through a pointer is one too.
#[derive(Clone, Debug)]
#[must_use]
pub struct Stubs<'a> {
    plain: CodeMatches<'a, 3>,
    signed: CodeMatches<'a, 4>,
}

impl<'a> Stubs<'a> {
    /// The stubs in the regions.
    pub fn new(regions: CodeRegions<'a>) -> Self {
        Self {
            plain: CodeMatches::new(regions.clone(), PLAIN),
            signed: CodeMatches::new(regions, SIGNED),
        }
    }
}

/// The stub of the words from there, if their registers fit.
fn stub(region: &Region<'_>, found: CodeMatch, words: u64) -> Option<Stub> {
    let mut references = References::new();
    let mut slot = None;
    let mut loaded = None;
    for index in 0..words {
        let vmaddr = found.vmaddr.checked_add(index.wrapping_mul(4))?;
        let word = region.word(vmaddr)?;
        let reference = references.next(word, vmaddr.get());
        if LDR.matches(word) {
            let Some(Reference::Address(address)) = reference else {
                return None;
            };
            (slot, loaded) = (Some(VmAddr::new(address)), Some(word & 31));
        } else if JUMP.matches(word) && loaded != Some((word >> 5) & 31) {
            return None;
        }
    }
    Some(Stub {
        vmaddr: found.vmaddr,
        len: words.wrapping_mul(4),
        slot: slot?,
    })
}

impl Iterator for Stubs<'_> {
    type Item = Stub;

    fn next(&mut self) -> Option<Stub> {
        while let Some((region, found)) = self.plain.next_in_region() {
            let stub = stub(&region, found, 3);
            if stub.is_some() {
                return stub;
            }
        }
        while let Some((region, found)) = self.signed.next_in_region() {
            let stub = stub(&region, found, 4);
            if stub.is_some() {
                return stub;
            }
        }
        None
    }
}

impl FusedIterator for Stubs<'_> {}
