//! The walk over fixups: the promises of every mechanism, and equal slots of chains from the
//! `object` crate.
#![no_main]

use std::ops::ControlFlow;

use libfuzzer_sys::fuzz_target;
use macho_core::{ChainedFixups, Error, FileOffset, Fixup, MachO, Mechanism, Mode, Slot, Target};
use object::LittleEndian as Le;
use object::macho::{MachHeader64, SegmentCommand64};
use object::read::macho::{Fixup as Theirs, MachHeader, Segment as _};

fuzz_target!(|data: &[u8]| {
    let Ok(image) = MachO::parse_with(data, FileOffset::new(0), Mode::Tolerant) else {
        return;
    };
    every_mechanism(data, &image);
    let Ok(Some(fixups)) = image.chained_fixups() else {
        return;
    };
    in_turn(&image, &fixups);
    for import in fixups.imports() {
        let _ = import;
    }
    if let Some(slots) = walk(data, &image, &fixups) {
        compare(data, &slots);
    }
});

/// Slots and errors are about bytes that are there, and there are no more of them than the file has
/// room for: each of ten tables names every byte once at most, or errs.
fn every_mechanism(data: &[u8], image: &MachO<'_>) {
    let fixups = image.fixups();
    let _ = (fixups.thread_format(), fixups.firmware_format());
    for slot in fixups.only_chains().slots().flatten() {
        assert_eq!(slot.mechanism(), Mechanism::Chained);
    }
    let mut items = 0;
    // A look-up of an import may read a whole stream: of many threads, only some are asked for.
    let mut threaded = 0;
    for item in fixups.slots() {
        items += 1;
        let slot = match item {
            Ok(slot) => slot,
            Err(error) => {
                assert!(error.offset().get() <= data.len() as u64, "{error}");
                continue;
            }
        };
        assert!(slot.file_offset.get() + slot.size() <= data.len() as u64);
        let _ = slot.fixup();
        threaded += usize::from(slot.mechanism() == Mechanism::ThreadedBind);
        if threaded < 16 {
            let _ = fixups.import(&slot);
        }
    }
    assert!(
        items <= 10 * data.len(),
        "{items} items of {} bytes",
        data.len()
    );
}

/// Several pages in turn yield what one after the other yields.
fn in_turn(image: &MachO<'_>, fixups: &ChainedFixups<'_>) {
    let order = |item: &Result<Slot, Error>| match item {
        Ok(slot) => (slot.vmaddr.get(), slot.file_offset, 0),
        Err(error) => (error.offset().get(), error.offset(), 1 + error.kind() as u8),
    };
    let mut found = Vec::new();
    let end = fixups.try_for_each(image, |item| {
        found.push(item);
        ControlFlow::<()>::Continue(())
    });
    assert!(end.is_continue());
    let mut expected: Vec<_> = fixups.slots(image).collect();
    found.sort_by_key(order);
    expected.sort_by_key(order);
    assert_eq!(found, expected);
}

/// The slots where nothing is damaged.
fn walk(data: &[u8], image: &MachO<'_>, fixups: &ChainedFixups<'_>) -> Option<Vec<Slot>> {
    let mut slots = fixups.slots(image);
    let mut all: Vec<Slot> = Vec::new();
    let (mut items, mut whole, mut before) = (0, true, None);
    while let Some(item) = slots.next() {
        items += 1;
        let Ok(slot) = item else {
            whole = false;
            continue;
        };
        let starts = slots.starts().expect("a slot is in a segment");
        let size = starts.pointer_format.slot_size().expect("a known format");
        let place = (starts.segment_index, slot.vmaddr.get());
        if let Some((index, end)) = before {
            assert!(place.0 > index || place.1 >= end, "slots ascend");
        }
        before = Some((place.0, place.1 + size));
        assert!(slot.file_offset.get() + size <= data.len() as u64);
        all.push(slot);
    }
    assert!(items <= data.len(), "{items} items of {} bytes", data.len());
    whole.then_some(all)
}

/// `object` does not check where a chain leads, so it is asked only about those that lead well.
fn compare(data: &[u8], ours: &[Slot]) {
    let header = MachHeader64::<Le>::parse(data, 0).expect("object takes the header we took");
    let Ok(mut commands) = header.load_commands(Le, data, 0) else {
        return;
    };
    let (mut segments, mut table) = (Vec::new(), None);
    loop {
        match commands.next() {
            Ok(Some(command)) => {
                match SegmentCommand64::<Le>::from_command(command) {
                    Ok(Some((segment, _))) => segments.push(segment),
                    Ok(None) => {}
                    Err(_) => return,
                }
                if let (Ok(Some(command)), None) = (command.dyld_chained_fixups(), table) {
                    table = command.chained_fixups(Le, data).ok();
                }
            }
            Ok(None) => break,
            Err(_) => return,
        }
    }
    let Some(Ok(table)) = table.map(|table| table.segments(Le)) else {
        return;
    };
    let mut ours = ours.iter();
    for starts in table {
        let Ok(starts) = starts else { return };
        let Some(segment) = segments.get(starts.index() as usize) else {
            return;
        };
        let Ok(bytes) = segment.data(Le, data) else {
            return;
        };
        // With a base of 0, a vmaddr stays what it is.
        for item in starts.fixups(Le, 0, bytes) {
            let Ok((offset, theirs)) = item else { return };
            let ours = ours.next().expect("as many slots as object has");
            assert_eq!(ours.vmaddr.get(), segment.vmaddr(Le).wrapping_add(offset));
            assert!(same(ours.fixup(), theirs), "{ours:?} {theirs:?}");
        }
    }
    assert!(ours.next().is_none(), "more slots than object has");
}

fn same(ours: Fixup, theirs: Theirs) -> bool {
    let (auth, other) = match (ours, theirs) {
        // `object` does not tell these numbers from pointers.
        (Fixup::Value(_), Theirs::Rebase(_)) => return true,
        (Fixup::Rebase { target, auth }, Theirs::Rebase(other)) => {
            let number = match target {
                Target::VmAddr(vmaddr) => vmaddr.get(),
                Target::VmOffset(offset) => offset.get(),
                _ => return false,
            };
            if number != other.target_offset {
                return false;
            }
            (auth, other.auth)
        }
        (Fixup::Rebase { target, auth }, Theirs::KernelCacheRebase(other)) => match target {
            Target::Cache { level, offset }
                if level == other.cache_level && offset.get() == other.target_offset =>
            {
                (auth, other.auth)
            }
            _ => return false,
        },
        (Fixup::Rebase { target, auth }, Theirs::SegmentedRebase(other)) => match target {
            Target::Segment { index, offset }
                if index == other.target_segment_index
                    && u64::from(offset) == other.target_segment_offset =>
            {
                (auth, other.auth)
            }
            _ => return false,
        },
        (
            Fixup::Bind {
                ordinal,
                addend,
                auth,
            },
            Theirs::Bind(other),
        ) if (ordinal, addend) == (other.ordinal, other.addend.into()) => (auth, other.auth),
        _ => return false,
    };
    let ours = auth.map(|auth| (auth.key as u8, auth.diversity, auth.address_diversity));
    ours == other.map(|auth| (auth.key as u8, auth.diversity, auth.addr_div))
}
