//! The symbols of several images.
use std::sync::Arc;

use pyo3::prelude::*;

use crate::error::Failure;
use crate::image::{self, Image};
use crate::owned::Opened;
use crate::symbol::{Symbol, Symbols};

/// An iterator of [`Symbol`] over images, one after the other.
#[pyclass(module = "kernelcache")]
pub(crate) struct AllSymbols {
    pub(crate) opened: Arc<Opened>,
    pub(crate) next: usize,
    /// The only image; `None` for all.
    pub(crate) last: Option<usize>,
    pub(crate) current: Option<Symbols>,
    /// Whether only defined ones, and whether those for debuggers too.
    pub(crate) kinds: (bool, bool),
}

#[pymethods]
impl AllSymbols {
    fn __iter__(this: Bound<'_, Self>) -> Bound<'_, Self> {
        this
    }

    fn __next__(&mut self) -> PyResult<Option<Symbol>> {
        loop {
            if let Some(symbol) = self.current.as_ref().and_then(|symbols| symbols.0.next()) {
                return Ok(Some(symbol));
            }
            let images = self.opened.images().map_err(Failure::from)?;
            if self.last.is_some_and(|last| self.next > last) {
                return Ok(None);
            }
            let Some(image) = images.get(self.next) else {
                return Ok(None);
            };
            self.next += 1;
            if self.last.is_none() && image.macho.is_none() {
                continue;
            }
            let name = image.id.map(|id| id.to_string());
            let of = Image::new(&self.opened, self.next - 1)?;
            let of = of.and_then(Image::into_opened);
            let of = of.ok_or_else(|| {
                Failure::new("NoCode", "the image has no code in this file".to_owned())
            })?;
            self.current = Some(image::symbols(&of, name, self.kinds)?);
        }
    }
}
