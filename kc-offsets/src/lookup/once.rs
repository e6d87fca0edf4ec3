//! One address, without an index: a pass over the images.
use macho_core::{MachO, VmAddr};

use super::budget::Budget;
use super::cell::LookupCell;
use super::fill;
use super::imports;
use super::location::{Function, Location, location};
use super::names::{self, NamedAddress};
use super::options::LookupOptions;
use super::stretches::Stretch;
use crate::images::Images;

impl<'a> Images<'a, '_> {
    /// What [`Lookup::location`](crate::Lookup::location) says of `vmaddr`, without an index and
    /// its memory. Costs a pass over the load commands of all images, and over the tables of the
    /// one that owns the address: for a few addresses.
    ///
    /// Of images whose tables overlap, which no linker writes, an index may know less: it reads no
    /// byte twice.
    pub fn locate(&self, vmaddr: VmAddr, options: LookupOptions) -> Option<Location<'a>> {
        let addr = vmaddr.get();
        let stretch = Stretch::once(fill::claims(*self), addr)?;
        let owner = stretch.owner(*self, vmaddr)?;
        let macho = self.get(owner.image)?.macho?;
        let function = options
            .functions
            .then(|| function(&macho, owner.image, &stretch, addr))
            .flatten();
        let from = function.map_or(stretch.start, |function| function.start.get());
        let mut best = Best {
            from: from.max(stretch.start),
            addr,
            reaching: None,
            exact: None,
        };
        if options.symbols {
            self.symbols(&macho, owner.image, &stretch, &mut best);
        }
        if options.imports {
            let mut budget = Budget::new(*self);
            // A damaged table names nothing after the damage, as in an index.
            let _damage = imports::of_image(&macho, &mut budget, |import| {
                best.take(
                    import.vmaddr,
                    names::what(import.rank, owner.image, import.name),
                );
            });
        }
        let name = names::nearest(addr, best.reaching, best.exact).filter(|cell| {
            let offset = addr.checked_sub(cell.start());
            offset.is_some_and(|offset| offset <= options.reach)
        });
        let name = name.and_then(|cell| {
            let name: NamedAddress<'a> = names::name(*self, cell)?;
            Some((name, addr.checked_sub(cell.start())?))
        });
        location(*self, owner, function, name)
    }

    fn symbols(&self, macho: &MachO<'a>, image: usize, stretch: &Stretch, best: &mut Best) {
        let Ok((_, symbols)) = fill::defined(macho) else {
            return;
        };
        // Only a symbol at its start asks for the stretch before.
        let before = stretch.start.checked_sub(1);
        let before = before.and_then(|before| Stretch::once(fill::claims(*self), before));
        for (index, symbol) in symbols {
            let value = symbol.value();
            if value < stretch.start || best.addr < value {
                continue;
            }
            let at = |addr| match before {
                Some(before) if !stretch.contains(addr) => before,
                _ => *stretch,
            };
            if let Some(rank) = fill::rank(at, image, &symbol) {
                best.take(value, names::what(rank, image, index));
            }
        }
    }
}

/// The best names so far.
struct Best {
    /// No name that reaches on may start before.
    from: u64,
    addr: u64,
    reaching: Option<LookupCell>,
    exact: Option<LookupCell>,
}

impl Best {
    fn take(&mut self, start: u64, what: u64) {
        let cell = LookupCell { start, what };
        let (place, counts) = if names::reaches(what) {
            let counts = self.from <= start && start <= self.addr;
            (&mut self.reaching, counts)
        } else {
            (&mut self.exact, start == self.addr)
        };
        let is_better = place.is_none_or(|best| (best.start, best.what) < (start, what));
        if counts && is_better {
            *place = Some(cell);
        }
    }
}

/// The function that contains `addr`, of the image that owns the stretch.
fn function(macho: &MachO<'_>, image: usize, stretch: &Stretch, addr: u64) -> Option<Function> {
    if !stretch.has_bytes() {
        return None;
    }
    let (mut start, mut end) = (None, stretch.last.saturating_add(1));
    for next in macho.function_starts().ok()?.map_while(Result::ok) {
        let next = next.get();
        if next > addr {
            end = end.min(next);
        } else if next >= stretch.start {
            start = start.max(Some(next));
        }
    }
    Some(Function {
        image,
        start: VmAddr::new(start?),
        end: VmAddr::new(end),
    })
}
