//! Where chains start, against `llvm-objdump --chained-fixups`.

use std::path::Path;
use std::process::Command;

use crate::fault::{Fault, Outcome};
use crate::tool::{kc, rows, text};

/// What a segment's chains are: name, bytes of a page, pointer format, pages.
type Starts = (String, u64, u64, u64);

/// Compares every segment that has chains; counts them. LLVM refuses formats that it does not know.
///
/// # Errors
/// When a segment differs.
pub(crate) fn compare(path: &Path, slice: &Path) -> Outcome<u64> {
    let mut command = Command::new("llvm-objdump-22");
    let theirs = match text(command.args(["--macho", "--chained-fixups"]).arg(slice)) {
        Ok(text) => parse(&text),
        Err(fault) if fault.to_string().contains("unknown pointer format") => return Ok(0),
        Err(fault) => return Err(fault),
    };
    let rows = rows(kc(["fixups", "--json"])?.arg(path))?;
    let ours: Vec<Starts> = rows
        .iter()
        // LLVM prints the outer image's.
        .filter(|row| row["mechanism"] == "chained" && row["image"].is_null())
        .filter_map(|row| {
            let number = |field: &str| row[field].as_u64();
            let name = row["segment"].as_str()?.to_owned();
            Some((
                name,
                number("page_size")?,
                number("format")?,
                number("page_count")?,
            ))
        })
        .collect();
    if ours != theirs {
        return Err(Fault::new(format!(
            "starts: ours {ours:x?}, llvm-objdump {theirs:x?}"
        )));
    }
    Ok(ours.len() as u64)
}

fn parse(text: &str) -> Vec<Starts> {
    let mut out: Vec<Starts> = Vec::new();
    for line in text.lines() {
        if let Some((_, name)) = line
            .strip_prefix("chained starts in segment ")
            .and_then(|rest| rest.split_once(" ("))
        {
            out.push((name.trim_end_matches(')').to_owned(), 0, 0, 0));
        }
        let (Some(last), Some((field, value))) = (out.last_mut(), line.split_once(" = ")) else {
            continue;
        };
        let value = value.split(' ').next().unwrap_or_default();
        let value = value
            .strip_prefix("0x")
            .map_or_else(|| value.parse(), |hex| u64::from_str_radix(hex, 16))
            .unwrap_or(u64::MAX);
        match field.trim() {
            "page_size" => last.1 = value,
            "pointer_format" => last.2 = value,
            "page_count" => last.3 = value,
            _ => {}
        }
    }
    out
}
