//! From an address to what it is: image, segment, section, function and name.
//!
//! [`Lookup`] is one index over all images of a kernelcache, in the caller's memory: built in
//! n log n, asked in log n. [`Images::locate`](crate::Images::locate) gives the same answers
//! without an index, in one pass over the images, for whoever asks for a few addresses only.
//!
//! # Who owns an address
//! 1. A segment of 0 bytes contains nothing: nested images have many, at addresses that others own.
//! 2. An address in exactly one segment of nested images belongs to that image.
//! 3. An address in several of them belongs to none of their images. Like an address in none of
//!    them it belongs to the outer image, if that has a segment there: all nested images of a
//!    collection share one `__LINKEDIT`, and no single one owns a byte of it.
//! 4. Within an image the first segment in load-command order that contains the address has it, and
//!    the first section of those that contain it.
//!
//! # What names an address
//! 5. A stretch ends at the next address where a segment or a section of any image starts or ends.
//!    No name and no function reaches past the end of its stretch.
//! 6. A function (`LC_FUNCTION_STARTS`) reaches to the next function's start. Its start must be in
//!    a segment of its image, and in bytes that the file has.
//! 7. A symbol names what follows it in its stretch, up to the next name, whether it lies in its
//!    own section or not: `__mh_execute_header` has section 1 and lies at the header, absolute
//!    symbols have no section. No symbol reaches past the start of a function, and none names what
//!    another image owns.
//! 8. A symbol at the end of its section names that address only, and only if no other symbol
//!    starts there.
//! 9. A stub (`S_SYMBOL_STUBS`) has the name of its import, if no symbol starts there. A pointer
//!    (`S_LAZY_SYMBOL_POINTERS`, `S_NON_LAZY_SYMBOL_POINTERS`, and every bound slot) has it if
//!    nothing else names its address; [`Lookup::slot_at`] asks for it alone.
use core::fmt;

use macho_core::{SectionType, Symbol, VmAddr};

use crate::error::{Error, Structure};
use crate::images::Images;

mod budget;
mod cell;
mod fill;
mod imports;
mod location;
mod names;
mod once;
mod options;
mod stretches;

pub use cell::LookupCell;
pub use location::{Function, Location};
pub use names::{AddressName, NamedAddress};
pub use options::LookupOptions;
pub use stretches::Owner;

use cell::Area;
use location::location;
use names::Names;
use stretches::Stretches;

/// `sizeof(struct mach_header_64)`.
const HEADER_SIZE: u64 = 32;

/// vmaddr to image, segment, section, function and name, over the images of a kernelcache.
#[derive(Clone, Copy)]
pub struct Lookup<'a, 's> {
    images: Images<'a, 's>,
    stretches: Stretches<'s>,
    functions: Area<'s>,
    names: Names<'s>,
    reach: u64,
}

impl fmt::Debug for Lookup<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lookup")
            .field("images", &self.images.len())
            .field("functions", &self.functions.len())
            .field("names", &self.names.len())
            .finish_non_exhaustive()
    }
}

impl<'a, 's> Lookup<'a, 's> {
    /// Builds the index in the caller's memory: 16 bytes a cell, two cells for each segment and
    /// section, one for each function, symbol, stub and bound slot. What is left over becomes a
    /// table of pages, which makes finding the image as fast as it gets with 4 bytes for each 16
    /// KiB of memory that the images span.
    ///
    /// A damaged table costs what is after the damage, and `damaged` gets its image's number and
    /// error. All tables together hold no more than the file's bytes can: what tables of several
    /// images share is read once, and beyond that is damage (`TooMuchWork`).
    ///
    /// # Errors
    /// `BufferTooSmall` says how many cells suffice; an image with more than 2,000,000 segments
    /// is `CountTooLarge`.
    pub fn build(
        images: Images<'a, 's>,
        options: LookupOptions,
        cells: &'s mut [LookupCell],
        mut damaged: impl FnMut(usize, Error),
    ) -> Result<Self, Error> {
        let needed = fill::most_cells(images, options);
        if needed > cells.len() {
            return Err(Error::too_small(Structure::Lookup, needed));
        }
        let (edges, rest) = fill::edges(images, cells)?;
        let stretches = Stretches::sweep(edges);
        let (functions, rest) = fill::functions(images, &stretches, options, rest, &mut damaged);
        let (names, rest) = fill::names(images, &stretches, options, rest, &mut damaged);
        Ok(Self {
            images,
            stretches: stretches.with_pages(rest),
            functions: Area::new(functions),
            names: Names::new(names),
            reach: options.reach,
        })
    }

    /// The images.
    pub const fn images(&self) -> Images<'a, 's> {
        self.images
    }

    /// Who contains `vmaddr`; `None` if no segment does.
    #[inline]
    pub fn owner(&self, vmaddr: VmAddr) -> Option<Owner> {
        self.stretches.owner(self.images, vmaddr)
    }

    /// The function that contains `vmaddr`.
    pub fn function_at(&self, vmaddr: VmAddr) -> Option<Function> {
        let (start, last) = self.stretches.bounds(vmaddr);
        self.function_in(vmaddr, start, last)
    }

