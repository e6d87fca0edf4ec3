//! The document of `kc info` for people.
use serde_json::Value;

use super::lines::{Lines, number, show};
use crate::columns::{ImageColumns, ImageRow, fit};

/// The same document for people: on a terminal in lines of so many columns, and with headings.
pub(super) fn write(document: &Value, width: Option<usize>) -> String {
    let mut lines = Lines::new(width);
    container(&mut lines, &document["container"]);
    for arch in document["fat"].as_array().into_iter().flatten() {
        let size = number(&arch["size"]);
        let (arch, offset) = (show(&arch["arch"]), show(&arch["file_offset"]));
        let text = format!("{arch}, {size:#x} bytes at file offset {offset}");
        lines.add("slice", &text);
    }
    if !document["header"].is_null() {
        image(&mut lines, document);
        segments(&mut lines, &document["segments"]);
        entries(&mut lines, &document["entries"]);
    }
    lines.text
}

fn container(lines: &mut Lines, container: &Value) {
    if container.is_null() {
        lines.add("container", "none");
        return;
    }
    lines.add("container", &show(&container["kind"]));
    let payload = &container["payload"];
    if !payload.is_null() {
        let (fourcc, description) = (show(&payload["fourcc"]), show(&payload["description"]));
        lines.add("payload", &format!("{fourcc} {description}"));
        let size = match &payload["size"] {
            Value::Null => "-".to_owned(),
            size => format!("{:#x}", number(size)),
        };
        let text = format!(
            "{}, {:#x} bytes at file offset {} hold {size} bytes",
            show(&payload["codec"]),
            number(&payload["compressed_size"]),
            show(&payload["data_offset"]),
        );
        lines.add("codec", &text);
        if payload["encrypted"] == true {
            lines.add("encrypted", "yes");
        }
        if payload["extra"] != 0 {
            let extra = number(&payload["extra"]);
            let text = format!("{extra:#x} bytes behind the compressed stream");
            lines.add("extra", &text);
        }
        properties(lines, "payload", &payload["properties"]);
    }
    manifest(lines, &container["manifest"]);
    properties(lines, "restore info", &container["restore_info"]);
}

fn manifest(lines: &mut Lines, manifest: &Value) {
    if manifest.is_null() {
        return;
    }
    let signature = show(&manifest["signature"]);
    let text = match &manifest["payload_digest"] {
        Value::Null => format!("signature {signature}"),
        digest => format!(
            "digest of the payload: {}; signature {signature}",
            show(digest)
        ),
    };
    lines.add("manifest", &text);
    if let Value::String(chip) = &manifest["chip_name"] {
        lines.add("chip", chip);
    }
    if let (Value::String(board), Value::String(product)) =
        (&manifest["board_name"], &manifest["product"])
    {
        lines.add("board", &format!("{board} ({product})"));
    }
    properties(lines, "manifest", &manifest["properties"]);
    for (name, object) in manifest["objects"].as_object().into_iter().flatten() {
        properties(lines, name, object);
    }
}

fn properties(lines: &mut Lines, owner: &str, properties: &Value) {
    for (name, value) in properties.as_object().into_iter().flatten() {
        lines.add(&format!("  {owner}"), &format!("{name} {}", show(value)));
    }
}

fn image(lines: &mut Lines, document: &Value) {
    let header = &document["header"];
    let shape = match &document["collection"] {
        Value::String(kind) => format!("{kind} {}", show(&document["shape"])),
        _ => show(&document["shape"]),
    };
    let text = format!(
        "{shape}, {} {}, {} load commands of {:#x} bytes, flags {}",
        show(&header["filetype"]),
        show(&header["arch"]),
        header["ncmds"],
        number(&header["sizeofcmds"]),
        show(&header["flags"]),
    );
    lines.add("image", &text);
    kernel(lines, &document["darwin"]);
    let version = |version: &Value, name: &str| {
        let (name, minos) = (show(&version[name]), show(&version["minos"]));
        format!("{name} {minos}, SDK {}", show(&version["sdk"]))
    };
    if !document["platform"].is_null() {
        lines.add("platform", &version(&document["platform"], "name"));
    }
    lines.add("uuid", &show(&document["uuid"]));
    if !document["build_version"].is_null() {
        lines.add(
            "build version",
            &version(&document["build_version"], "platform"),
        );
    }
    if !document["source_version"].is_null() {
        lines.add("source version", &show(&document["source_version"]));
    }
    lines.add("base", &show(&document["base"]));
    let entry = &document["entry"];
    let text = match entry {
        Value::Null => "-".to_owned(),
        _ => format!(
            "vmaddr {}, file offset {}, segment {}",
            show(&entry["vmaddr"]),
            show(&entry["file_offset"]),
            show(&entry["segment"])
        ),
    };
    lines.add("entry point", &text);
    let text = match &document["first_nonlinear"] {
        _ if document["linear"] == true => "linear: file offset = vmaddr - base".to_owned(),
        Value::String(name) => format!("not linear: {name} lies at another file offset"),
        _ => "not linear".to_owned(),
    };
    lines.add("layout", &text);
}

