//! `kc headers` against `llvm-otool -l`, field by field.

use std::path::Path;
use std::process::Command;

use serde_json::{Map, Value};

use crate::fault::{Fault, Outcome};
use crate::tool::{document, kc, text};

/// A load command or a section, as otool prints it: names and values in order.
type Fields = Vec<(String, String)>;

/// What otool prints of one load command.
#[derive(Debug, Default)]
struct Printed {
    fields: Fields,
    sections: Vec<Fields>,
}

/// Compares the header and every load command of a file; counts the fields that
/// agree. `slice` is the thin file for the tool that cannot choose from a fat one.
///
/// # Errors
/// When a field differs, or is known to one side alone.
pub(crate) fn compare(path: &Path, slice: &Path) -> Outcome<u64> {
    let listing = text(Command::new("llvm-otool-22").arg("-l").arg(slice))?;
    let printed = parse(&listing);
    let json = document(kc(["headers", "--json"])?.arg(path))?;
    let ours = json["rows"]
        .as_array()
        .ok_or_else(|| Fault::new("kc headers prints no rows"))?;
    if ours.len() != printed.len() || ours.is_empty() {
        return Err(Fault::new(format!(
            "{} load commands, llvm-otool has {}",
            ours.len(),
            printed.len()
        )));
    }
    let mut agreed = header(&listing, &json["answer"])?;
    for (number, (ours, theirs)) in ours.iter().zip(&printed).enumerate() {
        agreed += command(ours, theirs)
            .map_err(|fault| Fault::new(format!("load command {number}: {fault}")))?;
    }
    Ok(agreed)
}

/// `magic cputype cpusubtype caps filetype ncmds sizeofcmds flags`, all numbers.
fn header(listing: &str, ours: &Value) -> Outcome<u64> {
    let mut lines = listing.lines().skip_while(|line| *line != "Mach header");
    let values = lines.nth(2).unwrap_or_default();
    let values: Vec<&str> = values.split_whitespace().collect();
    let &[
        _,
        cputype,
        cpusubtype,
        caps,
        filetype,
        ncmds,
        sizeofcmds,
        flags,
    ] = values.as_slice()
    else {
        return Err(Fault::new("llvm-otool prints no header"));
    };
    // kc prints names where otool prints numbers.
    let cputype_name = match cputype {
        "16777228" => "CPU_TYPE_ARM64",
        "16777223" => "CPU_TYPE_X86_64",
        other => other,
    };
    let filetype_name = match filetype {
        "1" => "MH_OBJECT",
        "2" => "MH_EXECUTE",
        "4" => "MH_CORE",
        "5" => "MH_PRELOAD",
        "6" => "MH_DYLIB",
        "8" => "MH_BUNDLE",
        "9" => "MH_DYLIB_STUB",
        "10" => "MH_DSYM",
        "11" => "MH_KEXT_BUNDLE",
        "12" => "MH_FILESET",
        other => other,
    };
    // otool prints the high byte of cpusubtype, kc the bits in place.
    let capabilities = number(caps).map(|caps| format!("{:#x}", caps << 24));
    let capabilities_ours = number(&plain(&ours["capabilities"]));
    if capabilities.as_deref().and_then(number) != capabilities_ours
        && number(caps) != capabilities_ours
    {
        return Err(Fault::new(format!(
            "capabilities: ours {}, llvm-otool {caps}",
            ours["capabilities"]
        )));
    }
    for (name, theirs) in [
        ("cputype", cputype_name),
        ("cpusubtype", cpusubtype),
        ("filetype", filetype_name),
        ("ncmds", ncmds),
        ("sizeofcmds", sizeofcmds),
        ("flags", flags),
    ] {
        same(name, &ours[name], theirs)?;
    }
    Ok(7)
}

/// Splits otool's listing into load commands.
fn parse(listing: &str) -> Vec<Printed> {
    let mut commands: Vec<Printed> = Vec::new();
    for line in listing.lines() {
        if line.starts_with("Load command ") {
            commands.push(Printed::default());
            continue;
        }
        let Some(command) = commands.last_mut() else {
            continue;
        };
        if line == "Section" {
            command.sections.push(Fields::new());
            continue;
        }
        let line = line.trim();
        if let Some(registers) = registers(line) {
            command.fields.extend(registers);
            continue;
        }
        // Names of two words; all others are one.
        let (name, value) = [
            ("time stamp", "timestamp"),
            ("current version", "current_version"),
            ("compatibility version", "compatibility_version"),
        ]
        .into_iter()
        .find_map(|(printed, name)| Some((name, line.strip_prefix(printed)?)))
        .unwrap_or_else(|| line.split_once(' ').unwrap_or((line, "")));
        if name.is_empty() {
            continue;
        }
        let fields = command.sections.last_mut().unwrap_or(&mut command.fields);
        fields.push((name.to_owned(), value.trim().to_owned()));
    }
    commands
}

