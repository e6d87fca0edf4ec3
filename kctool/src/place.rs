//! Places as a person names them: docs/decisions/0020.
use std::collections::BTreeSet;

use kc_offsets::{AddressName, KernelCache};
use macho_core::VmAddr;

use crate::failure::Failure;
use crate::images;
use crate::locations::Locations;
use crate::number::number;
use crate::printable::{MOST_NAME, Printable};

/// The most spellings that a refusal lists.
const MOST_SPELLINGS: usize = 5;

/// The most names that a refusal is compared with, and the longest.
const MOST_COMPARED: usize = 1 << 18;
const LONGEST_COMPARED: usize = 64;

/// An address that was named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) vmaddr: u64,
    /// The first address after what was named; `None` of a plain address.
    pub(crate) end: Option<u64>,
}

impl Place {
    const fn at(vmaddr: u64) -> Self {
        Self { vmaddr, end: None }
    }
}

/// Something that a name fits, and what would say that only this was meant.
struct Fit {
    spelling: String,
    place: Place,
}

/// Where places are looked for.
#[derive(Clone, Copy)]
pub(crate) struct Places<'r, 'a> {
    pub(crate) cache: &'r KernelCache<'a>,
    pub(crate) locations: Locations<'a, 'r>,
    /// The number of the only image that names are looked for in.
    pub(crate) image: Option<usize>,
}

impl Places<'_, '_> {
    /// The place that `text` names.
    ///
    /// # Errors
    /// Nothing fits, or several things do.
    pub(crate) fn resolve(self, text: &str) -> Result<Place, Failure> {
        if let Some(place) = self.base(text)? {
            return Ok(place);
        }
        // A name may itself have a plus sign, so that the whole text comes first.
        let parts = text.rsplit_once('+');
        let parts = parts.and_then(|(base, more)| Some((base, number(more).ok()?)));
        if let Some((base, more)) = parts {
            if let Some(place) = self.base(base)? {
                let vmaddr = place.vmaddr.checked_add(more);
                let vmaddr = vmaddr
                    .ok_or_else(|| Failure::refused("the place is past the end of memory"))?;
                return Ok(Place::at(vmaddr));
            }
        }
        Err(self.unknown(parts.map_or(text, |(base, _)| base)))
    }

    fn base(self, text: &str) -> Result<Option<Place>, Failure> {
        if let Ok(vmaddr) = number(text) {
            return Ok(Some(Place::at(vmaddr)));
        }
        if text == "entry" {
            if let Some(entry) = self.cache.entry_point()? {
                return Ok(Some(Place::at(entry.vmaddr.get())));
            }
        }
        let (kind, value) = text.split_once(':').unwrap_or(("", text));
        let fits = match kind {
            "vmaddr" => return Ok(number(value).ok().map(Place::at)),
            "offset" => {
                let offset = number(value).map_err(Failure::Refused)?;
                let map = self.cache.address_map();
                let vmaddr = map.vmaddr_of(macho_core::FileOffset::new(offset));
                return Ok(vmaddr.map(|vmaddr| Place::at(vmaddr.get())));
            }
            "symbol" => self.symbols(value),
            "segment" => self.segments(value),
            "section" => self.sections(value),
            "image" => self.of_image(value)?.into_iter().collect(),
            _ => {
                let mut fits = self.names(text);
                if fits.is_empty() {
                    if let Some(start) = self.unnamed_function(text) {
                        return Ok(Some(Place::at(start)));
                    }
                }
                if fits.is_empty() && text.contains(':') {
                    // An id has no colon; a name may have several.
                    if let Ok(image) = self.locations.lookup().images().named(kind) {
                        let image = Some(image);
                        fits = Self { image, ..self }.names(value);
                    }
                }
                fits
            }
        };
        one(text, fits)
    }

    /// `fn_ADDR`, as functions without a symbol are called: its start, if one starts there. Where
    /// no starts are known, every call makes one.
    fn unnamed_function(self, text: &str) -> Option<u64> {
        let start = u64::from_str_radix(text.strip_prefix("fn_")?, 16).ok()?;
        let lookup = self.locations.lookup();
        let at = VmAddr::new(start);
        match lookup.function_at(at) {
            Some(function) => (function.start == at).then_some(start),
            None => lookup.owner(at).map(|_| start),
        }
    }

