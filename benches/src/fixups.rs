//! The walk over chained fixups, each slot decoded.

use std::hint::black_box;
use std::ops::ControlFlow;
use std::sync::OnceLock;

use macho_core::{Fixup, MachO, Slot, Target};
use object::macho::{MachHeader64, SegmentCommand64};
use object::read::macho::{Fixup as Theirs, MachHeader as _, Segment as _};
use testkit::kernelcache::large::{self, Size};
use testkit::truth::Built;

use crate::measure::{Case, Goal, Group};

type Header = MachHeader64<object::LittleEndian>;
const LE: object::LittleEndian = object::LittleEndian;

/// A collection as large as a Mac's, made by the first case that runs.
pub(crate) fn collection() -> &'static Built {
    static BUILT: OnceLock<Built> = OnceLock::new();
    BUILT.get_or_init(|| large::collection(Size::MAC, 1).build())
}

/// Every slot's address, target and diversity.
#[must_use]
pub fn groups() -> Vec<Group> {
    vec![Group {
        key: "fixups",
        title: format!("{} fixups of a collection, decoded", Size::MAC.fixups),
        item: "slot",
        items: Size::MAC.fixups as u64,
        same_answer: true,
        cases: vec![
            Case::ours("ChainedFixups::try_for_each", || {
                in_turn(black_box(&collection().bytes)).unwrap_or_default()
            }),
            Case::ours("ChainedFixups::slots", || {
                slots(black_box(&collection().bytes)).unwrap_or_default()
            }),
            Case::peer("object, low level", || {
                object_low(black_box(&collection().bytes)).unwrap_or_default()
            }),
        ],
        goals: vec![Goal::Times {
            ours: "ChainedFixups::try_for_each",
            against: "object, low level",
            times: 3.0,
        }],
    }]
}

/// What is asked of a slot.
#[expect(
    clippy::inline_always,
    reason = "it stands for the body of a caller's loop"
)]
#[inline(always)]
pub(crate) fn weight(slot: &Slot) -> u64 {
    if let Fixup::Rebase {
        target: Target::Cache { level, offset },
        auth,
    } = slot.fixup()
    {
        slot.vmaddr
            .get()
            .wrapping_add(offset.get())
            .wrapping_add(level.into())
            .wrapping_add(auth.map_or(0, |auth| auth.diversity.into()))
    } else {
        0
    }
}

fn slots(file: &[u8]) -> Result<u64, macho_core::Error> {
    let image = MachO::parse(file)?;
    let mut sum = 0_u64;
    let Some(fixups) = image.chained_fixups()? else {
        return Ok(sum);
    };
    for slot in fixups.slots(&image) {
        sum = sum.wrapping_add(weight(&slot?));
    }
    Ok(sum)
}

fn in_turn(file: &[u8]) -> Result<u64, macho_core::Error> {
    let image = MachO::parse(file)?;
    let mut sum = 0_u64;
    let Some(fixups) = image.chained_fixups()? else {
        return Ok(sum);
    };
    let end = fixups.try_for_each(&image, |slot| match slot {
        Ok(slot) => {
            sum = sum.wrapping_add(weight(&slot));
            ControlFlow::Continue(())
        }
        Err(error) => ControlFlow::Break(error),
    });
    match end {
        ControlFlow::Continue(()) => Ok(sum),
        ControlFlow::Break(error) => Err(error),
    }
}

fn object_low(file: &[u8]) -> object::read::Result<u64> {
    let header = Header::parse(file, 0)?;
    let mut commands = header.load_commands(LE, file, 0)?;
    let (mut segments, mut table) = (Vec::new(), None);
    while let Some(command) = commands.next()? {
        if let Some((segment, _)) = SegmentCommand64::from_command(command)? {
            segments.push(segment);
        }
        if let Some(command) = command.dyld_chained_fixups()? {
            table = Some(command.chained_fixups(LE, file)?);
        }
    }
    let mut sum = 0_u64;
    let Some(table) = table else {
        return Ok(sum);
    };
    for starts in table.segments(LE)? {
        let starts = starts?;
        let Some(segment) = segments.get(starts.index() as usize) else {
            continue;
        };
        let data = segment.data(LE, file).unwrap_or_default();
        let vmaddr = segment.vmaddr(LE);
        for item in starts.fixups(LE, crate::image::BASE, data) {
            let (offset, fixup) = item?;
            if let Theirs::KernelCacheRebase(fixup) = fixup {
                sum = sum
                    .wrapping_add(vmaddr + offset)
                    .wrapping_add(fixup.target_offset)
                    .wrapping_add(fixup.cache_level.into())
                    .wrapping_add(fixup.auth.map_or(0, |auth| auth.diversity.into()));
            }
        }
    }
    Ok(sum)
}