/// The kernel's version, its sources, and which build it is.
fn kernel(lines: &mut Lines, darwin: &Value) {
    let part = |name: &str| darwin[name].as_str();
    let Some(release) = part("release") else {
        return;
    };
    let built = part("date").map_or_else(String::new, |date| format!(", built {date}"));
    lines.add("kernel", &format!("Darwin {release}{built}"));
    if let Some(tree) = part("xnu").or_else(|| part("tree")) {
        lines.add("xnu", tree);
    }
    let variant: Vec<&str> = ["config", "arch", "soc"]
        .into_iter()
        .filter_map(part)
        .collect();
    if !variant.is_empty() {
        lines.add("variant", &variant.join(" "));
    }
}

/// The segments: each in a line that says what its numbers are, or on a terminal in columns with a
/// heading, since such a line is longer than 80 columns.
fn segments(lines: &mut Lines, segments: &Value) {
    let all = segments.as_array().into_iter().flatten();
    let Some(width) = lines.width else {
        for segment in all {
            let text = format!(
                "{:18} +{:#010x}  file offset {:10} +{:#010x}  {}/{}  {}",
                show(&segment["vmaddr"]),
                number(&segment["vmsize"]),
                show(&segment["file_offset"]),
                number(&segment["filesize"]),
                show(&segment["initprot"]),
                show(&segment["maxprot"]),
                show(&segment["name"]),
            );
            lines.add("segment", &text);
        }
        return;
    };
    lines.heading("vmaddr              vmsize     offset     filesize   init/max segment");
    for segment in all {
        let offset = show(&segment["file_offset"]);
        let offset = u64::from_str_radix(offset.trim_start_matches("0x"), 16).unwrap_or(0);
        let start = format!(
            "{:18}  {:#010x} {offset:#010x} {:#010x} {}/{}  ",
            show(&segment["vmaddr"]),
            number(&segment["vmsize"]),
            number(&segment["filesize"]),
            show(&segment["initprot"]),
            show(&segment["maxprot"]),
        );
        let room = width.saturating_sub(start.len());
        lines.line(&format!("{start}{}", fit(&show(&segment["name"]), room)));
    }
}

fn entries(lines: &mut Lines, entries: &Value) {
    let all = entries.as_array().into_iter().flatten();
    // Of another one a remark says what is damaged.
    let all = all.filter(|entry| !(entry["id"].is_null() && entry["vmaddr"].is_null()));
    if lines.width.is_none() {
        for entry in all {
            let text = format!(
                "{:18}  file offset {:10}  {}  {}",
                show(&entry["vmaddr"]),
                show(&entry["file_offset"]),
                show(&entry["uuid"]),
                show(&entry["id"]),
            );
            lines.add("entry", &text);
        }
        return;
    }
    let rows: Vec<ImageRow> = all
        .map(|entry| ImageRow {
            vmaddr: show(&entry["vmaddr"]),
            file_offset: show(&entry["file_offset"]),
            uuid: show(&entry["uuid"]),
            id: show(&entry["id"]),
            version: entry["version"].as_str().unwrap_or_default().to_owned(),
        })
        .collect();
    if rows.is_empty() {
        return;
    }
    let columns = ImageColumns::new(lines.width, rows.iter());
    lines.heading(&columns.heading());
    for row in &rows {
        lines.line(&columns.line(row));
    }
}
