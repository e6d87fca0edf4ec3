//! What `kc` says of a file with an export trie and a code signature.
use sha2::{Digest as _, Sha256};
use testkit::macho::signature::Signature;

use crate::common::{kc, words};
use crate::signed::{exports, file};

#[test]
fn the_cdhash_is_that_of_the_directory() {
    let signature = Signature::default();
    let outcome = kc(
        &words("signature --json -"),
        &file(exports(), signature.build()),
    );
    assert_eq!(outcome.status, 0, "{}", outcome.stderr);
    let answer: serde_json::Value = serde_json::from_slice(&outcome.stdout).unwrap();
    let row = &answer["rows"][0];
    let hash = Sha256::digest(signature.directory());
    let cdhash = row["cdhash"].as_str().unwrap();
    let bytes = |at: usize| u8::from_str_radix(&cdhash[at..at + 2], 16).unwrap();
    assert_eq!(cdhash.len(), 40);
    assert!(
        (0..20).all(|number| bytes(2 * number) == hash[number]),
        "{cdhash}"
    );
    let list = signature
        .entitlements
        .replace('\n', "\\n")
        .replace('\t', "\\t");
    assert_eq!(row["entitlements"], list);
    for (kind, len) in [(1, 40), (2, 40), (3, 40), (4, 40)] {
        let signature = Signature {
            hash_type: kind,
            ..Signature::default()
        };
        let file = file(exports(), signature.build());
        let outcome = kc(&words("signature --json -"), &file);
        let answer: serde_json::Value = serde_json::from_slice(&outcome.stdout).unwrap();
        let hash = answer["rows"][0]["cdhash"].as_str().unwrap();
        assert_eq!(hash.len(), len, "{kind}");
    }
}

/// Every export of every kind, as the builder was told.
#[test]
fn exports_are_those_of_the_trie() {
    let outcome = kc(
        &words("exports --json -"),
        &file(exports(), Signature::default().build()),
    );
    let answer: serde_json::Value = serde_json::from_slice(&outcome.stdout).unwrap();
    let rows = answer["rows"].as_array().unwrap();
    let row = |name: &str| {
        rows.iter()
            .find(|row| row["name"] == name)
            .unwrap_or_else(|| panic!("no {name}"))
    };
    assert_eq!(rows.len(), 7);
    assert_eq!(row("_main")["vmaddr"], "0x100000010");
    assert_eq!(row("_mainframe")["flags"], "0x4");
    assert_eq!(row("_thread_local")["kind"], "thread-local");
    assert_eq!(row("_absolute")["value"], "0x1234");
    assert_eq!(row("_absolute")["vmaddr"], serde_json::Value::Null);
    assert_eq!(row("_puts")["library"], 1);
    assert_eq!(row("_old_name")["import"], "_new_name");
    assert_eq!(row("_memcpy")["vmaddr"], "0x100000040");
    assert_eq!(row("_memcpy")["resolver"], "0x100000050");
}