/// A line of a thread state: `x0  0x0000000000000000 x1  0x0000000000000000 ...`.
fn registers(line: &str) -> Option<Fields> {
    let tokens: Vec<&str> = line.split_whitespace().collect();
    let is_register = |name: &str| {
        ["fp", "lr", "sp", "pc", "cpsr"].contains(&name)
            || name
                .strip_prefix('x')
                .is_some_and(|n| n.parse::<u8>().is_ok())
    };
    let pairs = tokens.chunks(2).map(|pair| match *pair {
        [name, value] if is_register(name) && value.starts_with("0x") => {
            Some((name.to_owned(), value.to_owned()))
        }
        _ => None,
    });
    pairs
        .collect::<Option<Fields>>()
        .filter(|fields| !fields.is_empty())
}

/// Fields of ours that otool has no line for: what is derived, and where the
/// command is.
const OURS_ALONE: [&str; 9] = [
    "damage",
    "file_offset",
    "states",
    "sections",
    "tools",
    "type",
    "attributes",
    "reserved3",
    "strings",
];

fn command(ours: &Value, theirs: &Printed) -> Outcome<u64> {
    let ours = ours
        .as_object()
        .ok_or_else(|| Fault::new("not an object"))?;
    match ours.get("damage") {
        Some(Value::Null) => {}
        damage => return Err(Fault::new(format!("kc: damage: {damage:?}"))),
    }
    let mut agreed = fields(ours, &theirs.fields)?;
    let none = Vec::new();
    let sections = ours
        .get("sections")
        .and_then(Value::as_array)
        .unwrap_or(&none);
    if sections.len() != theirs.sections.len() {
        return Err(Fault::new(format!(
            "{} sections, llvm-otool has {}",
            sections.len(),
            theirs.sections.len()
        )));
    }
    for (number, (ours, theirs)) in sections.iter().zip(&theirs.sections).enumerate() {
        let ours = ours
            .as_object()
            .ok_or_else(|| Fault::new("not an object"))?;
        agreed += fields(ours, theirs)
            .map_err(|fault| Fault::new(format!("section {number}: {fault}")))?;
    }
    Ok(agreed)
}

/// Both ways: each line of otool's is a field of ours, each field of ours is a
/// line of otool's.
fn fields(ours: &Map<String, Value>, theirs: &Fields) -> Outcome<u64> {
    let mut agreed = 0;
    let tools = ours.get("tools").and_then(Value::as_array);
    let strings = ours.get("strings").and_then(Value::as_array);
    let (mut tool, mut string) = (0, 0);
    for (name, value) in theirs {
        let field = match name.as_str() {
            // `tool` and `version` are repeated, once for each of ntools.
            "tool" if tools.is_some() => {
                tool += 1;
                tools.and_then(|tools| tools.get(tool - 1)?.get("tool"))
            }
            "version" if tools.is_some() => {
                tools.and_then(|tools| tools.get(tool - 1)?.get("version"))
            }
            "string" => {
                string += 1;
                strings.and_then(|strings| strings.get(string - 1))
            }
            // A thread state, of which arm64 images have one.
            _ => ours
                .get(name)
                .or_else(|| ours.get("states")?.get(0)?.get(name)),
        };
        // Words that have no meaning yet, which kc leaves out.
        let is_reserved = name == "pad" || name.starts_with("reserved");
        if field.is_none() && is_reserved && value == "0" {
            continue;
        }
        let Some(field) = field else {
            return Err(Fault::new(format!(
                "kc has no {name} (llvm-otool: {value})"
            )));
        };
        same(name, field, value)?;
        agreed += 1;
    }
    let is_entry = ours.get("cmd").is_some_and(|cmd| cmd == "LC_FILESET_ENTRY");
    for name in ours.keys().filter(|name| !is_entry || *name == "cmdsize") {
        if !OURS_ALONE.contains(&name.as_str()) && !theirs.iter().any(|(other, _)| other == name) {
            return Err(Fault::new(format!("llvm-otool has no {name}")));
        }
    }
    Ok(agreed)
}

