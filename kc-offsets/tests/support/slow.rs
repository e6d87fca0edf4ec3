//! The rules of a look-up, tried one image, segment, section, function and symbol after the other.
use macho_core::{IndirectSymbol, MachO, SectionType, Symbol, SymbolType, VmAddr};

/// Images with their numbers; the first is the outer one, number 0.
pub(crate) struct Slow<'a> {
    pub(crate) images: Vec<(usize, MachO<'a>)>,
}

/// Image, segment from 0, section from 1.
pub(crate) type Owner = (usize, u32, Option<u32>);

/// What names an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Named {
    pub(crate) vmaddr: u64,
    pub(crate) image: usize,
    /// Of a symbol its index; of a stub or a slot none.
    pub(crate) symbol: Option<u32>,
    pub(crate) name: Option<Vec<u8>>,
}

fn contains(start: VmAddr, size: u64, vmaddr: u64) -> bool {
    let end = start.get().saturating_add(size);
    start.get() <= vmaddr && vmaddr < end
}

impl<'a> Slow<'a> {
    fn image(&self, number: usize) -> MachO<'a> {
        self.images
            .iter()
            .find(|(own, _)| *own == number)
            .map(|(_, macho)| *macho)
            .expect("a number of the list")
    }

    fn segments_with(&self, vmaddr: u64) -> Vec<(usize, u32)> {
        let each = |(number, macho): &(usize, MachO<'a>)| {
            let number = *number;
            (0..)
                .zip(macho.segments())
                .filter(|(_, segment)| contains(segment.vmaddr(), segment.vmsize(), vmaddr))
                .map(move |(segment, _)| (number, segment))
                .collect::<Vec<_>>()
        };
        self.images.iter().flat_map(each).collect()
    }

    fn sections_with(&self, vmaddr: u64) -> Vec<(usize, u32)> {
        let each = |(number, macho): &(usize, MachO<'a>)| {
            let number = *number;
            (1..)
                .zip(macho.sections())
                .filter(|(_, section)| contains(section.vmaddr(), section.size(), vmaddr))
                .map(move |(section, _)| (number, section))
                .collect::<Vec<_>>()
        };
        self.images.iter().flat_map(each).collect()
    }

    /// Rules 1 to 4.
    pub(crate) fn owner(&self, vmaddr: u64) -> Option<Owner> {
        let all = self.segments_with(vmaddr);
        let nested: Vec<_> = all.iter().filter(|(image, _)| *image != 0).collect();
        let (image, segment) = match nested[..] {
            [only] => *only,
            _ => *all.iter().find(|(image, _)| *image == 0)?,
        };
        let sections = self.sections_with(vmaddr);
        let section = sections.iter().find(|(own, _)| *own == image);
        Some((image, segment, section.map(|(_, section)| *section)))
    }

    /// Rule 5: the stretch, both ends inclusive.
    pub(crate) fn stretch(&self, vmaddr: u64) -> (u64, u64) {
        let (mut start, mut last) = (0, u64::MAX);
        for (_, macho) in &self.images {
            let segments = macho
                .segments()
                .map(|segment| (segment.vmaddr().get(), segment.vmsize()));
            let sections = macho
                .sections()
                .map(|section| (section.vmaddr().get(), section.size()));
            for (from, size) in segments.chain(sections).filter(|(_, size)| *size != 0) {
                for edge in [from, from.saturating_add(size)] {
                    if edge <= vmaddr {
                        start = start.max(edge);
                    } else {
                        last = last.min(edge - 1);
                    }
                }
            }
        }
        (start, last)
    }

    /// Sections that count where several images have some: those of the owner's kind, outer or nested.
    fn sections_of_kind(&self, image: usize, vmaddr: u64) -> Vec<(usize, u32)> {
        let mut all = self.sections_with(vmaddr);
        all.retain(|(own, _)| (*own == 0) == (image == 0));
        all
    }

    /// Whether the file has bytes there.
    fn has_bytes(&self, (image, segment, _): Owner, vmaddr: u64) -> bool {
        let macho = self.image(image);
        match self.sections_of_kind(image, vmaddr)[..] {
            [(own, section)] if own == image => {
                let section = macho.sections().nth(section as usize - 1);
                section.is_some_and(|section| section.file_offset().is_some())
            }
            _ => {
                let outer = self.segments_with(vmaddr);
                let several = outer.iter().filter(|(own, _)| *own == 0).count() > 1;
                let segment = macho.segments().nth(segment as usize);
                image == 0 && several || segment.is_some_and(|segment| segment.data_size() != 0)
            }
        }
    }

    /// Rule 6: start and image.
    pub(crate) fn functions(&self) -> Vec<(u64, usize)> {
        let mut all = Vec::new();
        for (number, macho) in &self.images {
            let Ok(starts) = macho.function_starts() else {
                continue;
            };
            for start in starts.map_while(Result::ok) {
                let owner = self.owner(start.get());
                let owner = owner.filter(|owner| owner.0 == *number);
                if owner.is_some_and(|owner| self.has_bytes(owner, start.get())) {
                    all.push((start.get(), *number));
                }
            }
        }
        all.sort_unstable();
        all.dedup_by_key(|(start, _)| *start);
        all
    }

    /// The function that contains an address: start, end, image.
    pub(crate) fn function_at(
        &self,
        functions: &[(u64, usize)],
        vmaddr: u64,
    ) -> Option<(u64, u64, usize)> {
        let (start, last) = self.stretch(vmaddr);
        let inside = functions.iter().rev().find(|(at, _)| *at <= vmaddr)?;
        let next = functions.iter().find(|(at, _)| *at > vmaddr);
        let end = next.map_or(u64::MAX, |next| next.0);
        (inside.0 >= start).then(|| (inside.0, end.min(last.saturating_add(1)), inside.1))
    }

    fn is_in(&self, image: usize, section: u8, vmaddr: u64) -> bool {
        match self.sections_of_kind(image, vmaddr)[..] {
            [(own, only)] => own == image && only == u32::from(section),
            [] => false,
            _ => true,
        }
    }

    /// How well a symbol names its address: 5 best; from 3 on it reaches further.
    fn rank(&self, image: usize, symbol: &Symbol<'a>) -> Option<u8> {
        let value = symbol.value();
        let Some(owner) = self.owner(value) else {
            return Some(1);
        };
        if owner.0 != image {
            return None;
        }
        let section = symbol.n_sect();
        if symbol.kind() != SymbolType::N_SECT || section == 0 {
            return Some(3);
        }
        if self.is_in(image, section, value) {
            return Some(5);
        }
        let ends = value.checked_sub(1).is_some_and(|before| {
            self.owner(before).is_some_and(|owner| owner.0 == image)
                && self.is_in(image, section, before)
        });
        Some(if ends { 2 } else { 3 })
    }

    /// Every symbol with its rank; stubs have 4, slots 0.
    pub(crate) fn names(&self) -> Vec<(u8, Named)> {
        let mut all = Vec::new();
        for (number, macho) in &self.images {
            let Ok(symbols) = macho.symbols() else {
                continue;
            };
            for (index, symbol) in (0..).zip(symbols) {
                let defined = symbol.stab().is_none()
                    && matches!(symbol.kind(), SymbolType::N_SECT | SymbolType::N_ABS)
                    && symbol.n_strx() != 0;
                if let Some(rank) = defined.then(|| self.rank(*number, &symbol)).flatten() {
                    let name = symbol.name().ok().map(|name| name.as_bytes().to_vec());
                    all.push((
                        rank,
                        Named {
                            vmaddr: symbol.value(),
                            image: *number,
                            symbol: Some(index),
                            name,
                        },
                    ));
                }
            }
            self.imports(*number, macho, &mut all);
        }
        all
    }

    fn imports(&self, number: usize, macho: &MachO<'a>, all: &mut Vec<(u8, Named)>) {
        let mut push = |rank, vmaddr: u64, name: &[u8]| {
            let owned = self.owner(vmaddr).is_some_and(|owner| owner.0 == number);
            if owned && !name.is_empty() {
                all.push((
                    rank,
                    Named {
                        vmaddr,
                        image: number,
                        symbol: None,
                        name: Some(name.to_vec()),
                    },
                ));
            }
        };
        if let (Ok(table), Ok(symbols)) = (macho.indirect_symbols(), macho.symbol_table()) {
            for section in macho.sections() {
                let (rank, size) = match section.kind() {
                    SectionType::S_SYMBOL_STUBS => (4, u64::from(section.raw().reserved2.get())),
                    SectionType::S_NON_LAZY_SYMBOL_POINTERS
                    | SectionType::S_LAZY_SYMBOL_POINTERS => (0, 8),
                    _ => continue,
                };
                if size == 0 {
                    continue;
                }
                for item in 0..section.size() / size {
                    let slot = u64::from(section.raw().reserved1.get()).checked_add(item);
                    let Some(slot) = slot.and_then(|slot| u32::try_from(slot).ok()) else {
                        break;
                    };
                    let Some(indirect) = table.get(slot) else {
                        break;
                    };
                    if let IndirectSymbol::Index(index) = indirect {
                        let name = symbols.get(index).and_then(|symbol| symbol.name().ok());
                        let vmaddr = section.vmaddr().get().checked_add(item * size);
                        if let (Some(name), Some(vmaddr)) = (name, vmaddr) {
                            push(rank, vmaddr, name.as_bytes());
                        }
                    }
                }
            }
        }
        let fixups = macho.fixups();
        for slot in fixups.slots().flatten() {
            if let Ok(Some(import)) = fixups.import(&slot) {
                push(0, slot.vmaddr.get(), import.name.as_bytes());
            }
        }
    }

    /// Rules 7 to 9.
    pub(crate) fn name_at(
        &self,
        names: &[(u8, Named)],
        functions: &[(u64, usize)],
        vmaddr: u64,
    ) -> Option<Named> {
        let (start, _) = self.stretch(vmaddr);
        let function = self.function_at(functions, vmaddr);
        let from = function.map_or(start, |(function, ..)| function.max(start));
        // Of one address the best rank, then the first image, then the first symbol.
        let key = |(rank, named): &(u8, Named)| {
            (
                named.vmaddr,
                *rank,
                core::cmp::Reverse((named.image, named.symbol)),
            )
        };
        let reaching = names
            .iter()
            .filter(|(rank, named)| *rank >= 3 && (from..=vmaddr).contains(&named.vmaddr))
            .max_by_key(|one| key(one));
        let exact = names
            .iter()
            .filter(|(rank, named)| *rank < 3 && named.vmaddr == vmaddr)
            .max_by_key(|one| key(one));
        let best = match (reaching, exact) {
            (Some(reaching), _) if reaching.1.vmaddr == vmaddr => Some(reaching),
            (Some(reaching), Some((0, _))) => Some(reaching),
            (reaching, exact) => exact.or(reaching),
        };
        best.map(|(_, named)| named.clone())
    }

    /// Every address where something starts or ends, and its neighbours.
    pub(crate) fn edges(&self) -> Vec<u64> {
        let mut asked = vec![0, u64::MAX];
        let mut add = |edge: u64| {
            asked.extend([edge.wrapping_sub(1), edge, edge.wrapping_add(1)]);
        };
        for (_, macho) in &self.images {
            let segments = macho
                .segments()
                .map(|segment| (segment.vmaddr().get(), segment.vmsize()));
            let sections = macho
                .sections()
                .map(|section| (section.vmaddr().get(), section.size()));
            for (start, size) in segments.chain(sections) {
                add(start);
                add(start.wrapping_add(size));
                add(start.wrapping_add(size / 2));
            }
        }
        asked.sort_unstable();
        asked.dedup();
        asked
    }
}
