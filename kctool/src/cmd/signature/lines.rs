//! A row of `kc signature` for people.
use serde_json::Value;

/// Columns of the names at the start of lines.
const NAME: usize = 16;

/// Lines of text, with a blank line at the end.
pub(super) fn write(row: &Value) -> String {
    let mut out = String::new();
    let mut line = |name: &str, text: &str| {
        out.push_str(&line(name, text));
    };
    if let Value::String(id) = &row["image"] {
        line("image", id);
    }
    let offset = show(&row["file_offset"]);
    let size = size(&row["size"]);
    line(
        "signature",
        &format!("{size} bytes at file offset {offset}"),
    );
    if !row["version"].is_null() {
        directory(&mut line, row);
    }
    for blob in row["blobs"].as_array().into_iter().flatten() {
        let (slot, magic) = (show(&blob["slot"]), show(&blob["magic"]));
        let (size, offset) = (self::size(&blob["size"]), show(&blob["file_offset"]));
        line("blob", &format!("{offset} +{size}  {slot}, {magic}"));
    }
    if let Value::String(list) = &row["entitlements"] {
        for (number, text) in laid_out(list).lines().enumerate() {
            let name = if number == 0 { "entitlements" } else { "" };
            line(name, text);
        }
    }
    out.push('\n');
    out
}

/// Text in which all is escaped, with its line breaks and tabs as they are meant.
fn laid_out(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text.chars();
    while let Some(character) = rest.next() {
        match (character, rest.clone().next()) {
            ('\\', Some('n')) => out.push('\n'),
            ('\\', Some('t')) => out.push_str("  "),
            ('\\', Some(other)) => out.extend([character, other]),
            _ => {
                out.push(character);
                continue;
            }
        }
        rest.next();
    }
    out
}

fn line(name: &str, text: &str) -> String {
    let line = format!("{name:NAME$}{text}");
    format!("{}\n", line.trim_end())
}

fn directory(line: &mut impl FnMut(&str, &str), row: &Value) {
    line("identifier", &show(&row["identifier"]));
    line("team", &show(&row["team"]));
    let flags = names(&row["flags"], &row["flag_names"]);
    line(
        "code directory",
        &format!("version {}, flags {flags}", show(&row["version"])),
    );
    let hash = show(&row["hash"]);
    line("hash", hash.trim_start_matches("CS_HASHTYPE_"));
    line("cdhash", &show(&row["cdhash"]));
    let (slots, limit) = (&row["code_slots"], show(&row["code_limit"]));
    let pages = format!(
        "{slots} of {} bytes, up to {limit}",
        size(&row["page_size"])
    );
    line("pages", &pages);
    let segment = &row["exec_segment"];
    if !segment.is_null() {
        let (offset, size) = (show(&segment["file_offset"]), size(&segment["size"]));
        let flags = names(&segment["flags"], &segment["flag_names"]);
        line("executable", &format!("{offset} +{size}, flags {flags}"));
    }
}

/// A word of flags, and the names of those that are set.
fn names(flags: &Value, names: &Value) -> String {
    let names = names.as_array().into_iter().flatten();
    let names: Vec<&str> = names.filter_map(Value::as_str).collect();
    match names.as_slice() {
        [] => show(flags),
        names => format!("{} ({})", show(flags), names.join(", ")),
    }
}

fn size(value: &Value) -> String {
    value
        .as_u64()
        .map_or_else(|| "-".to_owned(), |size| format!("{size:#x}"))
}

fn show(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