/// Whether one field says the same on both sides.
fn same(name: &str, ours: &Value, theirs: &str) -> Outcome<()> {
    let plain = plain(ours);
    // `name /usr/lib/dyld (offset 12)`, `align 2^4 (16)`, `reserved1 0 (index ...)`.
    let theirs_alone = theirs.trim_end_matches(" Inconsistent size");
    let bare = match theirs_alone.rsplit_once(" (") {
        Some((bare, note)) if note.ends_with(')') => bare,
        _ if theirs_alone.starts_with('(') && theirs_alone.ends_with(')') => "",
        _ => theirs_alone,
    };
    let equal = match name {
        "align" => bare.strip_prefix("2^").and_then(number) == number(&plain),
        // `2 Thu Jan  1 00:00:02 1970`
        "timestamp" => bare.split(' ').next().and_then(number) == number(&plain),
        "platform" => known(bare, &plain, platform),
        "tool" => known(bare, &plain, tool_name),
        "string" => bare.split_once(' ').map_or(bare, |(_, text)| text) == plain,
        "current_version" | "compatibility_version" | "version" | "sdk" | "minos" => {
            version(bare) == version(&plain)
        }
        // otool of LLVM 22 does not know LC_FILESET_ENTRY; `entries` has its fields.
        "cmd" if plain == "LC_FILESET_ENTRY" => bare == "?(0x80000035)",
        "cmd" if plain == "LC_IDENT" => bare == "?(0x00000008)",
        "cmd" if bare.starts_with("?(") => {
            number(bare.trim_start_matches("?(").trim_end_matches(')')) == number(&plain)
        }
        "count" if bare == "ARM_THREAD_STATE64_COUNT" => plain == "68",
        "count" if bare == "x86_THREAD_STATE64_COUNT" => plain == "42",
        "uuid" => bare.eq_ignore_ascii_case(&plain),
        _ => bare == plain || number(bare).is_some() && number(bare) == number(&plain),
    };
    if equal {
        Ok(())
    } else {
        Err(Fault::new(format!(
            "{name}: ours {plain}, llvm-otool {theirs}"
        )))
    }
}

/// otool's number and our name of it, or our number where it has no name.
fn known(theirs: &str, ours: &str, name: fn(u64) -> String) -> bool {
    let theirs = number(theirs);
    theirs.is_some_and(|n| name(n) == ours) || theirs.is_some() && theirs == number(ours)
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A number in decimal or, after `0x`, in hexadecimal.
fn number(text: &str) -> Option<u64> {
    match text.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16).ok(),
        None => text.parse().ok(),
    }
}

/// The parts of a version, without zeros at its end; `n/a` is 0.
fn version(text: &str) -> Option<Vec<u64>> {
    if text == "n/a" {
        return Some(Vec::new());
    }
    let mut parts: Vec<u64> = text
        .split('.')
        .map(|part| part.parse().ok())
        .collect::<Option<_>>()?;
    while parts.last() == Some(&0) {
        parts.pop();
    }
    Some(parts)
}

/// `PLATFORM_*` of mach-o/loader.h, those of the corpus.
fn platform(number: u64) -> String {
    match number {
        0 => "PLATFORM_UNKNOWN".to_owned(),
        1 => "PLATFORM_MACOS".to_owned(),
        2 => "PLATFORM_IOS".to_owned(),
        6 => "PLATFORM_MACCATALYST".to_owned(),
        other => other.to_string(),
    }
}

/// `TOOL_*` of mach-o/loader.h.
fn tool_name(number: u64) -> String {
    match number {
        1 => "TOOL_CLANG".to_owned(),
        2 => "TOOL_SWIFT".to_owned(),
        3 => "TOOL_LD".to_owned(),
        4 => "TOOL_LLD".to_owned(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::{parse, same, version};
    use serde_json::json;

    #[test]
    fn a_listing_is_split_into_commands_sections_and_fields() {
        let listing = "a.out:\nMach header\n\nLoad command 0\n      cmd LC_SEGMENT_64\n  cmdsize 152\nSection\n  sectname __text\nLoad command 1\n   time stamp 2 Thu Jan  1 00:00:02 1970\n";
        let commands = parse(listing);
        assert_eq!(commands.len(), 2);
        assert_eq!(commands[0].fields[1], ("cmdsize".into(), "152".into()));
        assert_eq!(commands[0].sections[0][0].1, "__text");
        assert_eq!(commands[1].fields[0].0, "timestamp");
    }

    #[test]
    fn equal_values_of_different_look_are_the_same_and_others_are_not() {
        assert!(same("vmaddr", &json!("0x1000"), "0x0000000000001000").is_ok());
        assert!(same("align", &json!(4), "2^4 (16)").is_ok());
        assert!(same("name", &json!("/usr/lib/dyld"), "/usr/lib/dyld (offset 12)").is_ok());
        assert!(same("current_version", &json!("9.0"), "9.0.0").is_ok());
        assert!(same("vmaddr", &json!("0x1000"), "0x2000").is_err());
        assert!(same("align", &json!(4), "2^5 (32)").is_err());
        assert_ne!(version("1.2"), version("1.2.1"));
    }
}
