//! Kexts of a property list, whose values may be references to earlier ones.
//!
//! A reference is found without a table of all values: the references of the kexts are sorted, one
//! pass over the list notes each value at the first reference after it, and what notes nothing
//! takes the value of the reference before.
use super::cell::{ByReference, FIELDS, ImageCell, Pending, Sorted, pending};
use super::image::Image;
use super::text::ImageText;
use crate::error::{Error, PlistErrorKind};
use crate::kext::{Dictionary, Key, NO_ADDRESS, PlistElement, PlistItem, PlistText, PrelinkInfo};

use macho_core::VmAddr;

/// The keys of an image, in the order of a cell's fields.
const KEYS: [Key; FIELDS] = [Key::BundleId, Key::Version, Key::LoadAddr, Key::Size];

/// The longest id or version, in bytes as it stands in the file: what a path may have on macOS (XNU
/// `bsd/sys/syslimits.h`, `PATH_MAX`). References make a name out of a few bytes, so that without a
/// limit a small file could ask for any amount of text.
const MOST_TEXT: usize = 1024;

/// The kext of a dictionary, its references still open.
pub(super) fn cell<'a>(dictionary: &Dictionary<'a>) -> ImageCell<'a> {
    let mut cell = ImageCell::new(Image {
        damage: dictionary.damage(),
        ..Image::default()
    });
    for (field, key) in (0..FIELDS).zip(KEYS) {
        let Some(element) = dictionary.value(key) else {
            continue;
        };
        if let PlistItem::Reference(id) = element.item {
            let at = u32::try_from(element.at).unwrap_or(u32::MAX);
            if let Some(place) = cell.pending.get_mut(field) {
                *place = Pending {
                    id,
                    at,
                    is_used: true,
                    ..Pending::NONE
                };
            }
            continue;
        }
        if let Err(kind) = set(&mut cell.image, key, element.item) {
            let error = dictionary.error(kind, element.at);
            cell.image.damage = cell.image.damage.or(Some(error));
        }
    }
    cell
}

fn set<'a>(image: &mut Image<'a>, key: Key, value: PlistItem<'a>) -> Result<(), PlistErrorKind> {
    match (key, value) {
        (Key::BundleId | Key::Version, PlistItem::String(text)) => {
            if text.raw().len() > MOST_TEXT {
                return Err(PlistErrorKind::TextTooLarge);
            }
            let text = Some(ImageText::from_plist(text));
            if key == Key::BundleId {
                image.id = text;
            } else {
                image.version = text;
            }
        }
        (Key::LoadAddr, PlistItem::Integer(digits)) => {
            let vmaddr = Some(digits.integer()?);
            image.vmaddr = vmaddr
                .filter(|vmaddr| *vmaddr != NO_ADDRESS)
                .map(VmAddr::new);
        }
        (Key::Size, PlistItem::Integer(digits)) => image.size = Some(digits.integer()?),
        _ => return Err(PlistErrorKind::BadValue),
    }
    Ok(())
}

/// Finds what the references stand for.
pub(super) fn resolve<'a>(cells: &mut [ImageCell<'a>], info: &PrelinkInfo<'a>) {
    let mut order = Sorted::<ByReference>::new(cells, |cells, number| {
        pending(cells, number).is_some_and(|pending| pending.is_used)
    });
    if order.at(0).is_none() {
        return;
    }
    for element in info.elements().map_while(Result::ok) {
        note(&mut order, &element);
    }
    let mut before: Option<Pending> = None;
    for index in 0..usize::MAX {
        let Some(number) = order.at(index) else { break };
        let Some(mut reference) = pending(order.cells, number).copied() else {
            break;
        };
        if let (None, Some(before)) = (reference.text, before) {
            if before.id == reference.id {
                (reference.text, reference.is_integer) = (before.text, before.is_integer);
            }
        }
        apply(order.cells, number, reference, info);
        before = Some(reference);
    }
}

/// A value with an `ID` belongs to the first reference after it, until a later value does.
fn note(order: &mut Sorted<'_, '_, ByReference>, element: &PlistElement<'_>) {
    let (text, is_integer) = match element.item {
        PlistItem::String(text) => (text, false),
        PlistItem::Integer(text) => (text, true),
        _ => return,
    };
    let Some(id) = element.id else { return };
    let (Ok(at), Ok(text_at), Ok(len)) = (
        u32::try_from(element.at),
        u32::try_from(element.text_at),
        u32::try_from(text.raw().len()),
    ) else {
        return;
    };
    let index = order.partition_point(|key| *key <= (id, at));
    let Some(number) = order.at(index) else {
        return;
    };
    if let Some(reference) = pending_mut(order.cells, number) {
        if reference.id == id {
            reference.text = Some((text_at, len));
            reference.is_integer = is_integer;
        }
    }
}

fn pending_mut<'c>(cells: &'c mut [ImageCell<'_>], number: u32) -> Option<&'c mut Pending> {
    let number = usize::try_from(number).ok()?;
    let cell = cells.get_mut(number / FIELDS)?;
    cell.pending.get_mut(number % FIELDS)
}

/// Gives the field of a reference its value.
fn apply<'a>(cells: &mut [ImageCell<'a>], number: u32, reference: Pending, info: &PrelinkInfo<'a>) {
    let Ok(number) = usize::try_from(number) else {
        return;
    };
    let (Some(cell), Some(key)) = (cells.get_mut(number / FIELDS), KEYS.get(number % FIELDS))
    else {
        return;
    };
    let value = reference.text.and_then(|(at, len)| {
        let (at, len) = (usize::try_from(at).ok()?, usize::try_from(len).ok()?);
        let text = PlistText::new(info.text().get(at..)?.get(..len)?);
        Some(if reference.is_integer {
            PlistItem::Integer(text)
        } else {
            PlistItem::String(text)
        })
    });
    let outcome = match value {
        Some(value) => set(&mut cell.image, *key, value),
        None => Err(PlistErrorKind::UnknownReference),
    };
    if let Err(kind) = outcome {
        let at = usize::try_from(reference.at).unwrap_or(usize::MAX);
        let error = Error::plist(kind, info.file_offset(), at);
        cell.image.damage = cell.image.damage.or(Some(error));
    }
}
