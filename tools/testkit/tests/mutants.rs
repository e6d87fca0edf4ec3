//! The mutators: deterministic, and aware of the fields they claim to know.

use testkit::kernelcache::sample;
use testkit::mutate::{Role, Source, mutant, mutants};

#[test]
fn a_mutant_is_made_again() {
    let file = sample::fileset().bytes;
    for (number, bytes) in mutants(&file, 7, 50).enumerate() {
        let again = mutant(&file, 7, u64::try_from(number).expect("small"));
        assert!(bytes == again, "mutant {number} differs");
    }
}

#[test]
fn most_mutants_differ() {
    let file = sample::bare().bytes;
    let source = Source::new(file.clone());
    let mut seen = std::collections::HashSet::new();
    for number in 0..1000 {
        let bytes = source.mutant(1, number);
        if bytes != file {
            seen.insert(bytes);
        }
    }
    // Some damages write the value that was there, or cut at the same place.
    assert!(seen.len() > 800, "{} of 1000", seen.len());
}

/// The finder reaches nested images and the slots of chains.
#[test]
fn fields_of_a_collection() {
    let built = sample::fileset();
    let source = Source::new(built.bytes.clone());
    let count = |role| {
        source
            .fields()
            .iter()
            .filter(|field| field.role == role)
            .count()
    };
    let magics: Vec<usize> = source
        .fields()
        .iter()
        .filter(|f| f.role == Role::Magic)
        .map(|f| f.offset)
        .collect();
    let mut headers = vec![0];
    headers.extend(
        built
            .truth
            .entries
            .iter()
            .map(|e| usize::try_from(e.file_offset).expect("small")),
    );
    assert_eq!(magics.len(), headers.len());
    for header in headers {
        assert!(magics.contains(&header), "no magic at {header:#x}");
    }
    assert!(count(Role::Link) >= 8, "{} links", count(Role::Link));
    let first = built.truth.fixups[0].file_offset;
    assert!(
        source
            .fields()
            .iter()
            .any(|field| { field.role == Role::Link && u64::try_from(field.offset) == Ok(first) }),
        "the first slot is a link"
    );
    assert!(source.truncations().len() > 500);
}
