//! What a load leaves alone, and whose work it is.
use std::collections::BTreeMap;
use std::fmt;

use kc_offsets::{FixedUpBy, KernelCache, LoadPlan, Shape};
use macho_core::{Mechanism, SectionType};
use serde_json::{Value, json};

/// The kernel that is loaded, when it starts to run.
const KERNEL: &str = "kernel";
/// The kernel that runs already.
const RUNNING: &str = "running kernel";
/// No one, unless the user asks for `--apply-fixups`.
const NOBODY: &str = "nobody";
/// Whose work it can be.
pub(super) const WHOSE: [&str; 3] = [KERNEL, RUNNING, NOBODY];

/// Something that a load leaves as the file has it.
pub(super) struct Left {
    /// The name of a mechanism of fixups, or other words.
    pub(super) what: &'static str,
    /// How many slots the mechanism has.
    pub(super) slots: Option<u64>,
    /// Whose work it is.
    pub(super) to: &'static str,
}

impl Left {
    pub(super) fn json(&self) -> Value {
        json!({ "what": self.what, "slots": self.slots, "to": self.to })
    }
}

impl fmt::Display for Left {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.slots {
            Some(slots) => write!(f, "{slots} slots ({})", self.what),
            None => f.write_str(self.what),
        }
    }
}

/// What is left alone. Fixups that cannot be read are damage that is named, and no error: a loader
/// that leaves them alone does not read them.
pub(super) fn left(cache: &KernelCache<'_>, plan: &LoadPlan<'_>, apply: bool) -> Vec<Left> {
    let by = plan.fixed_up_by();
    let whose = match by {
        _ if apply => NOBODY,
        FixedUpBy::Itself | FixedUpBy::LoaderAndItself => KERNEL,
        FixedUpBy::RunningKernel => RUNNING,
        _ => NOBODY,
    };
    let mut left = Vec::new();
    if !apply {
        let (slots, is_damaged) = slots(cache);
        for (mechanism, slots) in slots {
            let is_static = by == FixedUpBy::LoaderAndItself;
            let to = match mechanism {
                Mechanism::LocalRelocations if is_static => continue,
                Mechanism::ThreadStarts => whose,
                _ if is_static => NOBODY,
                _ => whose,
            };
            left.push(Left {
                what: mechanism.name(),
                slots: Some(slots),
                to,
            });
        }
        if is_damaged {
            left.push(Left {
                what: "damaged fixups",
                slots: None,
                to: whose,
            });
        }
    }
    let non_lazy = non_lazy_pointers(plan);
    if apply && by == FixedUpBy::LoaderAndItself && non_lazy != 0 {
        left.push(Left {
            what: "non-lazy pointers",
            slots: Some(non_lazy),
            to: whose,
        });
    }
    let is_collection = cache.shape() == Shape::Fileset;
    if is_collection || (apply && by == FixedUpBy::LoaderAndItself) {
        left.extend(["load commands", "symbols"].map(|what| Left {
            what,
            slots: None,
            to: whose,
        }));
    }
    left
}

/// How many slots each mechanism has, in the kexts that have chains of their own too, and whether
/// some cannot be read.
fn slots(cache: &KernelCache<'_>) -> (BTreeMap<Mechanism, u64>, bool) {
    let mut slots = BTreeMap::new();
    let mut is_damaged = false;
    for image in cache.fixups() {
        let Ok(image) = image else {
            is_damaged = true;
            continue;
        };
        for item in image.fixups.slots() {
            match item {
                Ok(slot) => *slots.entry(slot.mechanism()).or_default() += 1,
                Err(_) => is_damaged = true,
            }
        }
    }
    (slots, is_damaged)
}

/// Words of sections that a loader slides by their type. No fixup says that they are pointers.
fn non_lazy_pointers(plan: &LoadPlan<'_>) -> u64 {
    let sections = plan.image().sections();
    let sections =
        sections.filter(|section| section.kind() == SectionType::S_NON_LAZY_SYMBOL_POINTERS);
    sections.fold(0, |sum: u64, section| {
        sum.saturating_add(section.size() / 8)
    })
}
