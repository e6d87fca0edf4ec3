//! Property lists that hold a manifest. Another writer makes them: the `plist` crate.

use plist::{Dictionary, Value};
use testkit::img4::Im4m;

use crate::build::Disk;

const KEY: &str = "ApImg4Ticket";

/// A device's manifest, long enough for lengths of two bytes and for several lines of base64.
fn ticket() -> Vec<u8> {
    Im4m::covering("krnl", &[0x77; 48]).build()
}

fn written(list: &Value) -> [(&'static str, Vec<u8>); 2] {
    let (mut binary, mut xml) = (Vec::new(), Vec::new());
    list.to_writer_binary(&mut binary).unwrap();
    list.to_writer_xml(&mut xml).unwrap();
    [("a binary", binary), ("an XML", xml)]
}

/// A dictionary of these pairs after as many others as make the count an object of its own.
fn dictionary(pairs: &[(&str, Value)]) -> Value {
    let fillers = (0..20).map(|n| (format!("filler {n}"), Value::from(n)));
    let mut list: Dictionary = fillers.collect();
    for (key, value) in pairs {
        list.insert((*key).to_owned(), value.clone());
    }
    Value::Dictionary(list)
}

fn check(what: &str, is_right: bool, got: &dyn std::fmt::Debug) -> Result<(), String> {
    if is_right {
        return Ok(());
    }
    Err(format!("{what}: {got:?}"))
}

/// An XML property list, and where it says `TICKET` the manifest.
fn by_hand(body: &str) -> Vec<u8> {
    let [_, (_, list)] = written(&Value::Data(ticket()));
    let list = String::from_utf8(list).unwrap();
    let (_, base64) = list.split_once("<data>").unwrap();
    let (base64, _) = base64.split_once("</data>").unwrap();
    let body = body.replace("KEY", KEY).replace("TICKET", base64);
    format!("<?xml version=\"1.0\"?>\n<plist version=\"1.0\">{body}</plist>\n").into_bytes()
}

/// `kc info` says of a property list's manifest what it says of the manifest alone.
pub(crate) fn answers() -> Result<(), String> {
    let manifest = ticket();
    let alone = Disk::new("im4m", &manifest).ask("info @")?;
    check("alone", alone["container"]["kind"] == "IM4M", &alone)?;
    // A manifest deeper in the file, as in `updateInstall`, is not the one that is meant.
    let inner = Im4m::covering("logo", &[0x11; 20]).build();
    let list = dictionary(&[
        ("updateInstall", dictionary(&[(KEY, Value::Data(inner))])),
        (
            "values",
            Value::Array(vec![KEY.into(), Value::Data(vec![1])]),
        ),
        ("empty", Value::Dictionary(Dictionary::new())),
        (KEY, Value::Data(manifest.clone())),
        ("generator", "0x1111111111111111".into()),
    ]);
    let mut files = Vec::from(written(&list));
    let xml = files[1].1.clone();
    files.push((
        "with a byte order mark",
        [b"\xef\xbb\xbf", &xml[..]].concat(),
    ));
    let text = String::from_utf8(xml).unwrap();
    let commented = format!("<!-- <key>{KEY}</key><data>AAAA</data> --><dict>");
    let commented = text.replacen("<dict>", &commented, 1).into_bytes();
    files.push(("with a comment", commented));
    // Comments are left out of the text (XML 1.0, 2.5; Python's plistlib does the same).
    let (before, after) = text.split_at(text.find("<data>").unwrap() + 10);
    let split = format!("{before}<!-- - -->{after}").into_bytes();
    files.push(("with a comment in the data", split));
    for body in [
        "<dict><key>KEY</key><data>TICKET</data></dict>",
        "<dict><key>a</key><dict /><key>b</key><array/><key>KEY</key> <data >TICKET</data ></dict>",
        "<dict><key>a</key><dict></dict><key>KEY</key><!-- here --><data>TICKET</data></dict>",
    ] {
        files.push((body, by_hand(body)));
    }
    for (name, bytes) in files {
        let file = Disk::new("shsh2", &bytes);
        let info = file.ask("info @")?;
        check(name, info == alone, &info)?;
        let (status, _, stderr) = file.text("info @");
        let right = status == 0 && stderr.contains("property list");
        check(name, right, &(status, stderr))?;
        let to = Disk::new("shsh2-manifest", &[]);
        let line = format!("extract @ --manifest {}", to.0.display());
        let (status, _, stderr) = file.text(&line);
        let same = std::fs::read(&to.0).unwrap() == manifest;
        check(name, status == 0 && same, &stderr)?;
    }
    Ok(())
}

/// Property lists that hold no manifest, or that are damaged, are refused as what they are.
pub(crate) fn refusals() -> Result<(), String> {
    let refused = |bytes: &[u8], words: &[&str]| {
        let file = Disk::new("plist", bytes);
        let (status, stdout, stderr) = file.text("info @");
        let said = words.iter().all(|word| stderr.contains(word));
        check(
            words[0],
            status == 1 && stdout.is_empty() && said,
            &(status, stderr),
        )
    };
    let inner = dictionary(&[(KEY, Value::Data(ticket()))]);
    for list in [
        dictionary(&[]),
        dictionary(&[("updateInstall", inner.clone())]),
        dictionary(&[(KEY, "a string".into())]),
        dictionary(&[(KEY, inner), ("other", Value::Data(ticket()))]),
        Value::Array(vec![KEY.into(), Value::Data(ticket())]),
    ] {
        for (kind, bytes) in written(&list) {
            let said = format!("{kind} property list without {KEY}");
            refused(&bytes, &[&said])?;
        }
    }
    let [(_, binary), (_, xml)] = written(&dictionary(&[(KEY, Value::Data(ticket()))]));
    refused(
        &binary[..binary.len() - 1],
        &["binary property list that is damaged"],
    )?;
    let text = String::from_utf8(xml).unwrap();
    let text = text.replacen("<data>", "<data>%", 1);
    refused(text.as_bytes(), &["XML property list that is damaged"])?;
    let mut large = binary;
    large.splice(8..8, vec![0; 16 << 20]);
    refused(&large, &["binary property list of more than 16 MiB"])?;
    for body in [
        "<dict><key>KEY</key><string>AAAA</string><key>x</key><data>TICKET</data></dict>",
        "<dict><key>KEY</key><dict><key>x</key><data>TICKET</data></dict></dict>",
        "<dict><key>x</key><dict><key>KEY</key><data>TICKET</data></dict></dict>",
        "<dict><key>x</key><array><key>KEY</key><data>TICKET</data></array></dict>",
        "<dict><key>x<!-- -->KEY</key><data>TICKET</data></dict>",
        "<dict><!-- > <key>KEY</key><data>TICKET</data> --></dict>",
        "<dict><key>KEY </key><data>TICKET</data></dict>",
    ] {
        let refused = refused(
            &by_hand(body),
            &["an XML property list without ApImg4Ticket"],
        );
        refused.map_err(|error| format!("{body}: {error}"))?;
    }
    for data in ["A===", "AA=A", "AAAAA", "====", "AA-_"] {
        let body = format!("<dict><key>KEY</key><data>{data}</data></dict>");
        let refused = refused(&by_hand(&body), &["an XML property list that is damaged"]);
        refused.map_err(|error| format!("{data}: {error}"))?;
    }
    // Other XML is not a property list, and each byte of a binary one may be anything.
    let other = Disk::new("xml", b"<?xml version=\"1.0\"?><svg/>");
    let (status, _, stderr) = other.text("info @");
    check(
        "svg",
        status == 1 && !stderr.contains("property list"),
        &stderr,
    )?;
    let [(_, binary), _] = written(&dictionary(&[(KEY, Value::Data(ticket()))]));
    for at in 8..binary.len() {
        for value in [0, 0x0f, 0xff] {
            let mut damaged = binary.clone();
            damaged[at] = value;
            // Answers or refuses; it must not panic.
            let (status, _, stderr) = Disk::new("plist-damaged", &damaged).text("info @");
            check("damaged", matches!(status, 0 | 1 | 3), &(at, stderr))?;
        }
    }
    Ok(())
}
