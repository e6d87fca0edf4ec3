//! `Fixup`: a word that a loader rewrites.
use std::sync::Arc;

use kc_offsets::RebaseTargets;
use macho_core::{Fixup as Decoded, Fixups as Table, Slot};
use pyo3::prelude::*;

use crate::error::Failure;
use crate::owned::{Opened, Walk};
use crate::text;

/// A word that a loader rewrites.
#[pyclass(frozen, module = "kernelcache")]
pub(crate) struct Fixup {
    /// Unslid address of the slot.
    #[pyo3(get)]
    address: u64,
    /// Where the slot lies, from the start of the Mach-O file.
    #[pyo3(get)]
    file_offset: u64,
    /// The slot as it stands.
    #[pyo3(get)]
    raw: u64,
    /// "rebase", "bind" or "value".
    #[pyo3(get)]
    kind: &'static str,
    /// Unslid address that a rebase points to; None of a bind, and if nobody knows the base.
    #[pyo3(get)]
    target: Option<u64>,
    /// The symbol of a bind.
    #[pyo3(get)]
    symbol: Option<String>,
    /// What a bind adds to the symbol's address.
    #[pyo3(get)]
    addend: Option<i64>,
    /// The key that the pointer is signed with, "IA", "IB", "DA" or "DB"; None of a plain one.
    #[pyo3(get)]
    key: Option<&'static str>,
    /// The 16 bits that go into the signature.
    #[pyo3(get)]
    diversity: Option<u16>,
    /// Whether the slot's address goes into the signature.
    #[pyo3(get)]
    address_diversity: Option<bool>,
    /// What in the file says that the word is a slot, such as "chained".
    #[pyo3(get)]
    mechanism: &'static str,
}

impl Fixup {
    fn new(slot: &Slot, table: &Table<'_>, targets: &RebaseTargets) -> Self {
        let fixup = slot.fixup();
        let (kind, auth) = match fixup {
            Decoded::Rebase { auth, .. } => ("rebase", auth),
            Decoded::Bind { auth, .. } => ("bind", auth),
            Decoded::Value(_) => ("value", None),
        };
        let import = match kind {
            "bind" => table.import(slot).ok().flatten(),
            _ => None,
        };
        let addend = match fixup {
            Decoded::Bind { addend, .. } => {
                Some(addend.wrapping_add(import.map_or(0, |import| import.addend)))
            }
            _ => None,
        };
        Self {
            address: slot.vmaddr.get(),
            file_offset: slot.file_offset.get(),
            raw: slot.raw,
            kind,
            target: targets.of_slot(slot).map(macho_core::VmAddr::get),
            symbol: import.map(|import| text::name(import.name.as_bytes())),
            addend,
            key: auth.map(|auth| auth.key.name()),
            diversity: auth.map(|auth| auth.diversity),
            address_diversity: auth.map(|auth| auth.address_diversity),
            mechanism: slot.mechanism().name(),
        }
    }
}

#[pymethods]
impl Fixup {
    fn __repr__(&self) -> String {
        let what = match (self.target, &self.symbol) {
            (Some(target), _) => format!("-> {target:#x}"),
            (None, Some(symbol)) => format!("-> {symbol}"),
            (None, None) => format!("{:#x}", self.raw),
        };
        format!("<Fixup {:#x} {} {what}>", self.address, self.kind)
    }
}

/// An iterator of [`Fixup`]; damage raises KernelcacheError and ends it.
#[pyclass(frozen, module = "kernelcache")]
pub(crate) struct Fixups(Walk<Result<Fixup, Failure>>);

impl Fixups {
    /// The fixups of all images of a file.
    pub(crate) fn new(owner: &Arc<Opened>) -> Result<Self, Failure> {
        Ok(Self(Walk::new(owner, |opened| {
            let tables = opened.cache().fixups();
            let items = tables.flat_map(|of| {
                let (damage, of) = match of {
                    Ok(of) => (None, Some(of)),
                    Err(error) => (Some(Err(error.into())), None),
                };
                let slots = of.into_iter().flat_map(|of| {
                    of.fixups.slots().map(move |slot| match slot {
                        Ok(slot) => Ok(Fixup::new(&slot, &of.fixups, &of.targets)),
                        Err(error) => Err(Failure::from(error)),
                    })
                });
                damage.into_iter().chain(slots)
            });
            Ok::<_, Failure>(Box::new(items))
        })?))
    }
}

#[pymethods]
impl Fixups {
    fn __iter__(this: Bound<'_, Self>) -> Bound<'_, Self> {
        this
    }

    fn __next__(&self) -> PyResult<Option<Fixup>> {
        Ok(self.0.next().transpose()?)
    }
}
