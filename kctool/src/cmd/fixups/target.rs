//! Where slots point, as far as one file says.
use macho_core::fixup::{Fixup, Fixups, Slot, Target};
use macho_core::raw::fixup::PointerFormat;
use macho_core::{MachO, VmAddr};
use serde_json::Value;

use crate::failure::Failure;
use crate::json::{hex, hex_or_null, text};

/// Turns targets into addresses and names.
pub(super) struct Targets<'a> {
    fixups: Fixups<'a>,
    /// vmaddr of the header.
    base: Option<VmAddr>,
    /// The lowest vmaddr, from which a collection's own level counts.
    lowest: Option<VmAddr>,
    /// Whether the image starts to run: then it is the primary collection, level 0.
    is_primary: bool,
}

impl<'a> Targets<'a> {
    pub(super) fn new(image: &MachO<'a>) -> Result<Self, Failure> {
        Ok(Self {
            fixups: image.fixups(),
            base: image.base(),
            lowest: image.segments().map(|segment| segment.vmaddr()).min(),
            is_primary: image.thread_state()?.is_some(),
        })
    }

    /// The vmaddr of a target; `None` where it lies in another file.
    fn vmaddr(&self, format: Option<PointerFormat>, target: Target) -> Option<u64> {
        let (base, offset) = match target {
            Target::VmAddr(vmaddr) => return Some(vmaddr.get()),
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
            Target::VmOffset(offset) => (self.base, offset.get()),
            Target::Cache { level, offset } => {
                let own = self.is_primary == (level == 0);
                (self.lowest.filter(|_| own), offset.get())
            }
            Target::Segment { .. } => return None,
        };
        base.map(|base| base.get().wrapping_add(offset))
    }

    /// A target for people.
    pub(super) fn text(&self, slot: &Slot) -> String {
        let format = slot.pointer_format();
        match slot.fixup() {
            Fixup::Rebase { target, .. } => {
                if let Some(vmaddr) = self.vmaddr(format, target) {
                    return format!("{vmaddr:#018x}");
                }
                match target {
                    Target::VmAddr(vmaddr) => vmaddr.to_string(),
                    Target::VmOffset(offset) => format!("base + {offset:#x}"),
                    Target::Cache { level, offset } => {
                        format!("base of level {level} + {offset:#x}")
                    }
                    Target::Segment { index, offset } => format!("segment {index} + {offset:#x}"),
                }
            }
            Fixup::Bind {
                ordinal, addend, ..
            } => {
                let name = match self.fixups.import(slot) {
                    Ok(Some(import)) => import.name.to_string(),
                    Ok(None) => format!("import {ordinal}"),
                    Err(error) => format!("import {ordinal} ({error})"),
                };
                if addend == 0 {
                    name
                } else {
                    format!("{name} {addend:+}")
                }
            }
            Fixup::Value(value) => format!("{value:#x}"),
        }
    }

    /// Sets `target` and `cache_level`, and where `target` does not say all, what the slot says.
    pub(super) fn describe(&self, slot: &Slot, object: &mut Value) {
        let format = slot.pointer_format();
        match slot.fixup() {
            Fixup::Rebase { target, .. } => {
                let vmaddr = self.vmaddr(format, target);
                object["target"] = hex_or_null(vmaddr);
                let offset = match target {
                    Target::VmAddr(vmaddr) => vmaddr.get(),
                    Target::VmOffset(offset) => offset.get(),
                    Target::Cache { level, offset } => {
                        object["cache_level"] = level.into();
                        offset.get()
                    }
                    Target::Segment { index, offset } => {
                        object["target_segment"] = index.into();
                        offset.into()
                    }
                };
                if vmaddr.is_none() {
                    object["target_offset"] = hex(offset);
                }
            }
            Fixup::Bind {
                ordinal, addend, ..
            } => {
                let mut addend = addend;
                if let Ok(Some(import)) = self.fixups.import(slot) {
                    object["target"] = text(import.name);
                    object["library"] = import.lib_ordinal.into();
                    object["weak"] = import.weak.into();
                    addend = addend.wrapping_add(import.addend);
                }
                object["ordinal"] = ordinal.into();
                object["addend"] = addend.into();
            }
            Fixup::Value(value) => object["target"] = hex(value),
        }
    }
}
