//! Stubs and slots: what of an image stands for what another one defines.
use core::ops::ControlFlow;

use macho_core::{IndirectSymbol, LoadCommandKind, MachO, Mechanism, Name, Section, SectionType};

use super::budget::Budget;
use super::names::Rank;
use crate::error::Error;
use crate::images::Images;

/// A stub or a slot.
pub(super) struct Import {
    pub(super) vmaddr: u64,
    pub(super) rank: Rank,
    /// Where in the image's file the import's name is.
    pub(super) name: u32,
}

/// All stubs and slots, with the numbers of their images.
pub(super) fn each(images: Images<'_, '_>, mut each: impl FnMut(usize, Result<Import, Error>)) {
    let mut budget = Budget::new(images);
    for (number, macho) in images.machos() {
        let found = of_image(&macho, &mut budget, |import| each(number, Ok(import)));
        if let Err(error) = found {
            each(number, Err(error));
        }
    }
}

/// The stubs and slots of one image.
pub(super) fn of_image(
    macho: &MachO<'_>,
    budget: &mut Budget,
    mut each: impl FnMut(Import),
) -> Result<(), Error> {
    let indirect = indirect(macho, budget, &mut each);
    bound(macho, budget, &mut each).and(indirect)
}

/// Where in the file a name is; `None` past 4 GiB.
fn place(macho: &MachO<'_>, name: Name<'_>) -> Option<u32> {
    let start = macho.file().as_ptr().addr();
    let into = name.as_bytes().as_ptr().addr().checked_sub(start)?;
    u32::try_from(into).ok().filter(|_| !name.is_empty())
}

/// The section's items and the first of its slots of the indirect symbol table (`reserved1`), by
/// `mach-o/loader.h`: stubs of `reserved2` bytes, or pointers.
fn items(section: &Section<'_>) -> Option<(Rank, u64, u32)> {
    let (rank, size) = match section.kind() {
        SectionType::S_SYMBOL_STUBS => (Rank::Stub, u64::from(section.raw().reserved2.get())),
        SectionType::S_NON_LAZY_SYMBOL_POINTERS | SectionType::S_LAZY_SYMBOL_POINTERS => {
            (Rank::Slot, 8)
        }
        _ => return None,
    };
    (size != 0).then_some((rank, size, section.raw().reserved1.get()))
}

/// What the indirect symbol table says.
fn indirect(
    macho: &MachO<'_>,
    budget: &mut Budget,
    each: &mut impl FnMut(Import),
) -> Result<(), Error> {
    let table = macho.indirect_symbols()?;
    if table.is_empty() {
        return Ok(());
    }
    let symbols = macho.symbol_table()?;
    for section in macho.sections() {
        let Some((rank, size, first)) = items(&section) else {
            continue;
        };
        let count = section.size().checked_div(size).unwrap_or(0);
        for (item, slot) in (0..count).zip(first..u32::MAX) {
            let Some(indirect) = table.get(slot) else {
                break;
            };
            budget.take(4, macho)?;
            let IndirectSymbol::Index(index) = indirect else {
                continue;
            };
            let name = symbols
                .get(index)
                .and_then(|symbol| symbol.name_prefix(1).ok());
            let vmaddr = section
                .vmaddr()
                .get()
                .checked_add(item.saturating_mul(size));
            if let (Some(name), Some(vmaddr)) = (name.and_then(|name| place(macho, name)), vmaddr) {
                each(Import { vmaddr, rank, name });
            }
        }
    }
    Ok(())
}

/// Whether the fixups may have a bind: most images of a collection have none, and a million rebases
/// need not be walked for that.
fn may_bind(macho: &MachO<'_>) -> bool {
    let has_imports = matches!(
        macho.chained_fixups(),
        Ok(Some(chained)) if chained.imports().next().is_some()
    );
    let kinds = [
        LoadCommandKind::LC_DYLD_INFO,
        LoadCommandKind::LC_DYLD_INFO_ONLY,
    ];
    has_imports
        || kinds.iter().any(|kind| macho.find_command(*kind).is_some())
        || macho.header().cputype.0 == 0x0100_0007
}

/// What binds say. A damaged mechanism is not reported here: whoever asks for fixups is told.
fn bound(
    macho: &MachO<'_>,
    budget: &mut Budget,
    each: &mut impl FnMut(Import),
) -> Result<(), Error> {
    if macho.layout().has_fixups_applied() || !may_bind(macho) {
        return Ok(());
    }
    let fixups = macho.fixups();
    let walk = fixups.try_for_each(|slot| {
        let Ok(slot) = slot else {
            return ControlFlow::Continue(());
        };
        if let Err(error) = budget.take(slot.size(), macho) {
            return ControlFlow::Break(error);
        }
        // A thread's import costs a pass over the opcodes.
        if slot.mechanism() == Mechanism::ThreadedBind {
            return ControlFlow::Continue(());
        }
        // Only where the name is: slots may share one that is as long as the file.
        let import = fixups.import_prefix(&slot, 1).ok().flatten();
        if let Some(name) = import.and_then(|import| place(macho, import.name)) {
            each(Import {
                vmaddr: slot.vmaddr.get(),
                rank: Rank::Slot,
                name,
            });
        }
        ControlFlow::Continue(())
    });
    match walk {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(error) => Err(error),
    }
}
