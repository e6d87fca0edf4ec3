//! Translation of vmaddrs to file offsets.
//!
//! object and goblin have no call for it, so their users write a loop over the
//! segments; two such loops are here, one over segments that were collected once
//! and one that walks the load commands for every address.

use std::hint::black_box;
use std::rc::Rc;

use kc_offsets::{AddressMap, MapCell, Outcome, PageCell, PageIndex, Translation};
use macho_core::{FileOffset, MachO, VmAddr};
use object::macho::{MachHeader64, SegmentCommand64};
use object::read::macho::MachHeader as _;

use crate::image::{BASE, Image, ImageShape, PAGE};
use crate::measure::{Case, Goal, Group};

const ADDRESSES: u64 = 1 << 14;

type Header = MachHeader64<object::LittleEndian>;
const LE: object::LittleEndian = object::LittleEndian;

/// Linear and scattered, random and ascending.
#[must_use]
pub fn groups() -> Vec<Group> {
    vec![
        group("translate-linear-random", ImageShape::Linear, true),
        group("translate-linear-sequential", ImageShape::Linear, false),
        group("translate-scattered-random", ImageShape::Scattered, true),
        group(
            "translate-scattered-sequential",
            ImageShape::Scattered,
            false,
        ),
    ]
}

fn group(key: &'static str, shape: ImageShape, random: bool) -> Group {
    let image = Image::get(shape);
    let vmaddrs: Rc<[u64]> = image.vmaddrs(ADDRESSES, random).into();
    let mut cases = Vec::new();
    cases.extend(ours(image, shape, &vmaddrs));
    cases.extend(peers(image, &vmaddrs));
    cases.extend(limits(image, shape, &vmaddrs));
    Group {
        key,
        title: format!(
            "vmaddr to file offset, {} image, {} addresses",
            if shape == ImageShape::Linear {
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
        goals: goals(shape, random),
    }
}

fn goals(shape: ImageShape, random: bool) -> Vec<Goal> {
    let object = "object, segments collected once";
    match (shape, random) {
        (ImageShape::Linear, true) => vec![Goal::Times {
            ours: "AddressMap::outcome",
            against: object,
            times: 12.0,
        }],
        (ImageShape::Scattered, true) => vec![Goal::Times {
            ours: "PageIndex::outcome",
            against: object,
            times: 8.0,
        }],
        (_, false) => Vec::new(),
    }
}

/// Translates all addresses one by one and adds up the file offsets.
fn sum(vmaddrs: &[u64], mut translate: impl FnMut(u64) -> Option<u64>) -> u64 {
    let mut total = 0_u64;
    for &vmaddr in vmaddrs {
        total = total.wrapping_add(translate(vmaddr).unwrap_or(1 << 63));
    }
    total
}

fn ours(image: &'static Image, shape: ImageShape, vmaddrs: &Rc<[u64]>) -> Vec<Case> {
    let Ok(macho) = MachO::parse(&image.file) else {
        return Vec::new();
    };
    let plain = AddressMap::new(&macho);
    let Ok(sorted) = plain.sorted_in(vec![MapCell::EMPTY; 72].leak()) else {
        return Vec::new();
    };
    let pages = vec![PageCell::EMPTY; 1 << 14].leak();
    let mut cases = Vec::new();
    if shape == ImageShape::Linear {
        cases.push(one_by_one("AddressMap::outcome", vmaddrs, {
            let map = plain.clone();
            move |vmaddr| map.outcome(vmaddr)
        }));
    }
    let index = PageIndex::build(&sorted, pages);
    cases.push(one_by_one("sorted AddressMap::outcome", vmaddrs, {
        let map = sorted.clone();
        move |vmaddr| map.outcome(vmaddr)
    }));
    cases.push(one_by_one("sorted AddressMap::translate", vmaddrs, {
        move |vmaddr| with_segment(sorted.translate(vmaddr))
    }));
    if let Ok(index) = index {
        let one = index.clone();
        cases.push(one_by_one("PageIndex::outcome", vmaddrs, move |vmaddr| {
            one.outcome(vmaddr)
        }));
        cases.push(one_by_one("PageIndex::translate", vmaddrs, move |vmaddr| {
            with_segment(index.translate(vmaddr))
        }));
    }
    cases
}

/// Has the segment worked out, and gives the outcome.
fn with_segment(translation: Translation) -> Outcome {
    black_box(translation.segment);
    translation.outcome
}

fn one_by_one(
    name: &'static str,
    vmaddrs: &Rc<[u64]>,
    translate: impl Fn(VmAddr) -> Outcome + 'static,
) -> Case {
    let vmaddrs = Rc::clone(vmaddrs);
    Case::ours(name, move || {
        sum(&vmaddrs, |vmaddr| {
            translate(VmAddr::new(vmaddr))
                .file_offset()
                .map(FileOffset::get)
        })
    })
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
fn limits(image: &'static Image, shape: ImageShape, vmaddrs: &Rc<[u64]>) -> Vec<Case> {
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
    if shape == ImageShape::Linear {
        let vmaddrs = Rc::clone(vmaddrs);
        cases.push(Case::limit("one subtraction, unchecked", move || {
            let base = black_box(BASE);
            sum(&vmaddrs, |vmaddr| Some(vmaddr.wrapping_sub(base)))
        }));
    }
    cases
}

fn slot(vmaddr: u64) -> usize {
    usize::try_from((vmaddr - BASE) / PAGE).unwrap_or(usize::MAX)
}
