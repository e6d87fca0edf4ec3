//! Physical addresses of a loaded kernel.
use macho_core::{PhysAddr, SlidVmAddr, Slide, VmAddr};

/// One stretch of physical memory that the boot loader maps at slid addresses: `virtBase` and
/// `physBase` of the boot arguments (XNU `pexpert/pexpert/arm64/boot.h`), as m1n1's `virt_base` and `phys_base`.
///
/// physical = slid vmaddr - virt_base + phys_base. Addresses below a base have no image on the
/// other side, and nothing wraps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct PhysicalWindow {
    /// Slid address of the first byte.
    pub virt_base: SlidVmAddr,
    /// Physical address of the first byte.
    pub phys_base: PhysAddr,
}

impl PhysicalWindow {
    /// The physical address of a slid one; `None` below `virt_base`, or past 2^64.
    #[inline]
    pub const fn phys_of(self, slid: SlidVmAddr) -> Option<PhysAddr> {
        match slid.checked_distance_from(self.virt_base) {
            Some(distance) => self.phys_base.checked_add(distance),
            None => None,
        }
    }

    /// The slid address of a physical one; `None` below `phys_base`, or past 2^64.
    #[inline]
    pub const fn slid_of(self, phys: PhysAddr) -> Option<SlidVmAddr> {
        match phys.checked_distance_from(self.phys_base) {
            Some(distance) => self.virt_base.checked_add(distance),
            None => None,
        }
    }

    /// The physical address of an unslid vmaddr under `slide`.
    #[inline]
    pub const fn phys_of_vmaddr(self, vmaddr: VmAddr, slide: Slide) -> Option<PhysAddr> {
        self.phys_of(slide.apply(vmaddr))
    }

    /// The unslid vmaddr of a physical address under `slide`.
    #[inline]
    pub const fn vmaddr_of(self, phys: PhysAddr, slide: Slide) -> Option<VmAddr> {
        match self.slid_of(phys) {
            Some(slid) => Some(slide.remove(slid)),
            None => None,
        }
    }
}
