//! What code refers to an address.
use core::fmt;
use core::iter::FusedIterator;

use aarch64_decode::{ReferenceKind, Referrers};
use macho_core::{FileOffset, VmAddr};

use super::regions::{CodeRegions, Region};

/// Addresses from `first` to `last`, inclusive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct AddressRange {
    /// The lowest.
    pub first: VmAddr,
    /// The highest.
    pub last: VmAddr,
}

impl AddressRange {
    /// One address.
    pub const fn address(vmaddr: VmAddr) -> Self {
        Self {
            first: vmaddr,
            last: vmaddr,
        }
    }

    /// `len` bytes from `vmaddr`, at least 1; the range ends at 2^64.
    pub const fn new(vmaddr: VmAddr, len: u64) -> Self {
        Self {
            first: vmaddr,
            last: VmAddr::new(vmaddr.get().saturating_add(len.saturating_sub(1))),
        }
    }

    /// Whether the address is in the range.
    #[must_use]
    pub const fn contains(self, vmaddr: VmAddr) -> bool {
        self.first.get() <= vmaddr.get() && vmaddr.get() <= self.last.get()
    }
}

/// The addresses that a search is about.
#[derive(Clone, Copy)]
pub struct Wanted<'a> {
    whole: AddressRange,
    /// Those that count, where not all of `whole` do.
    some: Option<&'a [AddressRange]>,
}

impl fmt::Debug for Wanted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wanted")
            .field("whole", &self.whole)
            .field("ranges", &self.some.map(<[_]>::len))
            .finish()
    }
}

impl From<AddressRange> for Wanted<'_> {
    fn from(whole: AddressRange) -> Self {
        Self { whole, some: None }
    }
}

impl<'a> Wanted<'a> {
    /// The addresses of any of the ranges, which must be in ascending order and share no address; of others, some references may be
    /// missed. `None` without a range.
    ///
    /// Code near to and between the ranges costs more than other code; a range more costs hardly anything.
    pub const fn any(ranges: &'a [AddressRange]) -> Option<Self> {
        let (Some(first), Some(last)) = (ranges.first(), ranges.last()) else {
            return None;
        };
        Some(Self {
            whole: AddressRange {
                first: first.first,
                last: last.last,
            },
            some: Some(ranges),
        })
    }

    /// Whether the address counts.
    #[inline]
    #[must_use]
    pub fn contains(&self, vmaddr: VmAddr) -> bool {
        if !self.whole.contains(vmaddr) {
            return false;
        }
        let Some(ranges) = self.some else {
            return true;
        };
        let after = ranges.partition_point(|range| range.first <= vmaddr);
        let before = after.checked_sub(1).and_then(|index| ranges.get(index));
        before.is_some_and(|range| range.contains(vmaddr))
    }
}

/// An instruction that refers to an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[must_use]
pub struct CodeXref {
    /// Where the instruction is.
    pub vmaddr: VmAddr,
    /// Where it lies, from the start of the outermost file.
    pub file_offset: FileOffset,
    /// What it refers to.
    pub target: VmAddr,
    /// How.
    pub kind: ReferenceKind,
    /// Where its pair began: the `adrp` or `adr` that a register had its address from.
    pub origin: Option<VmAddr>,
}

/// The instructions that refer to one of some addresses, region by region and ascending in each.
///
/// What counts as a reference, and what it costs, is said at [`Referrers`].
///
/// ```no_run
/// # fn print(image: macho_core::MachO<'_>, string: macho_core::VmAddr) {
/// use kc_offsets::code::{AddressRange, CodeXrefs, code_regions};
///
/// for xref in CodeXrefs::new(code_regions(&image), AddressRange::address(string)) {
///     # let _ =
///     (xref.vmaddr, xref.kind, xref.origin);
/// }
/// # }
/// ```
#[derive(Clone)]
#[must_use]
pub struct CodeXrefs<'a> {
    regions: CodeRegions<'a>,
    current: Option<(Region<'a>, Referrers<'a>)>,
    wanted: Wanted<'a>,
    addresses: bool,
    branches: bool,
}

impl fmt::Debug for CodeXrefs<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CodeXrefs")
            .field("wanted", &self.wanted)
            .field("region", &self.current.as_ref().map(|(region, _)| region))
            .field("addresses", &self.addresses)
            .field("branches", &self.branches)
            .finish_non_exhaustive()
    }
}

impl<'a> CodeXrefs<'a> {
    /// What refers to an address of `wanted`.
    pub fn new(regions: CodeRegions<'a>, wanted: impl Into<Wanted<'a>>) -> Self {
        Self {
            regions,
            current: None,
            wanted: wanted.into(),
            addresses: true,
            branches: true,
        }
    }

    /// Nothing.
    pub(super) fn none(regions: CodeRegions<'a>) -> Self {
        let zero = AddressRange::address(VmAddr::new(0));
        let mut none = Self::new(regions, zero);
        (none.addresses, none.branches) = (false, false);
        none
    }

    /// The same without branches and calls: only what names an address.
    pub const fn without_branches(mut self) -> Self {
        self.branches = false;
        self
    }

    /// The same with branches and calls alone: the callers of a function.
    pub const fn only_branches(mut self) -> Self {
        self.addresses = false;
        self
    }

    fn referrers(&self, region: &Region<'a>) -> Referrers<'a> {
        let (first, last) = (self.wanted.whole.first.get(), self.wanted.whole.last.get());
        let mut all = Referrers::new(region.bytes, region.vmaddr.get(), first, last);
        if !self.branches {
            all = all.without_branches();
        }
        if !self.addresses {
            all = all.only_branches();
        }
        all
    }
}

impl Iterator for CodeXrefs<'_> {
    type Item = CodeXref;

    fn next(&mut self) -> Option<CodeXref> {
        loop {
            if let Some((region, referrers)) = &mut self.current {
                if let Some(found) = referrers.next() {
                    let target = VmAddr::new(found.address);
                    let into = found.pc.wrapping_sub(region.vmaddr.get());
                    let (vmaddr, file_offset) =
                        region.place(usize::try_from(into).unwrap_or(usize::MAX));
                    if self.wanted.contains(target) {
                        return Some(CodeXref {
                            vmaddr,
                            file_offset,
                            target,
                            kind: found.kind,
                            origin: found.origin.map(VmAddr::new),
                        });
                    }
                    continue;
                }
            }
            let region = self.regions.next()?;
            self.current = Some((region, self.referrers(&region)));
        }
    }
}

impl FusedIterator for CodeXrefs<'_> {}
