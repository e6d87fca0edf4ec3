//! `kc fixups --list --json`: chains against the `object` crate, the rest against llvm-objdump.

use std::fs;
use std::path::Path;

use object::LittleEndian as Le;
use object::macho::{MachHeader64, SegmentCommand64};
use object::read::macho::{DyldChainedFixups, Fixup, FixupAuth, MachHeader, Segment};
use serde_json::Value;

use crate::fault::{Fault, Outcome};
use crate::opcodes;
use crate::starts;
use crate::tool::{kc, rows};

/// A slot as both are asked for it.
#[derive(Debug, PartialEq, Eq)]
struct Slot {
    vmaddr: u64,
    /// A rebase's target, as an offset from the base where the format says so.
    target: Option<u64>,
    /// A bind's symbol, and what the slot and the import add.
    symbol: Option<(String, i64)>,
    cache_level: Option<u64>,
    /// Key, diversity, address diversity.
    auth: Option<(u64, u64, bool)>,
}

/// Compares every slot of the outermost image in the order of the segments; counts them.
///
/// # Errors
/// When a slot differs, or one side has more.
pub(crate) fn compare(path: &Path, slice: &Path) -> Outcome<u64> {
    let data = fs::read(slice)?;
    let (theirs, bases) = theirs(&data)?;
    let mut slots = rows(kc(["fixups", "--list", "--json"])?.arg(path))?;
    // Neither LLVM nor object looks for images inside; tests of kc do.
    slots.retain(|slot| slot["image"].is_null());
    let (chained, others): (Vec<Value>, Vec<Value>) = slots
        .into_iter()
        .partition(|slot| slot["mechanism"] == "chained");
    let more = opcodes::compare(&others, slice)?;
    starts::compare(path, slice)?;
    let threads = others.iter().filter(|slot| {
        slot["mechanism"]
            .as_str()
            .is_some_and(|name| name.contains("thread"))
    });
    // What nobody else reads is compared with its builder, in macho-core's tests.
    if more + threads.count() as u64 != others.len() as u64 {
        return Err(Fault::new(format!(
            "{} slots, {more} compared",
            others.len()
        )));
    }
    let slots = chained;
    for (number, theirs) in theirs.iter().enumerate() {
        let Some(slot) = slots.get(number) else {
            break;
        };
        let ours = ours(slot, bases)
            .ok_or_else(|| Fault::new(format!("slot {number} cannot be read: {slot}")))?;
        if ours != *theirs {
            return Err(Fault::new(format!(
                "slot {number}: ours {ours:x?}, object {theirs:x?}"
            )));
        }
    }
    if slots.len() != theirs.len() {
        return Err(Fault::new(format!(
            "{} slots, object has {}",
            slots.len(),
            theirs.len()
        )));
    }
    Ok(u64::try_from(slots.len()).unwrap_or(u64::MAX) + more)
}

fn number(value: &Value) -> Option<u64> {
    u64::from_str_radix(value.as_str()?.strip_prefix("0x")?, 16).ok()
}

/// What targets count from.
#[derive(Clone, Copy)]
struct Bases {
    /// Of images: the header.
    header: u64,
    /// Of a kernel collection's own level: its lowest address (XNU `libkern/c++/OSKext.cpp`,
    /// `PE_set_kc_header_and_base`), which in an auxiliary one lies before the header.
    collection: u64,
}

/// A slot of kc's; targets become offsets from their base, as `object` has them.
fn ours(slot: &Value, bases: Bases) -> Option<Slot> {
    let base = match slot["cache_level"] {
        Value::Null => bases.header,
        _ => bases.collection,
    };
    let is_bind = slot["kind"] == "bind";
    let auth = match &slot["key"] {
        Value::Null => None,
        key => Some((
            u64::try_from(
                ["IA", "IB", "DA", "DB"]
                    .iter()
                    .position(|name| key == *name)?,
            )
            .ok()?,
            number(&slot["diversity"])?,
            slot["address_diversity"].as_bool()?,
        )),
    };
    let target = match &slot["target"] {
        _ if is_bind => None,
        Value::Null => Some(number(&slot["target_offset"])?),
        // Firmware's targets are vmaddrs (dyld, ChainedFixupPointerOnDisk::isRebase), which
        // `object` leaves as they are.
        target if slot["format"] == 5 => number(target),
        target => Some(number(target)?.wrapping_sub(base)),
    };
    let symbol = match (is_bind, &slot["target"], &slot["addend"]) {
        (true, Value::String(name), addend) => Some((name.clone(), addend.as_i64()?)),
        _ => None,
    };
    Some(Slot {
        vmaddr: number(&slot["vmaddr"])?,
        target,
        symbol,
        cache_level: slot["cache_level"].as_u64(),
        auth,
    })
}

