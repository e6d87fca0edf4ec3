//! Which things of two kernelcaches are the same: by name, images also by UUID; and how far all of
//! them moved.
use std::collections::HashMap;

use serde_json::{Map, Value};

use super::facts::{Fact, Facts, Key, Things};

/// Gives the images of `after` that are known by their UUID alone the ids that they have in
/// `before`, so that their symbols and segments meet. The `id` among their fields stays.
pub(super) fn rename(before: &Facts<'_>, after: &mut Facts<'_>) {
    let lone = |things: &Things, others: &Things| {
        let lone = things.iter().filter(|(key, _)| !others.contains_key(key));
        let mut by_uuid: HashMap<String, Vec<Key>> = HashMap::new();
        for (key, fields) in lone {
            if let Some(uuid) = fields.get("uuid").and_then(Value::as_str) {
                by_uuid
                    .entry(uuid.to_owned())
                    .or_default()
                    .push(key.clone());
            }
        }
        by_uuid
    };
    let theirs = lone(&after.entries, &before.entries);
    let mut ids = HashMap::new();
    for (uuid, known) in lone(&before.entries, &after.entries) {
        // One that several images have tells none of them.
        if let (Some([new]), [old]) = (theirs.get(&uuid).map(Vec::as_slice), known.as_slice()) {
            if let Some(fields) = after.entries.remove(new) {
                after.entries.insert(old.clone(), fields);
            }
            if (old.earlier, new.earlier) == (0, 0) {
                ids.insert(new.name.clone(), old.name.clone());
            }
        }
    }
    // An id that an image keeps is no other image's.
    ids.retain(|new, _| {
        let repeat = Key {
            name: new.clone(),
            earlier: 1,
        };
        !after.entries.contains_key(&repeat)
    });
    for id in &mut after.ids {
        if let Some(old) = ids.get(id) {
            old.clone_into(id);
        }
    }
}

/// Takes the segments of the images that both have: that an image is gone says enough.
pub(super) fn of_both<'a>(facts: &mut Facts<'a>, both: &Things) -> Vec<Fact<'a>> {
    let is_wanted = |id: &String| {
        both.contains_key(&Key {
            name: id.clone(),
            earlier: 0,
        })
    };
    let wanted: Vec<bool> = facts.ids.iter().map(is_wanted).collect();
    let mut segments = std::mem::take(&mut facts.nested_segments);
    segments.retain(|fact| wanted[fact.image]);
    segments
}

/// How far most segments and images moved; 0 where most did not, or each its own way.
pub(super) fn shift(before: &Facts<'_>, after: &Facts<'_>) -> u64 {
    let mut all = 0_usize;
    let mut counts: HashMap<u64, usize> = HashMap::new();
    for (before, after) in [
        (&before.segments, &after.segments),
        (&before.entries, &after.entries),
    ] {
        for (key, fields) in before {
            let from = vmaddr(fields);
            let to = after.get(key).and_then(vmaddr);
            if let (Some(from), Some(to)) = (from, to) {
                all += 1;
                *counts.entry(to.wrapping_sub(from)).or_default() += 1;
            }
        }
    }
    let most = counts.into_iter().find(|(_, count)| *count > all / 2);
    most.map_or(0, |(shift, _)| shift)
}

fn vmaddr(fields: &Map<String, Value>) -> Option<u64> {
    address(fields.get("vmaddr")?)
}

/// An address as JSON has it.
pub(super) fn address(value: &Value) -> Option<u64> {
    u64::from_str_radix(value.as_str()?.strip_prefix("0x")?, 16).ok()
}

/// A distance with its sign, as `--slide` takes it.
pub(super) fn signed(shift: u64) -> String {
    let distance = i64::from_le_bytes(shift.to_le_bytes());
    let sign = if distance < 0 { "-" } else { "" };
    format!("{sign}{:#x}", distance.unsigned_abs())
}