    /// What has that name, whatever it is.
    fn names(self, name: &str) -> Vec<Fit> {
        let mut fits = self.symbols(name);
        fits.extend(self.segments(name));
        fits.extend(self.sections(name));
        // A name that several ids end in is none here, and `image:` says which they are.
        fits.extend(self.of_image(name).ok().flatten());
        fits
    }

    /// Symbols with that name, or with an underscore before it; if there are none stubs, and if
    /// there are no stubs slots.
    fn symbols(self, name: &str) -> Vec<Fit> {
        let exact = self.symbols_called(name);
        if exact.is_empty() {
            return self.symbols_called(&format!("_{name}"));
        }
        exact
    }

    fn symbols_called(self, name: &str) -> Vec<Fit> {
        let lookup = self.locations.lookup();
        let found = lookup.named(name.as_bytes());
        let found = found.filter(|found| self.image.is_none_or(|image| image == found.image));
        let kind = |name: &AddressName<'_>| match name {
            AddressName::Symbol(..) => 0,
            AddressName::Stub(_) => 1,
            _ => 2,
        };
        let mut all: Vec<_> = found
            .map(|found| (kind(&found.name), found.vmaddr.get(), found.image))
            .collect();
        all.sort_unstable();
        all.dedup_by_key(|(kind, vmaddr, _)| (*kind, *vmaddr));
        let best = all.first().map(|(kind, ..)| *kind);
        all.retain(|(kind, ..)| Some(*kind) == best);
        let fits = all.iter().map(|&(_, vmaddr, image)| {
            let in_image = all.iter().filter(|(_, _, other)| *other == image).count();
            let id = lookup.images().get(image).and_then(images::id);
            let spelling = match id.filter(|_| in_image == 1) {
                Some(id) => format!("{id}:{}", Printable::text(name)),
                None => format!("{vmaddr:#x}"),
            };
            let end = self.end_of_symbol(vmaddr);
            let place = Place { vmaddr, end };
            Fit { spelling, place }
        });
        fits.collect()
    }

    /// The end of the function at an address, or if none starts there the next name.
    fn end_of_symbol(self, vmaddr: u64) -> Option<u64> {
        let lookup = self.locations.lookup();
        if let Some(function) = lookup.function_at(VmAddr::new(vmaddr)) {
            return Some(function.end.get());
        }
        let next = VmAddr::new(vmaddr.checked_add(1)?);
        Some(lookup.names_from(next).next()?.vmaddr.get())
    }

    /// Segments of the outer image with that name, or if it has none those of the images inside.
    fn segments(self, name: &str) -> Vec<Fit> {
        self.within(name, "segment:", |macho, name| {
            let segments = macho.segments();
            let named = segments.filter(|segment| segment.name() == name);
            named
                .map(|segment| (segment.vmaddr().get(), segment.vmsize()))
                .collect()
        })
    }

    /// The same of sections, as `__TEXT,__text`.
    fn sections(self, name: &str) -> Vec<Fit> {
        self.within(name, "section:", |macho, name| {
            let Some((segment, section)) = name.split_once(',') else {
                return Vec::new();
            };
            let sections = macho.sections();
            let named =
                sections.filter(|other| other.segment_name() == segment && other.name() == section);
            named
                .map(|section| (section.vmaddr().get(), section.size()))
                .collect()
        })
    }

    fn within(
        self,
        name: &str,
        kind: &str,
        find: impl Fn(&macho_core::MachO<'_>, &str) -> Vec<(u64, u64)>,
    ) -> Vec<Fit> {
        let images = self.locations.lookup().images();
        let mut fits = Vec::new();
        for (number, macho) in images.machos() {
            if self.image.is_some_and(|image| image != number) {
                continue;
            }
            for (vmaddr, size) in find(&macho, name) {
                let id = images.get(number).and_then(images::id);
                let id = id.map_or_else(|| kind.to_owned(), |id| format!("{id}:"));
                fits.push(Fit {
                    spelling: format!("{id}{}", Printable::text(name)),
                    place: Place {
                        vmaddr,
                        end: Some(vmaddr.saturating_add(size)),
                    },
                });
            }
            if number == 0 && !fits.is_empty() {
                break;
            }
        }
        fits
    }

    /// The header of an image.
    fn of_image(self, name: &str) -> Result<Option<Fit>, Failure> {
        let images = self.locations.lookup().images();
        let number = match images.named(name) {
            Ok(number) => number,
            Err(kc_offsets::ImageNameError::Unknown) => return Ok(None),
            Err(_) => images::number(images, name)?,
        };
        let vmaddr = images.get(number).and_then(|image| image.vmaddr);
        Ok(vmaddr.map(|vmaddr| Fit {
            spelling: format!("image:{}", Printable::text(name)),
            place: Place::at(vmaddr.get()),
        }))
    }

    /// Why nothing is called `name`, with the names that are nearest.
    pub(crate) fn unknown(self, name: &str) -> Failure {
        let shown = Printable::text(name);
        let digits = name.len() > 1 && name.bytes().all(|byte| byte.is_ascii_hexdigit());
        if digits {
            return Failure::refused(format!(
                "no address and no symbol: {shown}; hexadecimal numbers start with 0x"
            ));
        }
        let near = self.near(name);
        let hint = match near.as_slice() {
            [] => String::new(),
            near => format!("; did you mean {}?", near.join(" or ")),
        };
        Failure::refused(format!("no address and no symbol: {shown}{hint}"))
    }

    /// Up to three names that differ by the fewest letters.
    fn near(self, name: &str) -> Vec<String> {
        let bare = name.rsplit(':').next().unwrap_or(name).as_bytes();
        if bare.len() > LONGEST_COMPARED {
            return Vec::new();
        }
        let most = (bare.len() / 3).clamp(1, 3);
        let mut near = BTreeSet::new();
        let mut take = |other: &[u8]| {
            if let Some(distance) = distance(bare, other, most) {
                near.insert((distance, Printable(other).to_string()));
                if near.len() > 3 {
                    near.pop_last();
                }
            }
        };
        let lookup = self.locations.lookup();
        let images = lookup.images();
        for (_, macho) in images.machos() {
            for segment in macho.segments() {
                take(segment.name().as_bytes());
            }
            for section in macho.sections() {
                let whole = format!("{},{}", section.segment_name(), section.name());
                take(whole.as_bytes());
            }
        }
        for id in images.iter().filter_map(|image| image.id) {
            let id: Vec<u8> = id.bytes().take(MOST_NAME).collect();
            take(&id);
        }
        for found in lookup.names().take(MOST_COMPARED) {
            if let Some(other) = found.name.name_prefix(LONGEST_COMPARED + 4) {
                take(other.as_bytes());
            }
        }
        near.into_iter().map(|(_, name)| name).collect()
    }
}

