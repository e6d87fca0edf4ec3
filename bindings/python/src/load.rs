//! `Loaded`: memory as a loader leaves it.
use std::sync::Arc;

use kc_offsets::{Bases, LoadPlan};
use macho_core::{PhysAddr, Slide, VmAddr};
use pyo3::exceptions::PyMemoryError;
use pyo3::prelude::*;
use pyo3::types::PyByteArray;

use crate::error::Failure;
use crate::owned::Opened;
use crate::text;

/// A loaded image.
#[pyclass(frozen, module = "kernelcache")]
pub(crate) struct Loaded {
    /// The memory: its first byte lies at `phys_base`.
    #[pyo3(get)]
    memory: Py<PyByteArray>,
    /// Physical address of the first byte.
    #[pyo3(get)]
    phys_base: u64,
    /// Physical address of the first instruction; None if no load command says.
    #[pyo3(get)]
    entry: Option<u64>,
    /// Unslid address of the first byte.
    #[pyo3(get)]
    address: u64,
    /// How many bytes later than linked everything runs.
    #[pyo3(get)]
    slide: u64,
    /// How many fixups were applied.
    #[pyo3(get)]
    fixups: u64,
}

#[pymethods]
impl Loaded {
    fn __repr__(&self) -> String {
        let entry = self
            .entry
            .map_or_else(String::new, |entry| format!(" entry={entry:#x}"));
        format!("<Loaded phys_base={:#x}{entry}>", self.phys_base)
    }
}

/// How to load.
pub(crate) struct How<'py> {
    pub(crate) phys_base: PhysAddr,
    pub(crate) slide: Slide,
    pub(crate) fixups: bool,
    pub(crate) rewrite: Option<Bound<'py, PyAny>>,
    pub(crate) segments: Vec<String>,
}

pub(crate) fn load(py: Python<'_>, opened: &Arc<Opened>, how: How<'_>) -> PyResult<Loaded> {
    let cache = opened.cache();
    let plan = LoadPlan::new(&cache, how.phys_base, how.slide).map_err(Failure::from)?;
    let entry = plan.entry_point().map_err(Failure::from)?;
    let size = usize::try_from(plan.size());
    let size = size.map_err(|_| PyMemoryError::new_err("the image is larger than memory"))?;
    let mut fixups = 0;
    let memory = PyByteArray::new_with(py, size, |memory| {
        if let Some(rewrite) = &how.rewrite {
            rewritten(&plan, memory, rewrite, &how.segments)?;
        } else {
            py.detach(|| plan.load_into(memory))
                .map_err(Failure::from)?;
        }
        if how.fixups {
            fixups = py
                .detach(|| plan.apply_fixups(memory, &Bases::PRIMARY))
                .map_err(Failure::from)?;
        } else {
            plan.slide_static_kernel(memory).map_err(Failure::from)?;
        }
        Ok(())
    })?;
    Ok(Loaded {
        memory: memory.unbind(),
        phys_base: how.phys_base.get(),
        entry: entry.map(PhysAddr::get),
        address: plan.lowest().get(),
        slide: how.slide.get(),
        fixups,
    })
}

/// Loads, and asks `rewrite` about each word of the chosen segments.
fn rewritten(
    plan: &LoadPlan<'_>,
    memory: &mut [u8],
    rewrite: &Bound<'_, PyAny>,
    segments: &[String],
) -> PyResult<()> {
    let mut raised = None;
    let select = |segment: &macho_core::Segment<'_>| {
        let name = text::name(segment.name().as_bytes());
        segments.contains(&name)
    };
    let ask = |vmaddr: VmAddr, word: u32| -> u32 {
        if raised.is_some() {
            return word;
        }
        let answer = rewrite.call1((vmaddr.get(), word));
        match answer.and_then(|answer| answer.extract()) {
            Ok(word) => word,
            Err(error) => {
                raised = Some(error);
                word
            }
        }
    };
    plan.load_with(memory, select, ask).map_err(Failure::from)?;
    raised.map_or(Ok(()), Err)
}