fn signature(auth: Option<FixupAuth>) -> Option<(u64, u64, bool)> {
    auth.map(|auth| {
        (
            u64::from(auth.key as u8),
            u64::from(auth.diversity),
            auth.addr_div,
        )
    })
}

/// Every slot by `object`, and what targets count from.
fn theirs(data: &[u8]) -> Outcome<(Vec<Slot>, Bases)> {
    let header = MachHeader64::<Le>::parse(data, 0)?;
    let mut commands = header.load_commands(Le, data, 0)?;
    let (mut segments, mut table) = (Vec::new(), None);
    while let Some(command) = commands.next()? {
        if let Some((segment, _)) = SegmentCommand64::<Le>::from_command(command)? {
            segments.push(segment);
        }
        if let Some(command) = command.dyld_chained_fixups()? {
            table = Some(command.chained_fixups(Le, data)?);
        }
    }
    let maps_header = |segment: &&SegmentCommand64<Le>| {
        segment.fileoff.get(Le) == 0 && segment.filesize.get(Le) > 0
    };
    let base = segments
        .iter()
        .copied()
        .find(|segment| maps_header(segment));
    let base = base.map_or(0, |segment| segment.vmaddr(Le));
    let lowest = segments.iter().map(|segment| segment.vmaddr(Le)).min();
    let bases = Bases {
        header: base,
        collection: lowest.unwrap_or(base),
    };
    let mut out = Vec::new();
    let Some(table) = table else {
        return Ok((out, bases));
    };
    let names = names(&table)?;
    for starts in table.segments(Le)? {
        let starts = starts?;
        let segment = usize::try_from(starts.index()).ok();
        let segment = segment.and_then(|index| segments.get(index).copied());
        let segment = segment.ok_or_else(|| Fault::new("fixups of a segment that is not there"))?;
        let bytes = segment
            .data(Le, data)
            .map_err(|()| Fault::new("a segment past the end"))?;
        for item in starts.fixups(Le, base, bytes) {
            let (offset, fixup) = item?;
            let mut slot = Slot {
                vmaddr: segment.vmaddr(Le).wrapping_add(offset),
                target: None,
                symbol: None,
                cache_level: None,
                auth: None,
            };
            match fixup {
                Fixup::Rebase(fixup) => {
                    slot.target = Some(fixup.target_offset);
                    slot.auth = signature(fixup.auth);
                }
                Fixup::Bind(fixup) => {
                    let name = usize::try_from(fixup.ordinal).ok();
                    let name = name.and_then(|ordinal| names.get(ordinal));
                    let (name, addend) =
                        name.ok_or_else(|| Fault::new("a bind without an import"))?;
                    slot.symbol = Some((name.clone(), addend + i64::from(fixup.addend)));
                    slot.auth = signature(fixup.auth);
                }
                Fixup::KernelCacheRebase(fixup) => {
                    slot.target = Some(fixup.target_offset);
                    slot.cache_level = Some(fixup.cache_level.into());
                    slot.auth = signature(fixup.auth);
                }
                Fixup::SegmentedRebase(fixup) => {
                    slot.target = Some(fixup.target_segment_offset);
                    slot.auth = signature(fixup.auth);
                }
            }
            out.push(slot);
        }
    }
    Ok((out, bases))
}

fn names(table: &DyldChainedFixups<'_, Le>) -> Outcome<Vec<(String, i64)>> {
    let mut names = Vec::new();
    for import in table.imports(Le)? {
        let import = import?;
        names.push((
            String::from_utf8_lossy(import.name).into_owned(),
            import.addend,
        ));
    }
    Ok(names)
}
