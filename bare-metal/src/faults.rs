//! Steps that a loader does wrongly when it is told to, so that a test sees the payload notice.
//! Without the feature `faults` there are none, and the code that asks is gone.

use kc_offsets::{LoadPlan, Step};
use macho_core::Slide;

use crate::command_line;

/// The faults that the command line asks for: `fault=NAME`.
#[derive(Clone, Copy, Debug)]
pub struct Faults<'a> {
    line: &'a str,
}

impl<'a> Faults<'a> {
    /// Those of a command line.
    pub const fn new(line: &'a str) -> Self {
        Self { line }
    }

    /// Whether the step of this name is to go wrong.
    pub fn has(self, name: &str) -> bool {
        cfg!(feature = "faults") && command_line::value(self.line, "fault") == Some(name)
    }

    /// How far beside the right place an address of this name goes.
    pub fn beside(self, name: &str) -> u64 {
        if self.has(name) { 8 } else { 0 }
    }

    /// The plan that a static kernel is slid by: `fault=slide` gives it another slide.
    pub fn slid<'p>(self, plan: &LoadPlan<'p>) -> LoadPlan<'p> {
        let window = plan.window();
        let half = Slide::new(plan.slide().get() / 2);
        if self.has("slide") {
            LoadPlan::of_image(&plan.image(), window.phys_base, half).unwrap_or(*plan)
        } else {
            *plan
        }
    }

    /// `fault=zero` undoes the zero fill.
    pub fn spoil_zeros(self, plan: &LoadPlan<'_>, memory: &mut [u8]) {
        if !self.has("zero") {
            return;
        }
        for step in plan.steps() {
            if let Step::Zero { vmaddr, len, .. } = step
                && let Some(at) = plan
                    .offset_of(vmaddr)
                    .and_then(|at| usize::try_from(at).ok())
                && let Some(zeros) = memory.get_mut(at..)
            {
                let len = usize::try_from(len).unwrap_or(usize::MAX).min(zeros.len());
                zeros[..len].fill(0xa5);
            }
        }
    }
}
