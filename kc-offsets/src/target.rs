//! Where the pointers of an image point, unslid.
use macho_core::{Fixup, MachO, PointerFormat, Slot, Target, VmAddr};

/// Where the rebases of one image point, as far as its own file says.
///
/// Of a kernel collection's levels a file knows its own: level 0 is the primary collection, which is the one that
/// starts to run; the pageable and the auxiliary one have others.
#[derive(Clone, Copy, Debug)]
pub struct RebaseTargets {
    /// vmaddr of the header.
    base: Option<VmAddr>,
    /// The lowest vmaddr, from which a collection's own level counts.
    lowest: Option<VmAddr>,
    /// Whether the image starts to run: then it is the primary collection, level 0.
    is_primary: bool,
}

impl RebaseTargets {
    /// Looks at the load commands of `image`.
    pub fn new(image: &MachO<'_>) -> Self {
        Self {
            base: image.base(),
            lowest: image.segments().map(|segment| segment.vmaddr()).min(),
            is_primary: matches!(image.thread_state(), Ok(Some(_))),
        }
    }

    /// The vmaddr of a target in a slot of `format` (`None` outside of chains); `None` where it lies in another file, or where the file
    /// does not tell the base.
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
            Target::Cache { level, offset } => {
                let own = self.is_primary == (level == 0);
                (self.lowest.filter(|_| own)?, offset.get())
            }
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
