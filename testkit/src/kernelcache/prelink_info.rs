//! The `__PRELINK_INFO,__info` property list: what each kext is and where it lies.

use std::fmt::Write as _;

use crate::link::{Image, Placed};

/// The XML for a collection. Without places, addresses are zeros of the same width, so that the
/// size is known before the layout.
pub fn collection(images: &[Image], placed: &[Placed<'_>]) -> String {
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
    out.push_str("</array><key>_PrelinkKCID</key><data>AAECAwQFBgcICQoLDA0ODw==</data></dict>\0");
    out
}

fn dictionary(out: &mut String, id: &str, load: u64, size: u64, kmod: Option<u64>) {
    let _ = write!(
        out,
        "<dict><key>CFBundleIdentifier</key><string>{id}</string>\
         <key>CFBundleVersion</key><string>1.0.0</string>\
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
