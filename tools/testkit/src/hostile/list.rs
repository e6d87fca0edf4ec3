//! Property lists of kexts: `__PRELINK_INFO,__info`.

use std::fmt::Write as _;

use crate::bytes::{len64, off32};
use crate::constants::{MACOS_BASE, PAGE};
use crate::hostile::attack::Hostile;
use crate::hostile::patch::{ADDR, FILEOFF, FILESIZE, File, OFFSET, SIZE, VMADDR, VMSIZE};
use crate::kernelcache::sample;

/// The sample collection with another property list, after all it has.
pub fn with_prelink_info(xml: &str) -> Vec<u8> {
    let mut file = File(sample::fileset().bytes);
    let start = len64(file.0.len()).next_multiple_of(PAGE);
    let size = len64(xml.len());
    let span = size.next_multiple_of(PAGE);
    file.0.resize(crate::bytes::index(start), 0);
    file.0.extend_from_slice(xml.as_bytes());
    file.0.resize(crate::bytes::index(start + span), 0);
    let segment = file.segment("__PRELINK_INFO");
    let section = file.section("__info");
    // Vmaddr less base is the file offset, as for all of the sample's segments.
    file.u64(segment + VMADDR, MACOS_BASE + start);
    file.u64(segment + VMSIZE, span);
    file.u64(segment + FILEOFF, start);
    file.u64(segment + FILESIZE, span);
    file.u64(section + ADDR, MACOS_BASE + start);
    file.u64(section + SIZE, size);
    file.u32(section + OFFSET, off32(start));
    file.0
}

/// The list of these kexts.
fn kexts(kexts: &str) -> String {
    format!("<dict><key>_PrelinkInfoDictionary</key><array>{kexts}</array></dict>")
}

/// The list of one kext, with these keys and values, and of a sound one behind it.
fn kext(fields: &str) -> String {
    kexts(&format!(
        "<dict>{fields}</dict><dict><key>CFBundleIdentifier</key><string>org.example.beta</string>\
         <key>CFBundleVersion</key><string>2</string></dict>"
    ))
}

/// A kext whose load address is this element.
fn load(element: &str) -> String {
    kext(&format!("<key>_PrelinkExecutableLoadAddr</key>{element}"))
}

/// Ten entities, each ten of the one before.
fn laughs() -> String {
    let mut declarations = String::from("<!ENTITY lol0 \"lol\">");
    for number in 1..10 {
        let ten = format!("&lol{};", number - 1).repeat(10);
        // Writing to a String cannot fail.
        let _ = write!(declarations, "<!ENTITY lol{number} \"{ten}\">");
    }
    let list = kext("<key>CFBundleIdentifier</key><string>&lol9;</string>");
    format!("<!DOCTYPE plist [{declarations}]>{list}")
}

/// A string of a mebibyte, and 20,000 kexts that are called so by reference.
fn echoes() -> String {
    const ID: &str = "<key>CFBundleIdentifier</key>";
    let long = "x".repeat(1 << 20);
    let echo = format!("<dict>{ID}<string IDREF=\"1\"/></dict>").repeat(20_000);
    kexts(&format!(
        "<dict>{ID}<string ID=\"1\">{long}</string></dict>{echo}"
    ))
}

pub(super) fn all() -> Vec<Hostile> {
    const LOAD: &str = "<key>_PrelinkExecutableLoadAddr</key>";
    let many = |part: &str, count: usize| part.repeat(count);
    [
        // Entities that stand for more than they are.
        ("list-laughs", laughs()),
        ("list-entities-unclosed", format!("<!DOCTYPE plist [{}", many("<!ENTITY a \"b\">", 50_000))),
        ("list-echoes", echoes()),
        // Nesting, and what is not closed.
        ("list-deep", kexts(&many("<array>", 100_000))),
        ("list-deep-dicts", kexts(&many("<dict><key>a</key>", 100_000))),
        ("list-strings-unclosed", kexts(&many("<string>", 100_000))),
        ("list-comment-unclosed", kexts(&format!("<!--{}", many("<!-- ", 100_000)))),
        ("list-tag-unclosed", kexts(&format!("<dict {}", many("a=\"b\" ", 100_000)))),
        ("list-crossed", kexts("<dict><key>a</key><array></dict></array>")),
        ("list-key-alone", kext("<key>a</key>")),
        // References that lead nowhere, in a circle, forwards.
        ("list-idref-dangling", load("<integer IDREF=\"9\"/>")),
        ("list-idref-self", load("<integer ID=\"1\" IDREF=\"1\"/>")),
        (
            "list-idref-circle",
            kext(&format!(
                "<key>a</key><integer ID=\"1\" IDREF=\"2\"/><key>b</key><integer ID=\"2\" IDREF=\"1\"/>{LOAD}<integer IDREF=\"1\"/>"
            )),
        ),
        (
            "list-idref-forward",
            kext(&format!("{LOAD}<integer IDREF=\"1\"/><key>a</key><integer ID=\"1\">1</integer>")),
        ),
        ("list-idref-kind", kext(&format!("<key>a</key><string ID=\"1\">1</string>{LOAD}<integer IDREF=\"1\"/>"))),
        ("list-idref-array", "<dict><key>_PrelinkInfoDictionary</key><array IDREF=\"1\"/></dict>".to_owned()),
        ("list-id-huge", load("<integer ID=\"99999999999999999999\">1</integer>")),
        ("list-ids", load(&format!("{}<integer IDREF=\"1\"/>", many("<integer ID=\"1\">7</integer><key>a</key>", 50_000)))),
        // Numbers.
        ("list-number-2-64", load("<integer>18446744073709551616</integer>")),
        ("list-number-long", load(&format!("<integer>{}</integer>", many("9", 100_000)))),
        ("list-number-hex-17", load("<integer>0x10000000000000000</integer>")),
        ("list-number-hex-bad", load("<integer>0xfffffe00070z4000</integer>")),
        ("list-number-negative", load("<integer>-9223372036854775809</integer>")),
        ("list-number-lowest", load("<integer>-9223372036854775808</integer>")),
        ("list-number-minus", load("<integer>--1</integer>")),
        ("list-number-empty", load("<integer/>")),
        ("list-number-spaced", load("<integer>1 000</integer>")),
        // Values of another kind, and base 64 that is none.
        ("list-data-garbage", kext("<key>_PrelinkKCID</key><data>!\u{7f}====A</data>")),
        ("list-data-load", load("<data>AAECAw==</data>")),
        ("list-array-load", load("<array><integer>1</integer></array>")),
        // What should be there and is not.
        ("list-kext-empty", kext("")),
        ("list-no-array", "<dict><key>_PrelinkInfoDictionary</key><string>none</string></dict>".to_owned()),
        ("list-no-key", "<dict><key>a</key><array><dict/></array></dict>".to_owned()),
        ("list-nothing", "\0".to_owned()),
        ("list-binary", "bplist00\u{1}\u{2}\u{3}".to_owned()),
        ("list-nul", format!("{}\0{}", &kext("")[..60], &kext("")[60..])),
    ]
    .map(|(name, xml)| Hostile {
        name,
        bytes: with_prelink_info(&xml),
    })
    .into()
}