fn one(text: &str, fits: Vec<Fit>) -> Result<Option<Place>, Failure> {
    let ([] | [_]) = fits.as_slice() else {
        let count = fits.len();
        let spellings = fits.into_iter().take(MOST_SPELLINGS);
        let spellings: Vec<_> = spellings.map(|fit| fit.spelling).collect();
        return Err(Failure::refused(format!(
            "{} fits {count} things; say which: {}",
            Printable::text(text),
            spellings.join(", ")
        )));
    };
    Ok(fits.into_iter().next().map(|fit| fit.place))
}

/// How many letters must be put in, left out or changed; `None` if more than `most`.
fn distance(one: &[u8], two: &[u8], most: usize) -> Option<usize> {
    if one.len().abs_diff(two.len()) > most {
        return None;
    }
    let mut row: Vec<usize> = (0..=two.len()).collect();
    for (index, letter) in one.iter().enumerate() {
        let mut before = index;
        row[0] = index + 1;
        for (at, other) in two.iter().enumerate() {
            let changed = before + usize::from(letter != other);
            before = row[at + 1];
            row[at + 1] = changed.min(row[at] + 1).min(before + 1);
        }
        if row.iter().min().is_some_and(|least| *least > most) {
            return None;
        }
    }
    row.last().copied().filter(|distance| *distance <= most)
}

#[cfg(test)]
mod tests {
    use super::distance;

    #[test]
    fn letters_that_differ() {
        assert_eq!(distance(b"_panic", b"_panic", 2), Some(0));
        assert_eq!(distance(b"_panic", b"_pamc", 2), Some(2));
        assert_eq!(distance(b"_pnaic", b"_panic", 1), None);
        assert_eq!(distance(b"", b"ab", 3), Some(2));
    }
}
