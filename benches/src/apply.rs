//! Applying the fixups of a collection to its loaded memory, against walking them.

use std::cell::RefCell;
use std::hint::black_box;
use std::ops::ControlFlow;

use kc_offsets::{Bases, KernelCache, LoadPlan};
use macho_core::{PhysAddr, Slide};
use testkit::kernelcache::large::Size;

use crate::fixups::{collection, weight};
use crate::measure::{Case, Goal, Group};

const SLIDE: Slide = Slide::new(0x1dc0_0000);

fn plan(file: &[u8]) -> Result<LoadPlan<'_>, kc_offsets::Error> {
    LoadPlan::new(
        &KernelCache::parse(file)?,
        PhysAddr::new(0x8_0000_0000),
        SLIDE,
    )
}

thread_local! {
    /// The loaded image: each case writes to it, and none changes what the next one does.
    static MEMORY: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// The memory, loaded once.
fn with_memory<R>(run: impl FnOnce(&mut [u8]) -> R) -> R {
    MEMORY.with_borrow_mut(|memory| {
        if memory.is_empty() {
            if let Ok(plan) = plan(&collection().bytes) {
                memory.resize(usize::try_from(plan.size()).unwrap_or(0), 0);
                let _ = plan.load_into(memory);
            }
        }
        run(memory)
    })
}

/// Every case counts the slots.
#[must_use]
pub fn groups() -> Vec<Group> {
    vec![Group {
        key: "apply",
        title: format!("{} fixups of a collection, applied", Size::MAC.fixups),
        item: "slot",
        items: Size::MAC.fixups as u64,
        same_answer: true,
        cases: vec![
            Case::ours("LoadPlan::apply_fixups", || {
                with_memory(|memory| {
                    let plan = plan(black_box(&collection().bytes));
                    plan.and_then(|plan| plan.apply_fixups(memory, &Bases::PRIMARY))
                        .unwrap_or_default()
                })
            }),
            Case::ours("Fixups::try_for_each, decoded", || {
                walk(&collection().bytes)
            }),
        ],
        goals: vec![Goal::Times {
            ours: "LoadPlan::apply_fixups",
            against: "Fixups::try_for_each, decoded",
            times: 0.5,
        }],
    }]
}

/// What `fixups` measures, and the number of slots.
fn walk(file: &[u8]) -> u64 {
    let Ok(cache) = KernelCache::parse(black_box(file)) else {
        return 0;
    };
    let (mut slots, mut sum) = (0, 0_u64);
    let walked: ControlFlow<()> = cache.image().fixups().try_for_each(|slot| {
        if let Ok(slot) = slot {
            sum = sum.wrapping_add(weight(&slot));
            slots += 1;
        }
        ControlFlow::Continue(())
    });
    let _ = black_box((walked, sum));
    slots
}
