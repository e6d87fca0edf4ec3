//! Which image of a collection owns an address.

use std::hint::black_box;
use std::sync::OnceLock;

use kc_offsets::{ImageCell, Images, KernelCache, Lookup, LookupCell, LookupOptions};
use macho_core::VmAddr;
use object::macho::{MachHeader64, SegmentCommand64};
use object::read::macho::{LoadCommandVariant, MachHeader as _, Segment as _};
use testkit::kernelcache::large::Size;
use testkit::rng::Rng;

use crate::fixups::collection;
use crate::measure::{Case, Goal, Group};

type Header = MachHeader64<object::LittleEndian>;
const LE: object::LittleEndian = object::LittleEndian;

/// Addresses asked for: few enough that each round takes milliseconds at the slowest peer's pace.
const ASKED: usize = 1 << 12;

struct Prepared {
    asked: Vec<VmAddr>,
    with_pages: Lookup<'static, 'static>,
    without: Lookup<'static, 'static>,
    /// Start, end and header address of every segment of the nested images, ascending.
    sorted: Vec<(u64, u64, u64)>,
}

/// The indexes, made by the first case that runs; they live as long as the process.
fn prepared() -> Option<&'static Prepared> {
    static PREPARED: OnceLock<Option<Prepared>> = OnceLock::new();
    PREPARED.get_or_init(prepare).as_ref()
}

fn prepare() -> Option<Prepared> {
    let built = collection();
    let cache = KernelCache::parse(&built.bytes).ok()?;
    let cells = vec![ImageCell::EMPTY; 1 << 10].leak();
    let images = Images::build(&cache, cells).ok()?;
    let index = |spare: usize| {
        let options = LookupOptions::default();
        let needed = Lookup::build(images, options, &mut [], |_, _| {})
            .err()?
            .needed()?;
        let cells = vec![LookupCell::EMPTY; needed + spare].leak();
        Lookup::build(images, options, cells, |_, _| {}).ok()
    };
    // Segments that one image alone has: all but the common link-edit segment.
    let mut sorted: Vec<_> = built
        .truth
        .entries
        .iter()
        .flat_map(|entry| {
            let own = entry.segments.iter();
            let own = own.filter(|segment| segment.name != "__LINKEDIT" && segment.vmsize != 0);
            own.map(|segment| {
                (
                    segment.vmaddr,
                    segment.vmaddr + segment.vmsize,
                    entry.vmaddr,
                )
            })
        })
        .collect();
    sorted.sort_unstable();
    let mut rng = Rng::new(3);
    let asked = (0..ASKED)
        .map(|_| {
            let (start, end, _) = sorted[rng.below(sorted.len())];
            VmAddr::new(start + rng.next_u64() % (end - start))
        })
        .collect();
    Some(Prepared {
        asked,
        with_pages: index(1 << 12)?,
        without: index(0)?,
        sorted,
    })
}

/// Every case adds up the header addresses of the owners.
#[must_use]
pub fn groups() -> Vec<Group> {
    vec![Group {
        key: "owner",
        title: format!(
            "the owning image among {}, random addresses",
            Size::MAC.images + 1
        ),
        item: "address",
        items: ASKED as u64,
        same_answer: true,
        cases: vec![
            Case::ours("Lookup::owner, 64 KB of pages", || {
                prepared().map_or(0, |prepared| index(prepared, &prepared.with_pages))
            }),
            Case::ours("Lookup::owner, no pages", || {
                prepared().map_or(0, |prepared| index(prepared, &prepared.without))
            }),
            Case::limit("binary search, segments sorted by hand", || {
                prepared().map_or(0, by_hand)
            }),
            Case::peer("object, entries walked each time", || {
                prepared().map_or(0, |prepared| object_walk(prepared).unwrap_or_default())
            }),
        ],
        goals: vec![Goal::AtMost {
            ours: "Lookup::owner, 64 KB of pages",
            ns: 8.0,
        }],
    }]
}

fn index(prepared: &Prepared, lookup: &Lookup<'_, '_>) -> u64 {
    let images = lookup.images();
    prepared.asked.iter().fold(0_u64, |sum, vmaddr| {
        let owner = lookup.owner(black_box(*vmaddr));
        let header = owner.and_then(|owner| images.get(owner.image)?.vmaddr);
        sum.wrapping_add(header.map_or(0, VmAddr::get))
    })
}

fn by_hand(prepared: &Prepared) -> u64 {
    prepared.asked.iter().fold(0_u64, |sum, vmaddr| {
        let vmaddr = black_box(vmaddr.get());
        let after = prepared
            .sorted
            .partition_point(|(start, _, _)| *start <= vmaddr);
        let owner = after.checked_sub(1).and_then(|at| prepared.sorted.get(at));
        let owner = owner.filter(|(_, end, _)| vmaddr < *end);
        sum.wrapping_add(owner.map_or(0, |(_, _, header)| *header))
    })
}

fn object_walk(prepared: &Prepared) -> object::read::Result<u64> {
    let file = &*collection().bytes;
    let header = Header::parse(file, 0)?;
    let mut sum = 0_u64;
    for vmaddr in &prepared.asked {
        let vmaddr = black_box(vmaddr.get());
        let mut commands = header.load_commands(LE, file, 0)?;
        'entries: while let Some(command) = commands.next()? {
            let LoadCommandVariant::FilesetEntry(entry) = command.variant()? else {
                continue;
            };
            let offset = entry.fileoff.get(LE);
            let nested = Header::parse(file, offset)?;
            let mut nested = nested.load_commands(LE, file, offset)?;
            while let Some(command) = nested.next()? {
                let Some((segment, _)) = SegmentCommand64::from_command(command)? else {
                    continue;
                };
                let start = segment.vmaddr(LE);
                if vmaddr.wrapping_sub(start) < segment.vmsize(LE) {
                    sum = sum.wrapping_add(entry.vmaddr.get(LE));
                    break 'entries;
                }
            }
        }
    }
    Ok(sum)
}
