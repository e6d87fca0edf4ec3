//! `kc fixups --list --json` against what the builders of the files say.
use serde_json::Value;
use testkit::classic::{self, Becomes, Counts};
use testkit::kernelcache::sample;
use testkit::truth::{Built, Fixup};

use crate::common::{Files, kc, words};

fn hex(value: &Value) -> u64 {
    let text = value.as_str().unwrap();
    u64::from_str_radix(text.strip_prefix("0x").unwrap(), 16).unwrap()
}

/// The slot that the builder wrote; `primary` is the base of the collection that level 0 counts
/// from where that is another file.
fn check(slot: &Value, truth: &Fixup, primary: Option<u64>) {
    assert_eq!(hex(&slot["vmaddr"]), truth.vmaddr);
    assert_eq!(hex(&slot["file_offset"]), truth.file_offset);
    assert_eq!(
        (&slot["mechanism"], &slot["format"]),
        (&"chained".into(), &8.into())
    );
    assert_eq!(slot["kind"], "rebase");
    assert_eq!(slot["cache_level"], truth.cache_level);
    match primary.filter(|_| truth.cache_level == 0) {
        None => assert_eq!(hex(&slot["target"]), truth.target),
        Some(base) => {
            assert!(slot["target"].is_null());
            assert_eq!(hex(&slot["target_offset"]), truth.target - base);
        }
    }
    match truth.auth {
        None => {
            for field in ["key", "diversity", "address_diversity"] {
                assert!(slot[field].is_null(), "{field}");
            }
        }
        Some(auth) => {
            assert_eq!(slot["key"], ["IA", "IB", "DA", "DB"][usize::from(auth.key)]);
            assert_eq!(hex(&slot["diversity"]), u64::from(auth.diversity));
            assert_eq!(slot["address_diversity"], auth.address_diversity);
        }
    }
}

fn agrees(files: &Files, name: &str, built: &Built, primary: Option<u64>) {
    let path = files.path(name);
    let line = format!("fixups --list --json {}", path.to_str().unwrap());
    let outcome = kc(&words(&line), &[]);
    assert_eq!((outcome.status, outcome.stderr.as_str()), (0, ""));
    let document: Value = serde_json::from_slice(&outcome.stdout).unwrap();
    let mut slots: Vec<&Value> = document["rows"].as_array().unwrap().iter().collect();
    slots.sort_by_key(|slot| hex(&slot["vmaddr"]));
    assert_eq!(slots.len(), built.truth.fixups.len());
    assert!(slots.len() >= 4);
    for (slot, truth) in slots.iter().zip(&built.truth.fixups) {
        check(slot, truth, primary);
    }
}

#[test]
fn every_slot_is_as_the_builder_wrote_it() {
    let files = Files::new("fixups");
    let primary = sample::fileset();
    agrees(&files, "fileset", &primary, None);
    agrees(&files, "img4", &primary, None);
    let base = primary.truth.base;
    agrees(&files, "pageable", &sample::pageable(), base);
    agrees(&files, "auxiliary", &sample::auxiliary(), base);
}

/// A slot of another mechanism, as its builder wrote it.
fn check_classic(slot: &Value, truth: &classic::Slot) {
    assert_eq!(hex(&slot["vmaddr"]), truth.vmaddr);
    assert_eq!(hex(&slot["file_offset"]), truth.file_offset);
    assert_eq!(slot["mechanism"], truth.mechanism);
    assert!(slot["cache_level"].is_null());
    match &truth.becomes {
        Becomes::Pointer(target, auth) => {
            assert_eq!(slot["kind"], "rebase");
            assert_eq!(hex(&slot["target"]), *target);
            assert_eq!(slot["key"].is_null(), auth.is_none());
            if let Some(auth) = auth {
                assert_eq!(hex(&slot["diversity"]), u64::from(auth.diversity));
            }
        }
        Becomes::Import(import) => {
            assert_eq!(slot["kind"], "bind");
            assert_eq!(slot["target"], import.name.as_str());
            assert_eq!(slot["library"], import.library);
            assert_eq!(slot["weak"], import.weak);
            let addend = slot["addend"].as_i64().unwrap();
            assert_eq!(addend, import.addend);
        }
    }
}

#[test]
fn every_slot_of_every_mechanism() {
    let files = Files::new("classic-fixups");
    for (name, built) in [
        ("opcodes", classic::opcodes()),
        ("kext", classic::relocations(Counts::Kext)),
        ("threads", classic::threads(8)),
        ("threaded-binds", classic::threaded_binds()),
    ] {
        let path = files.path(name);
        let line = format!("fixups --list --json {}", path.to_str().unwrap());
        let outcome = kc(&words(&line), &[]);
        assert_eq!((outcome.status, outcome.stderr.as_str()), (0, ""));
        let document: Value = serde_json::from_slice(&outcome.stdout).unwrap();
        let slots = document["rows"].as_array().unwrap();
        assert_eq!(slots.len(), built.slots.len(), "{name}");
        for (slot, truth) in slots.iter().zip(&built.slots) {
            check_classic(slot, truth);
        }
    }
}
