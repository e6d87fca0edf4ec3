//! What the kexts of a property list add to the entries of a fileset.
use super::cell::{ByAddress, ById, CellKey, ImageCell, Sorted, cell};

/// Merges the kexts, from cell `entries` on, into the entries before, and returns how many cells
/// are left: an entry has the version and the size of the kext with its address, or else of the one
/// with its id.
pub(super) fn merge(cells: &mut [ImageCell<'_>], entries: usize) -> usize {
    if entries > 1 {
        by_address(cells, entries);
        by_id(cells, entries);
    }
    let mut count = entries.min(cells.len());
    for number in entries..cells.len() {
        let Some(kext) = cells.get(number).copied() else {
            break;
        };
        if kext.is_taken {
            continue;
        }
        if let Some(place) = cells.get_mut(count) {
            *place = kext;
            count = count.saturating_add(1);
        }
    }
    count
}

/// Whether the number is that of an entry that no kext describes yet.
fn is_open(cells: &[ImageCell<'_>], number: u32, entries: usize) -> bool {
    let is_entry = usize::try_from(number).is_ok_and(|number| (1..entries).contains(&number));
    is_entry && cell(cells, number).is_some_and(|cell| !cell.is_taken)
}

fn by_address(cells: &mut [ImageCell<'_>], entries: usize) {
    let mut order =
        Sorted::<ByAddress>::new(cells, |cells, number| is_open(cells, number, entries));
    for kext in entries..order.cells.len() {
        let Some(vmaddr) = order.cells.get(kext).and_then(|kext| kext.image.vmaddr) else {
            continue;
        };
        let wanted = (Some(vmaddr.get()), 0);
        let index = order.partition_point(|key| *key < wanted);
        let matches = |cell: &ImageCell<'_>| cell.image.vmaddr == Some(vmaddr);
        take(&mut order, index, kext, matches);
    }
}

fn by_id(cells: &mut [ImageCell<'_>], entries: usize) {
    let mut order = Sorted::<ById>::new(cells, |cells, number| is_open(cells, number, entries));
    for kext in entries..order.cells.len() {
        let Some(kext_cell) = order.cells.get(kext).filter(|kext| !kext.is_taken) else {
            continue;
        };
        let Some(id) = kext_cell.image.id else {
            continue;
        };
        let wanted = (Some(id), 0);
        let index = order.partition_point(|key| *key < wanted);
        take(&mut order, index, kext, |cell| cell.image.id == Some(id));
    }
}

/// Merges a kext into the entry at `index` of the order, if that is the one and still open.
fn take<'a, K: CellKey<'a>>(
    order: &mut Sorted<'_, 'a, K>,
    index: usize,
    kext: usize,
    matches: impl Fn(&ImageCell<'a>) -> bool,
) {
    let Some(number) = order.at(index) else {
        return;
    };
    let Some(described) = order.cells.get(kext).map(|kext| kext.image) else {
        return;
    };
    let Ok(number) = usize::try_from(number) else {
        return;
    };
    let entry = order.cells.get_mut(number);
    let Some(entry) = entry.filter(|entry| !entry.is_taken && matches(entry)) else {
        return;
    };
    entry.is_taken = true;
    entry.image.version = described.version;
    entry.image.size = described.size;
    entry.image.damage = entry.image.damage.or(described.damage);
    if let Some(kext) = order.cells.get_mut(kext) {
        kext.is_taken = true;
    }
}
