//! Maps as pictures: well-formed whatever the names are, and with what the text has.
use std::fs;

use quick_xml::Reader;
use quick_xml::events::Event;

use crate::common::{Files, kc};

/// The names of the elements, in order, each with its classes.
fn elements(svg: &[u8]) -> Vec<String> {
    let mut reader = Reader::from_reader(svg);
    reader.config_mut().check_end_names = true;
    let (mut found, mut open) = (Vec::new(), 0_usize);
    let mut buffer = Vec::new();
    loop {
        let event = reader.read_event_into(&mut buffer).expect("well-formed");
        match &event {
            Event::Start(element) | Event::Empty(element) => {
                let mut text = String::from_utf8(element.name().as_ref().to_vec()).unwrap();
                for attribute in element.attributes() {
                    let attribute = attribute.expect("an attribute");
                    if attribute.key.as_ref() == b"class" {
                        text.push('.');
                        text.push_str(&attribute.unescape_value().unwrap());
                    }
                }
                found.push(text);
                open += usize::from(matches!(event, Event::Start(_)));
            }
            Event::End(_) => open -= 1,
            Event::Text(text) => assert!(!text.contains(&b'&')),
            Event::GeneralRef(reference) => {
                let character = reference.resolve_char_ref().expect("a number");
                let is_known = [&b"lt"[..], b"gt", b"amp", b"quot"].contains(&&reference[..]);
                assert!(
                    is_known || character.is_some_and(|c| c > '~'),
                    "{reference:?}"
                );
            }
            Event::Eof => break,
            other => panic!("{other:?}"),
        }
        buffer.clear();
    }
    assert_eq!(open, 0);
    found
}

fn drawn(files: &Files, name: &str) -> Vec<String> {
    let outcome = kc(&files.arguments(&format!("map --svg @out @{name}")), &[]);
    assert!(
        matches!(outcome.status, 0 | 3),
        "{name}: {}",
        outcome.stderr
    );
    assert!(outcome.stdout.is_empty());
    let svg = fs::read(files.path("out")).unwrap();
    assert!(svg.is_ascii(), "{name}");
    elements(&svg)
}

#[test]
fn pictures_are_well_formed_and_whole() {
    let files = Files::new("map");
    let count = |found: &[String], what: &str| found.iter().filter(|one| *one == what).count();
    for name in [
        "fileset",
        "shuffled",
        "prelinked",
        "opcodes",
        "m1n1",
        "auxiliary",
        "chain",
    ] {
        let found = drawn(&files, name);
        assert_eq!(found[0], "svg", "{name}");
        // Each has one more in the legend.
        let leads = found.iter().filter(|one| one.starts_with("polygon.lead"));
        assert!(leads.count() > 0, "{name}");
    }
    let found = drawn(&files, "fileset");
    assert_eq!(count(&found, "polygon.entry"), 1);
    // The kernel has three segments besides __LINKEDIT, alpha and beta four each.
    assert_eq!(count(&found, "rect.image"), IMAGES_OF_FILESET + 1);
    assert!(count(&found, "rect.slots") > 3);
    let to_stdout = kc(&files.arguments("map --svg - @fileset"), &[]);
    assert_eq!(to_stdout.stdout, fs::read(files.path("out")).unwrap());
}

const IMAGES_OF_FILESET: usize = 11;

/// Names of segments and ids with what XML and terminals obey.
#[test]
fn no_name_breaks_a_picture() {
    let files = Files::new("map-names");
    let fileset = fs::read(files.path("fileset")).unwrap();
    let attacks: [&[u8]; 6] = [
        b"</svg><a",
        b"\"'&<>--",
        b"]]>&#x1b;",
        b"a\xff\xfeb<",
        b"\xe2\x80\xaec&",
        b"a\x1b[2J",
    ];
    for attack in attacks {
        let mut damaged = fileset.clone();
        for place in [&b"__TEXT_EXEC"[..], b"__DATA_CONST", b"org.example.alpha"] {
            let mut at = 0;
            let mut found = 0;
            while let Some(next) = damaged[at..].windows(place.len()).position(|w| w == place) {
                at += next;
                damaged[at..at + attack.len()].copy_from_slice(attack);
                found += 1;
            }
            assert!(found > 0);
        }
        files.put("attacked", &damaged);
        assert!(drawn(&files, "attacked").len() > 40);
    }
}
