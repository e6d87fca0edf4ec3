//! Names for addresses: the image that holds one, and the symbol before it.
use kc_offsets::KernelCache;
use serde_json::Value;

use crate::failure::Failure;
use crate::image::images;
use crate::symbols::SymbolIndex;

/// The images and symbols of a collection, by address.
pub(crate) struct Places<'a> {
    symbols: SymbolIndex<'a>,
    /// First vmaddr, vmaddr behind the last one and entry id of each segment of an image inside, sorted.
    owners: Vec<(u64, u64, String)>,
}

impl<'a> Places<'a> {
    pub(crate) fn new(cache: &KernelCache<'a>) -> Result<Self, Failure> {
        let mut symbols = SymbolIndex::default();
        let mut owners = Vec::new();
        for (id, image) in images(cache, None)? {
            // Without symbols there is less to say, and no reason to refuse.
            drop(symbols.add(&image));
            let Some(id) = id else { continue };
            let segments = image.segments().filter(|segment| segment.vmsize() > 0);
            // All images of a collection share its `__LINKEDIT`.
            owners.extend(
                segments
                    .filter(|segment| segment.name() != "__LINKEDIT")
                    .map(|segment| {
                        let start = segment.vmaddr().get();
                        (
                            start,
                            start.saturating_add(segment.vmsize()),
                            id.to_string(),
                        )
                    }),
            );
        }
        symbols.sort();
        owners.sort();
        Ok(Self { symbols, owners })
    }

    /// The entry id of the image that holds the address.
    pub(crate) fn image(&self, vmaddr: u64) -> Option<&str> {
        let after = self.owners.partition_point(|owner| owner.0 <= vmaddr);
        let (_, end, id) = self.owners.get(after.checked_sub(1)?)?;
        (vmaddr < *end).then_some(id)
    }

    /// `symbol+0x10`.
    pub(crate) fn symbol(&self, vmaddr: u64) -> Option<String> {
        let (name, distance) = self.symbols.before(vmaddr)?;
        Some(match distance {
            0 => name.to_owned(),
            _ => format!("{name}+{distance:#x}"),
        })
    }

    /// The addresses of the symbol with that name.
    pub(crate) fn named(&self, name: &str) -> Vec<u64> {
        let labels = self.symbols.from(0).iter();
        let mut all: Vec<u64> = labels
            .filter(|label| label.name == name)
            .map(|label| label.vmaddr)
            .collect();
        all.dedup();
        all
    }

    /// The two as JSON.
    pub(crate) fn describe(&self, vmaddr: u64, object: &mut Value) {
        object["image"] = self.image(vmaddr).into();
        object["symbol"] = self.symbol(vmaddr).into();
    }

    /// The two as text, with two spaces before each.
    pub(crate) fn text(&self, vmaddr: u64) -> String {
        let mut text = String::new();
        let parts = [self.image(vmaddr).map(str::to_owned), self.symbol(vmaddr)];
        for part in parts.into_iter().flatten() {
            text.push_str("  ");
            text.push_str(&part);
        }
        text
    }
}
