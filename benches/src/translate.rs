//! Translation of vmaddrs to file offsets.
//!
//! object and goblin have no call for it, so their users write a loop over the
//! segments; two such loops are here, one over segments that were collected once
//! and one that walks the load commands for every address.

use std::hint::black_box;
use std::rc::Rc;

use object::macho::{MachHeader64, SegmentCommand64};
use object::read::macho::MachHeader as _;

use crate::image::{BASE, Image, Layout, PAGE};
use crate::measure::{Case, Goal, Group};

const ADDRESSES: u64 = 1 << 14;

type Header = MachHeader64<object::LittleEndian>;
const LE: object::LittleEndian = object::LittleEndian;

/// Linear and scattered, random and ascending.
#[must_use]
pub fn groups() -> Vec<Group> {
    vec![
        group("translate-linear-random", Layout::Linear, true),
        group("translate-linear-sequential", Layout::Linear, false),
        group("translate-scattered-random", Layout::Scattered, true),
        group("translate-scattered-sequential", Layout::Scattered, false),
    ]
}

fn group(key: &'static str, layout: Layout, random: bool) -> Group {
    let image = Image::get(layout);
    let vmaddrs: Rc<[u64]> = image.vmaddrs(ADDRESSES, random).into();
    let mut cases = Vec::new();
    cases.extend(ours(image, &vmaddrs));
    cases.extend(peers(image, &vmaddrs));
    cases.extend(limits(image, layout, &vmaddrs));
    Group {
        key,
        title: format!(
            "vmaddr to file offset, {} image, {} addresses",
            if layout == Layout::Linear {
                "linear"
            } else {
                "non-linear"
            },
            if random { "random" } else { "ascending" }
        ),
        item: "address",
        items: ADDRESSES,
        same_answer: true,
        cases,
        goals: goals(layout, random),
    }
}

fn goals(layout: Layout, random: bool) -> Vec<Goal> {
    if !random {
        return Vec::new();
    }
    let times = if layout == Layout::Linear { 12.0 } else { 8.0 };
    vec![Goal::Times {
        ours: "AddressMap::translate",
        against: "object, segments collected once",
        times,
    }]
}

/// Translates all addresses one by one and adds up the file offsets.
fn sum(vmaddrs: &[u64], mut translate: impl FnMut(u64) -> Option<u64>) -> u64 {
    let mut total = 0_u64;
    for &vmaddr in vmaddrs {
        total = total.wrapping_add(translate(vmaddr).unwrap_or(1 << 63));
    }
    total
}

fn ours(_image: &'static Image, _vmaddrs: &Rc<[u64]>) -> Vec<Case> {
    Vec::new()
}

fn peers(image: &'static Image, vmaddrs: &Rc<[u64]>) -> Vec<Case> {
    let file: &'static [u8] = &image.file;
    let collected: Vec<&SegmentCommand64<object::LittleEndian>> = segments(file).collect();
    let goblin = goblin::mach::MachO::parse(file, 0).ok();
    let mut cases = vec![
        Case::peer("object, segments collected once", {
            let vmaddrs = Rc::clone(vmaddrs);
            move || {
                sum(&vmaddrs, |vmaddr| {
                    collected.iter().find_map(|segment| within(segment, vmaddr))
                })
            }
        }),
        Case::peer("object, load commands walked each time", {
            let vmaddrs = Rc::clone(vmaddrs);
            move || {
                sum(&vmaddrs, |vmaddr| {
                    segments(file).find_map(|segment| within(segment, vmaddr))
                })
            }
        }),
    ];
    if let Some(goblin) = goblin {
        let vmaddrs = Rc::clone(vmaddrs);
        cases.push(Case::peer("goblin, its segments", move || {
            sum(&vmaddrs, |vmaddr| {
                goblin.segments.iter().find_map(|segment| {
                    let delta = vmaddr.checked_sub(segment.vmaddr)?;
                    (delta < segment.filesize).then(|| segment.fileoff + delta)
                })
            })
        }));
    }
    cases
}

fn segments(
    file: &'static [u8],
) -> impl Iterator<Item = &'static SegmentCommand64<object::LittleEndian>> {
    Header::parse(file, 0)
        .and_then(|header| header.load_commands(LE, file, 0))
        .into_iter()
        .flatten()
        .filter_map(|command| Some(command.ok()?.segment_64().ok()??.0))
}

fn within(segment: &SegmentCommand64<object::LittleEndian>, vmaddr: u64) -> Option<u64> {
    let delta = vmaddr.checked_sub(segment.vmaddr.get(LE))?;
    (delta < segment.filesize.get(LE)).then(|| segment.fileoff.get(LE) + delta)
}

/// What no code can beat: a table of pages without any check; where the file is
/// linear, one subtraction.
fn limits(image: &'static Image, layout: Layout, vmaddrs: &Rc<[u64]>) -> Vec<Case> {
    let mut pages: Vec<u32> = Vec::new();
    for segment in &image.segments {
        for page in 0..segment.filesize / PAGE {
            let slot = slot(segment.vmaddr + page * PAGE);
            if pages.len() <= slot {
                pages.resize(slot + 1, u32::MAX);
            }
            pages[slot] = u32::try_from(segment.fileoff / PAGE + page).unwrap_or(u32::MAX);
        }
    }
    let mut cases = vec![Case::limit("a table of 16 KiB pages, unchecked", {
        let vmaddrs = Rc::clone(vmaddrs);
        move || {
            sum(&vmaddrs, |vmaddr| {
                Some(u64::from(pages[slot(vmaddr)]) * PAGE + vmaddr % PAGE)
            })
        }
    })];
    if layout == Layout::Linear {
        let vmaddrs = Rc::clone(vmaddrs);
        cases.push(Case::limit("one subtraction, unchecked", move || {
            // The base is data, and the addresses are taken one by one, as in
            // the other cases: no vector instructions.
            let base = black_box(BASE);
            sum(&vmaddrs, |vmaddr| Some(black_box(vmaddr) - base))
        }));
    }
    cases
}

fn slot(vmaddr: u64) -> usize {
    usize::try_from((vmaddr - BASE) / PAGE).unwrap_or(usize::MAX)
}
