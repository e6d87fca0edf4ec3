//! The `__PRELINK_INFO,__info` property list: what each kext is and where it lies.

use std::fmt::Write as _;

use crate::kernelcache::kind::Kind;
use crate::link::{Image, Placed};
use crate::truth::Codeless;

/// The version that every kext with code has.
pub const VERSION: &str = "1.0.0";

/// The XML for a collection. Without places, addresses are zeros of the same width, so that the
/// size is known before the layout.
pub fn collection(
    kind: Kind,
    images: &[Image],
    without_code: &[Codeless],
    placed: &[Placed<'_>],
) -> String {
    let mut out = String::from("<dict><key>_PrelinkInfoDictionary</key><array>");
    for (number, image) in images.iter().enumerate() {
        let place = placed.get(number);
        let text = place.map(|place| &place.segments[0]);
        let kmod = image.object.symbol("_kmod_info").map(|symbol| {
            let symbol = &image.object.symbols[symbol];
            place.and_then(|place| place.address(symbol)).unwrap_or(0)
        });
        dictionary(
            &mut out,
            &image.id,
            text.map_or(0, |text| text.vmaddr),
            text.map_or(0, |text| text.vmsize),
            kmod,
        );
    }
    codeless(&mut out, without_code);
    // UUIDs: the collection's own, then those of the collections that it was linked against.
    out.push_str("</array><key>_PrelinkKCID</key><data>AAECAwQFBgcICQoLDA0ODw==</data>");
    if kind != Kind::Primary {
        out.push_str("<key>_BootKCID</key><data>EBESExQVFhcYGRobHB0eHw==</data>");
    }
    if kind == Kind::Auxiliary {
        out.push_str("<key>_PageableKCID</key><data>ICEiIyQlJicoKSorLC0uLw==</data>");
    }
    out.push_str("</dict>\0");
    out
}

/// The XML for a static kernelcache, in the ways that such files write numbers: hexadecimal, then
/// decimal, then negative decimal; a number said before is referred to by IDREF.
pub fn prelinked(kexts: &[Placed<'_>], without_code: &[Codeless]) -> String {
    let mut out = String::from("<dict><key>_PrelinkInfoDictionary</key><array>");
    let mut known: Vec<u64> = Vec::new();
    for (order, kext) in kexts.iter().enumerate() {
        let id = &kext.image.id;
        let _ = write!(
            out,
            "<dict><key>CFBundleIdentifier</key><string>{id}</string>\
             <key>CFBundleVersion</key><string>{VERSION}</string>"
        );
        let first = &kext.segments[0];
        let size: u64 = kext.segments.iter().map(|segment| segment.vmsize).sum();
        let kmod = kext.image.object.symbol("_kmod_info");
        let kmod = kmod.and_then(|number| kext.address(&kext.image.object.symbols[number]));
        let numbers = [
            ("_PrelinkExecutableLoadAddr", Some(first.vmaddr)),
            ("_PrelinkExecutableSourceAddr", Some(first.vmaddr)),
            ("_PrelinkExecutableSize", Some(size)),
            ("_PrelinkKmodInfo", kmod),
        ];
        for (key, value) in numbers {
            let Some(value) = value else { continue };
            let _ = write!(out, "<key>{key}</key>");
            integer(&mut out, value, order, &mut known);
        }
        out.push_str("</dict>");
    }
    codeless(&mut out, without_code);
    out.push_str("</array></dict>\0");
    out
}

/// Kexts without code, as dyld's builder writes them: a version, and an address that is none or is
/// left out.
fn codeless(out: &mut String, kexts: &[Codeless]) {
    for kext in kexts {
        let (id, version) = (&kext.id, &kext.version);
        let _ = write!(
            out,
            "<dict><key>CFBundleIdentifier</key><string>{id}</string>\
             <key>CFBundleVersion</key><string>{version}</string>"
        );
        if let Some(load) = kext.load_addr {
            let _ = write!(
                out,
                "<key>_PrelinkExecutableLoadAddr</key><integer size=\"64\">{load:#x}</integer>"
            );
        }
        out.push_str("</dict>");
    }
}

/// An integer element in one of three notations, or a reference to the same number before.
fn integer(out: &mut String, value: u64, notation: usize, known: &mut Vec<u64>) {
    if let Some(number) = known.iter().position(|other| *other == value) {
        let _ = write!(out, "<integer IDREF=\"{number}\"/>");
        return;
    }
    let id = known.len();
    known.push(value);
    let _ = write!(out, "<integer ID=\"{id}\" size=\"64\">");
    let _ = match notation % 3 {
        0 => write!(out, "{value:#x}"),
        1 => write!(out, "{}", crate::bytes::signed(value)),
        _ => write!(out, "{value}"),
    };
    out.push_str("</integer>");
}

fn dictionary(out: &mut String, id: &str, load: u64, size: u64, kmod: Option<u64>) {
    let _ = write!(
        out,
        "<dict><key>CFBundleIdentifier</key><string>{id}</string>\
         <key>CFBundleVersion</key><string>{VERSION}</string>\
         <key>_PrelinkBundlePath</key><string>/System/Library/Extensions/{id}</string>\
         <key>_PrelinkExecutableLoadAddr</key><integer size=\"64\">{load:#018x}</integer>\
         <key>_PrelinkExecutableSize</key><integer size=\"64\">{size:#010x}</integer>"
    );
    if let Some(kmod) = kmod {
        let _ = write!(
            out,
            "<key>_PrelinkKmodInfo</key><integer size=\"64\">{kmod:#018x}</integer>"
        );
    }
    out.push_str("</dict>");
}
