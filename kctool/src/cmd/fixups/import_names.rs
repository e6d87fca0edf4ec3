//! Where slots point, as far as one file says.
use std::cell::OnceCell;

use kc_offsets::RebaseTargets;
use macho_core::{Error, Fixup, Fixups, Import, Mechanism, PointerFormat, Slot, Target, VmAddr};
use serde_json::Value;

use crate::json::{hex, hex_or_null};
use crate::printable::{MOST_NAME, NameLimit};

/// Turns targets into addresses and names.
pub(super) struct ImportNames<'a> {
    fixups: Fixups<'a>,
    rebases: RebaseTargets,
    /// Those of threads, from the first such slot on.
    of_threads: OnceCell<Vec<Result<Import<'a>, Error>>>,
}

impl<'a> ImportNames<'a> {
    pub(super) const fn new(fixups: &Fixups<'a>, rebases: RebaseTargets) -> Self {
        Self {
            fixups: *fixups,
            rebases,
            of_threads: OnceCell::new(),
        }
    }

    /// The import of a bind, with as much of its name as is printed.
    fn import(&self, slot: &Slot, ordinal: u32) -> Result<Option<Import<'a>>, Error> {
        if slot.mechanism() != Mechanism::ThreadedBind {
            return self.fixups.import_prefix(slot, MOST_NAME + 1);
        }
        let imports = self.of_threads.get_or_init(|| {
            let imports = self.fixups.thread_imports(MOST_NAME + 1);
            // A slot of a thread has 16 bits for the number.
            imports.take(1 << 16).collect()
        });
        usize::try_from(ordinal)
            .ok()
            .and_then(|ordinal| imports.get(ordinal).copied())
            .transpose()
    }

    /// The vmaddr of a target; `None` where it lies in another file.
    fn vmaddr(&self, format: Option<PointerFormat>, target: Target) -> Option<u64> {
        self.rebases.vmaddr(format, target).map(VmAddr::get)
    }

    /// A target for people.
    pub(super) fn text(&self, slot: &Slot, names: &mut NameLimit) -> String {
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
                    other => format!("{other:?}"),
                }
            }
            Fixup::Bind {
                ordinal, addend, ..
            } => {
                let (name, own) = match self.import(slot, ordinal) {
                    Ok(Some(import)) => (
                        names.shown(import.name.as_bytes()).to_string(),
                        import.addend,
                    ),
                    Ok(None) => (format!("import {ordinal}"), 0),
                    Err(error) => (format!("import {ordinal} ({error})"), 0),
                };
                let addend = addend.wrapping_add(own);
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
    pub(super) fn describe(&self, slot: &Slot, names: &mut NameLimit, object: &mut Value) {
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
                    _ => return,
                };
                if vmaddr.is_none() {
                    object["target_offset"] = hex(offset);
                }
            }
            Fixup::Bind {
                ordinal, addend, ..
            } => {
                let mut addend = addend;
                if let Ok(Some(import)) = self.import(slot, ordinal) {
                    object["target"] = names.shown(import.name.as_bytes()).to_string().into();
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
