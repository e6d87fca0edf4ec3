//! Property lists of kexts: every element lies further on, references are earlier values, and the
//! kexts of a list with damage are those of the list without its end.
#![no_main]

use kc_offsets::{Error, ErrorKind, PrelinkInfo};
use kc_offsets::{IdCell, Ids};
use kc_offsets::{Plist, PlistItem};
use libfuzzer_sys::fuzz_target;
use macho_core::FileOffset;

fuzz_target!(|data: &[u8]| {
    let end = FileOffset::new(u64::try_from(data.len()).unwrap_or(u64::MAX));
    let mut last = 0;
    let mut open = 0_u32;
    let mut elements = Plist::new(data, FileOffset::new(0));
    let mut closed = true;
    while let Some(element) = elements.next() {
        let element = match element {
            Ok(element) => element,
            Err(error) => {
                inside(error, end);
                closed = false;
                continue;
            }
        };
        assert!(element.at >= last && element.text_at >= element.at);
        last = element.at;
        match element.item {
            PlistItem::Dict | PlistItem::Array => open += 1,
            PlistItem::End => open -= 1,
            PlistItem::Key(text) | PlistItem::String(text) => {
                let _ = format!("{text}");
            }
            PlistItem::Integer(digits) => {
                let _ = digits.integer();
            }
            _ => {}
        }
        assert_eq!(elements.depth(), open);
    }
    assert!(!closed || open == 0, "a list without damage is closed");

    let info = PrelinkInfo::new(data, FileOffset::new(0));
    let asked = Ids::build(&info, &mut []).err();
    let needed = asked.and_then(Error::needed).unwrap_or(0);
    let mut entries = vec![IdCell::EMPTY; needed];
    let Ok(ids) = Ids::build(&info, &mut entries) else {
        panic!("the storage is large enough");
    };
    for kext in info.kexts(ids) {
        match kext {
            Ok(kext) => assert!(kext.file_offset < end),
            Err(error) => inside(error, end),
        }
    }
});

/// An error is about the list, and lies in it.
fn inside(error: Error, end: FileOffset) {
    assert!(matches!(error.kind(), ErrorKind::Plist(_)), "{error}");
    assert!(error.offset().is_some_and(|offset| offset <= end));
}
