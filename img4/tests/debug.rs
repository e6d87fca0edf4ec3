//! `Debug` of every public type shows names and numbers, and is short whatever the value borrows
//! (`docs/decisions/0018`).

use std::any::type_name;
use std::collections::BTreeSet;
use std::fmt::Debug;

use img4::{Error, Img4, Properties, Scratch, Tlv, Value};
use testkit::img4::{self as write, Im4p};

/// The most characters of one value.
const LIMIT: usize = 1024;

/// The types seen so far, without paths and lifetimes.
#[derive(Default)]
struct Seen(BTreeSet<String>);

impl Seen {
    fn add<T: Debug>(&mut self, value: &T) {
        let text = format!("{value:?}");
        let full = type_name::<T>();
        let name = full.split('<').next().unwrap().rsplit("::").next().unwrap();
        assert!(text.len() <= LIMIT, "{name}: {} in {text}", text.len());
        self.0.insert(name.to_owned());
    }

    fn error(&mut self, error: Error) {
        self.add(&error);
        self.add(&error.kind());
        self.add(&error.structure());
    }

    fn tlv(&mut self, tlv: Tlv<'_>) {
        self.add(&tlv);
        self.add(&tlv.tag());
        self.add(&tlv.tag().class);
    }

    fn properties(&mut self, properties: Properties<'_>) {
        self.add(&properties);
        for property in properties {
            self.add(&property);
            self.add(&property.name());
            self.add(&property.value());
            self.tlv(property.tlv());
        }
    }

    fn file(&mut self, file: &[u8]) {
        let img4 = match Img4::parse(file) {
            Ok(img4) => img4,
            Err(error) => return self.error(error),
        };
        self.add(&img4);
        self.add(&img4.container());
        if let Some(payload) = img4.payload() {
            self.add(&payload);
            self.add(&payload.keybags());
            payload.keybags().for_each(|keybag| {
                self.add(&keybag);
                self.add(&keybag.kind());
            });
            self.properties(payload.properties());
            payload.compression().iter().for_each(|info| self.add(info));
            let plan = payload.plan().unwrap();
            self.add(&plan);
            self.add(&plan.codec());
            self.add(&plan.size_source());
            plan.comp_header()
                .iter()
                .for_each(|header| self.add(header));
            let mut output = vec![0; plan.size_within(1 << 28).unwrap_or(0)];
            let mut scratch = Box::new(Scratch::new());
            match payload.decompress_into(&mut output, &mut scratch) {
                Ok(done) => self.add(&done),
                Err(error) => self.error(error),
            }
            self.add(&*scratch);
            #[cfg(feature = "digest")]
            if let Some(manifest) = img4.manifest() {
                self.add(&payload.check_digest(&manifest));
            }
        }
        if let Some(manifest) = img4.manifest() {
            self.add(&manifest);
            self.add(&manifest.objects());
            self.properties(manifest.properties());
            for object in manifest.objects() {
                self.add(&object);
                self.properties(object.properties());
            }
        }
        if let Some(info) = img4.restore_info() {
            self.add(&info);
            self.properties(info.properties());
        }
    }
}

/// Names that `lib.rs` re-exports.
fn public() -> Vec<&'static str> {
    let text = include_str!("../src/lib.rs");
    let exports = text.split("\npub use ").skip(1);
    let lists = exports.map(|export| export.split(';').next().unwrap());
    lists
        .flat_map(|list| list.rsplit("::").next().unwrap().split(','))
        .map(|name| name.trim_matches(['{', '}', '\n', ' ']))
        .filter(|name| !name.is_empty())
        .filter(|name| cfg!(feature = "digest") || *name != "DigestCheck")
        .collect()
}

#[test]
fn every_public_type_is_short() {
    let mut seen = Seen::default();
    seen.file(&testkit::samples::kernelcache_img4());
    let long = vec![0xa5; 5000];
    let properties = [
        write::property("long", &write::octets(&long)),
        write::property("text", &write::ia5(&"t".repeat(5000))),
        write::property("numb", &write::tlv(&[2], &long)),
        write::property("else", &write::tlv(&[0x0a], &long)),
    ];
    for mut im4p in [
        Im4p::stored("krnl", &long),
        Im4p::lzfse("krnl", &long),
        Im4p::lzss("krnl", &long),
        Im4p::lzvn("krnl", &long),
    ] {
        im4p.description = "d".repeat(5000);
        im4p.properties = properties.to_vec();
        im4p.unknown = write::tlv(&[0x0c], &long);
        let mut file = im4p.build();
        file.extend(&long);
        seen.file(&file);
        im4p.keybags = vec![(1, vec![1; 16], vec![2; 32]); 100];
        seen.file(&im4p.build());
    }
    let im4p = Im4p::stored("krnl", b"kernel").build();
    let im4r = write::im4r(&properties);
    seen.file(&write::img4(&im4p, None, Some(&im4r)));
    seen.file(&long);
    let names = public();
    assert!(names.len() > 20, "{names:?}");
    let missing: Vec<_> = names
        .into_iter()
        .filter(|name| !seen.0.contains(*name))
        .collect();
    assert_eq!(missing, [""; 0], "not formatted");
}

#[test]
fn a_key_is_not_shown() {
    let mut im4p = Im4p::stored("krnl", b"kernel");
    im4p.keybags = vec![(1, vec![1; 16], vec![2; 32])];
    let file = im4p.build();
    let payload = Img4::parse(&file).unwrap().payload().unwrap();
    let keybag = payload.keybags().next().unwrap();
    assert_eq!(format!("{keybag:?}"), "Keybag { kind: KeybagKind(1), .. }");
    let value = Value::Octets(&[1, 2, 3]);
    assert_eq!(format!("{value:?}"), "Octets(3 bytes)");
}
