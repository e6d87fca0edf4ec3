//! Contradictions of fat files, each pinned to its error: kind, structure and byte.
#[path = "support/image.rs"]
mod support;

use macho_core::{Error, ErrorKind as K, FatFile, Structure as S};
use support::{big_words, image, put, words};

fn what(error: Error) -> (K, S, usize) {
    let offset = usize::try_from(error.offset().get()).unwrap();
    (error.kind(), error.structure(), offset)
}

/// A fat file with slices `[cputype, cpusubtype, offset, size, align]`, each with the header of an
/// image of the family that `headers` says.
fn fat(arches: &[[u32; 5]], headers: &[u32]) -> Result<(), (K, S, usize)> {
    let mut file = big_words(&[0xcafe_babe, u32::try_from(arches.len()).unwrap()]);
    file.extend(big_words(&arches.concat()));
    file.resize(0x4000, 0);
    for (arch, header) in arches.iter().zip(headers) {
        let mut slice = image(2, &[]);
        put(&mut slice, 4, &words(&[*header]));
        put(&mut file, arch[2] as usize, &slice);
    }
    FatFile::parse(&file)
        .unwrap()
        .ensure_consistent()
        .map_err(what)
}

#[test]
fn slices_are_apart_and_what_the_table_says() {
    const ARM: u32 = 0x0100_000c;
    const INTEL: u32 = 0x0100_0007;
    let [first, second] = [[ARM, 2, 0x1000, 0x100, 4], [INTEL, 3, 0x1100, 0x100, 4]];
    let families = [ARM, INTEL];
    assert_eq!(fat(&[first, second], &families), Ok(()));
    let refused = |kind| Err((kind, S::FatArch, 8 + 20));
    let changed = |field: usize, value: u32| {
        let mut second = second;
        second[field] = value;
        second
    };
    for offset in [0x10f0, 0xf10] {
        let shared = fat(&[first, changed(2, offset)], &families);
        assert_eq!(shared, refused(K::Overlap), "{offset:#x}");
    }
    assert_eq!(fat(&[first, changed(2, 0xf00)], &families), Ok(()));
    // The table ends at 0x30.
    assert_eq!(fat(&[first, changed(2, 0x20)], &[ARM]), refused(K::Overlap));
    assert_eq!(fat(&[first, changed(2, 0x30)], &families), Ok(()));
    // Capability bits make no other processor.
    let same = [ARM, 0x8000_0002, 0x1100, 0x100, 4];
    assert_eq!(fat(&[first, same], &[ARM, ARM]), refused(K::Duplicate));
    assert_eq!(fat(&[first, changed(0, ARM)], &[ARM, ARM]), Ok(()));
    assert_eq!(
        fat(&[first, second], &[ARM, ARM]),
        refused(K::CpuTypeMismatch)
    );
    // An archive has no header to compare.
    assert_eq!(fat(&[first, second], &[ARM]), Ok(()));
}

#[test]
fn the_search_among_slices_is_bounded() {
    let slices =
        |count: u32| -> Vec<[u32; 5]> { (0..count).map(|n| [7, n, 0x10_0000 + n, 1, 0]).collect() };
    let check = |count| {
        let mut file = big_words(&[0xcafe_babe, count]);
        file.extend(big_words(&slices(count).concat()));
        file.resize(0x20_0000, 0);
        FatFile::parse(&file)
            .unwrap()
            .ensure_consistent()
            .map_err(what)
    };
    assert_eq!(check(724), Ok(()));
    assert_eq!(check(726).unwrap_err().0, K::TooMuchWork);
}