    /// The function that contains `vmaddr`, which lies in the stretch `start..=last`.
    fn function_in(&self, vmaddr: VmAddr, start: u64, last: u64) -> Option<Function> {
        let (cell, next) = self.functions.at_or_before(vmaddr.get())?;
        if cell.start() < start {
            return None;
        }
        Some(Function::new(cell, next, last))
    }

    /// All functions, ascending.
    pub fn functions(&self) -> impl Iterator<Item = Function> + Clone + use<'a, 's> {
        let (stretches, functions) = (self.stretches, self.functions);
        functions.pairs().map(move |(cell, next)| {
            let (_, last) = stretches.bounds(VmAddr::new(cell.start()));
            Function::new(cell, next, last)
        })
    }

    /// What names `vmaddr`, and how many bytes before it the name starts.
    pub fn name_at(&self, vmaddr: VmAddr) -> Option<(NamedAddress<'a>, u64)> {
        let (start, last) = self.stretches.bounds(vmaddr);
        let function = self.function_in(vmaddr, start, last);
        self.name_from(vmaddr, start, function)
    }

    fn name_from(
        &self,
        vmaddr: VmAddr,
        start: u64,
        function: Option<Function>,
    ) -> Option<(NamedAddress<'a>, u64)> {
        let from = function.map_or(start, |function| start.max(function.start.get()));
        let cell = self.names.at(vmaddr.get(), from)?;
        let offset = vmaddr.get().checked_sub(cell.start())?;
        if offset > self.reach {
            return None;
        }
        Some((names::name(self.images, cell)?, offset))
    }

    /// The pointer at `vmaddr` that a loader binds to an import, whatever else names the address.
    pub fn slot_at(&self, vmaddr: VmAddr) -> Option<NamedAddress<'a>> {
        names::name(self.images, self.names.slot_at(vmaddr.get())?)
    }

    /// Everything about `vmaddr`; `None` if no segment contains it.
    pub fn location(&self, vmaddr: VmAddr) -> Option<Location<'a>> {
        let owner = self.owner(vmaddr)?;
        let (start, last) = self.stretches.bounds(vmaddr);
        let function = self.function_in(vmaddr, start, last);
        let name = self.name_from(vmaddr, start, function);
        location(self.images, owner, function, name)
    }

    /// Whether a pointer may lie at `vmaddr`: in a section that has no strings, or in a segment
    /// without sections, except `__LINKEDIT` and the load commands of the image that owns it, whose
    /// fields hold the same numbers.
    pub fn may_point(&self, vmaddr: VmAddr) -> bool {
        let Some(owner) = self.owner(vmaddr) else {
            return false;
        };
        let location = location(self.images, owner, None, None);
        location.is_some_and(|location| {
            let commands =
                u64::from(location.macho.header().sizeofcmds).saturating_add(HEADER_SIZE);
            let image = self.images.get(owner.image);
            let header = image.and_then(|image| image.vmaddr);
            let into = header.and_then(|header| vmaddr.checked_distance_from(header));
            let in_commands = into.is_some_and(|into| into < commands);
            match location.section {
                Some(section) => section.kind() != SectionType::S_CSTRING_LITERALS,
                None => !in_commands && location.segment.name() != "__LINKEDIT",
            }
        })
    }

    /// All names, ascending; of several at one address the best comes last. After them, ascending
    /// again, those that only name their own address.
    pub fn names(&self) -> impl Iterator<Item = NamedAddress<'a>> + Clone + use<'a, 's> {
        let images = self.images;
        let cells = self.names.cells();
        cells.filter_map(move |cell| names::name(images, cell))
    }

    /// The names that reach on from their address, from `vmaddr` on, ascending; of several at one
    /// address the best comes last.
    pub fn names_from(
        &self,
        vmaddr: VmAddr,
    ) -> impl Iterator<Item = NamedAddress<'a>> + Clone + use<'a, 's> {
        let images = self.images;
        let cells = self.names.reaching_from(vmaddr.get());
        cells.filter_map(move |cell| names::name(images, cell))
    }

    /// The symbols, stubs and slots with that name, those symbols included that name no address by
    /// the rules above. Costs a pass over all of them.
    pub fn named<'n>(
        &self,
        name: &'n [u8],
    ) -> impl Iterator<Item = NamedAddress<'a>> + Clone + use<'a, 's, 'n> {
        let symbols = self.images.machos().flat_map(move |(image, macho)| {
            let symbols = fill::defined(&macho).ok().into_iter();
            let named = symbols.flat_map(|(_, symbols)| symbols);
            let most = name.len().saturating_add(1);
            let is_called = move |symbol: &Symbol<'_>| {
                symbol
                    .name_prefix(most)
                    .is_ok_and(|own| own.as_bytes() == name)
            };
            let named = named.filter(move |(_, symbol)| is_called(symbol));
            named.map(move |(index, symbol)| NamedAddress {
                vmaddr: symbol.vmaddr(),
                image,
                name: AddressName::Symbol(index, symbol),
            })
        });
        let imports = self.names().filter(move |found| match found.name {
            AddressName::Symbol(..) => false,
            AddressName::Stub(own) | AddressName::Slot(own) => own.as_bytes() == name,
        });
        symbols.chain(imports)
    }
}
