//! Where the pointers of an image point, unslid.
use macho_core::{Fixup, LoadCommandKind, MachO, PointerFormat, Slot, Target, VmAddr};

use crate::collection::{self, CollectionKind};

/// Where the rebases of one image point, as far as its own file says.
///
/// Of a kernel collection's levels a file knows its own: level 0 is the primary collection, which
/// is the one that starts to run; the pageable and the auxiliary one have others.
#[derive(Clone, Copy, Debug)]
pub struct RebaseTargets {
    /// vmaddr of the header.
    base: Option<VmAddr>,
    /// The lowest vmaddr, from which a collection's own level counts.
    lowest: Option<VmAddr>,
    own: OwnLevel,
}

/// Which level counts from the file's own collection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum OwnLevel {
    One(u8),
    /// Not the primary one's, and the file does not tell which.
    NotPrimary,
}

impl RebaseTargets {
    /// Looks at the load commands of `image`; of a collection without a kernel also at its property
    /// list, which says which collection it is.
    ///
    /// An image inside of a collection does not know where the collection starts: its targets are
    /// [`within`](Self::within) those of the outer image.
    pub fn new(image: &MachO<'_>) -> Self {
        let own = if image.find_command(LoadCommandKind::LC_UNIXTHREAD).is_some() {
            OwnLevel::One(CollectionKind::Primary.level())
        } else {
            let kind = if collection::is_without_kernel(image) {
                collection::kind(image).ok().flatten()
            } else {
                None
            };
            kind.map_or(OwnLevel::NotPrimary, |kind| OwnLevel::One(kind.level()))
        };
        let with_memory = image.segments().filter(|segment| segment.vmsize() != 0);
        Self {
            base: image.base(),
            lowest: with_memory.map(|segment| segment.vmaddr()).min(),
            own,
        }
    }

    /// The targets of `image`, an image inside of a collection that has these: pointers of kernel
    /// collections count from where the collection starts (XNU `osfmk/mach/dyld_kernel_fixups.h`,
    /// `fixup_value`), others from the image's own header.
    #[must_use]
    pub fn within(self, image: &MachO<'_>) -> Self {
        Self {
            base: image.base(),
            ..self
        }
    }

    /// Where the pointers of this cache level count from, if that is the file's own collection.
    #[inline]
    pub fn base_of_level(&self, level: u8) -> Option<VmAddr> {
        let is_own = match self.own {
            OwnLevel::One(own) => own == level,
            OwnLevel::NotPrimary => level != CollectionKind::Primary.level(),
        };
        self.lowest.filter(|_| is_own)
    }

    /// The vmaddr of a target in a slot of `format` (`None` outside of chains); `None` if it lies
    /// in another file, or if the file does not tell the base.
    #[inline]
    pub fn vmaddr(&self, format: Option<PointerFormat>, target: Target) -> Option<VmAddr> {
        let (base, offset) = match target {
            Target::VmAddr(vmaddr) => return Some(vmaddr),
            // These two count from the base of a dyld shared cache.
            Target::VmOffset(_)
                if matches!(
                    format,
                    Some(
                        PointerFormat::DYLD_CHAINED_PTR_32_CACHE
                            | PointerFormat::DYLD_CHAINED_PTR_ARM64E_SHARED_CACHE
                    )
                ) =>
            {
                return None;
            }
            Target::VmOffset(offset) => (self.base?, offset.get()),
            Target::Cache { level, offset } => (self.base_of_level(level)?, offset.get()),
            // `Target::Segment` too: it counts from a segment of the image, which is not at hand.
            _ => return None,
        };
        Some(VmAddr::new(base.get().wrapping_add(offset)))
    }

    /// Where the slot points; `None` of a bind or a value too.
    #[inline]
    pub fn of_slot(&self, slot: &Slot) -> Option<VmAddr> {
        match slot.fixup() {
            Fixup::Rebase { target, .. } => self.vmaddr(slot.pointer_format(), target),
            _ => None,
        }
    }
}
