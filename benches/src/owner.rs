//! Which image of a collection owns an address.

use std::hint::black_box;
use std::sync::OnceLock;

use kc_offsets::{Error, ImageCell, ImageIndex, KernelCache};
use macho_core::{MachO, VmAddr};
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
    with_pages: ImageIndex<'static, 'static>,
    without: ImageIndex<'static, 'static>,
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
    let images: Vec<MachO<'static>> = cache.images().collect::<Result<_, _>>().ok()?;
    let images: &'static [MachO<'static>] = images.leak();
    let asked = ImageIndex::build(images, &mut []).err();
    let least = asked.and_then(Error::needed)?;
    let index = |pages: usize| {
        let cells = vec![ImageCell::EMPTY; least + pages].leak();
        ImageIndex::build(images, cells).ok()
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
        with_pages: index(1 << 11)?,
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
            Case::ours("ImageIndex::owner, 64 KB of pages", || {
                prepared().map_or(0, |prepared| index(prepared, &prepared.with_pages))
            }),
            Case::ours("ImageIndex::owner, no pages", || {
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
            ours: "ImageIndex::owner, 64 KB of pages",
            ns: 12.0,
        }],
    }]
}

fn index(prepared: &Prepared, index: &ImageIndex<'_, '_>) -> u64 {
    let bases: &[MachO<'_>] = index.images();
    prepared.asked.iter().fold(0_u64, |sum, vmaddr| {
        let owner = index.owner(black_box(*vmaddr));
        let header = owner
            .and_then(|owner| bases.get(owner.image))
            .map(MachO::file_offset);
        // The collection is linear: a header's vmaddr is its file offset above the base.
        sum.wrapping_add(header.map_or(0, |offset| crate::image::BASE + offset.get()))
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
