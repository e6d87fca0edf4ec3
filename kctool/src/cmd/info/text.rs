//! The document of `kc info` for people.
use std::fmt::Write as _;

use serde_json::Value;

/// The same document for people.
pub(super) fn write(document: &Value) -> String {
    let mut out = String::new();
    let show = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Null => "-".to_owned(),
        other => other.to_string(),
    };
    let mut line = |name: &str, text: &str| {
        let _ = writeln!(out, "{name:16}{text}");
    };
    let container = &document["container"];
    if let Value::Null = container {
        line("container", "none");
    } else {
        line("container", &show(&container["kind"]));
        let payload = &container["payload"];
        if !payload.is_null() {
            line(
                "payload",
                &format!(
                    "{} {}",
                    show(&payload["fourcc"]),
                    show(&payload["description"])
                ),
            );
            line(
                "codec",
                &format!(
                    "{}, {} bytes at file offset {} hold {} bytes",
                    show(&payload["codec"]),
                    payload["compressed_size"],
                    show(&payload["data_offset"]),
                    show(&payload["size"]),
                ),
            );
            if payload["encrypted"] == true {
                line("encrypted", "yes");
            }
            if payload["extra"] != 0 {
                line(
                    "extra",
                    &format!("{} bytes behind the compressed stream", payload["extra"]),
                );
            }
            properties_text(&mut line, "payload", &payload["properties"]);
        }
        let manifest = &container["manifest"];
        if !manifest.is_null() {
            let signature = show(&manifest["signature"]);
            let digest = &manifest["payload_digest"];
            line(
                "manifest",
                &if digest.is_null() {
                    format!("signature {signature}")
                } else {
                    format!(
                        "digest of the payload: {}; signature {signature}",
                        show(digest)
                    )
                },
            );
            if let Value::String(chip) = &manifest["chip_name"] {
                line("chip", chip);
            }
            properties_text(&mut line, "manifest", &manifest["properties"]);
            for (name, object) in manifest["objects"].as_object().into_iter().flatten() {
                properties_text(&mut line, name, object);
            }
        }
        properties_text(&mut line, "restore info", &container["restore_info"]);
    }
    for arch in document["fat"].as_array().into_iter().flatten() {
        line(
            "slice",
            &format!(
                "{}, {} bytes at file offset {}",
                show(&arch["arch"]),
                arch["size"],
                show(&arch["file_offset"])
            ),
        );
    }
    let header = &document["header"];
    if header.is_null() {
        return out;
    }
    line(
        "image",
        &format!(
            "{}, {} {}, {} load commands of {} bytes, flags {}",
            match &document["collection"] {
                Value::String(kind) => format!("{kind} {}", show(&document["shape"])),
                _ => show(&document["shape"]),
            },
            show(&header["filetype"]),
            show(&header["arch"]),
            header["ncmds"],
            header["sizeofcmds"],
            show(&header["flags"]),
        ),
    );
    if !document["darwin"].is_null() {
        line("kernel", &kernel(&document["darwin"]));
    }
    line("uuid", &show(&document["uuid"]));
    let build = &document["build_version"];
    if !build.is_null() {
        line(
            "build version",
            &format!(
                "{} {}, SDK {}",
                show(&build["platform"]),
                show(&build["minos"]),
                show(&build["sdk"])
            ),
        );
    }
    if !document["source_version"].is_null() {
        line("source version", &show(&document["source_version"]));
    }
    line("base", &show(&document["base"]));
    let entry = &document["entry"];
    line(
        "entry point",
        &if entry.is_null() {
            "-".to_owned()
        } else {
            format!(
                "vmaddr {}, file offset {}, segment {}",
                show(&entry["vmaddr"]),
                show(&entry["file_offset"]),
                show(&entry["segment"])
            )
        },
    );
    line(
        "layout",
        &match &document["first_nonlinear"] {
            _ if document["linear"] == true => "linear: file offset = vmaddr - base".to_owned(),
            Value::String(name) => format!("not linear: {name} lies at another file offset"),
            _ => "not linear".to_owned(),
        },
    );
    for segment in document["segments"].as_array().into_iter().flatten() {
        let size = |name: &str| segment[name].as_u64().unwrap_or(0);
        line(
            "segment",
            &format!(
                "{:18} +{:#010x}  file offset {:10} +{:#010x}  {}/{}  {}",
                show(&segment["vmaddr"]),
                size("vmsize"),
                show(&segment["file_offset"]),
                size("filesize"),
                show(&segment["initprot"]),
                show(&segment["maxprot"]),
                show(&segment["name"]),
            ),
        );
    }
    for entry in document["entries"].as_array().into_iter().flatten() {
        if entry["id"].is_null() && entry["vmaddr"].is_null() {
            // A remark says what is damaged.
            continue;
        }
        line(
            "entry",
            &format!(
                "{:18}  file offset {:10}  {}  {}",
                show(&entry["vmaddr"]),
                show(&entry["file_offset"]),
                show(&entry["uuid"]),
                show(&entry["id"]),
            ),
        );
    }
    out
}

/// The kernel's version, its sources, which build it is and when it was built.
fn kernel(darwin: &Value) -> String {
    let part = |name: &str| darwin[name].as_str();
    let build: Vec<&str> = ["config", "arch", "soc"]
        .into_iter()
        .filter_map(part)
        .collect();
    let mut parts = vec![format!("Darwin {}", part("release").unwrap_or_default())];
    parts.extend(part("tree").map(str::to_owned));
    parts.extend((!build.is_empty()).then(|| build.join(" ")));
    parts.extend(part("date").map(str::to_owned));
    parts.join(", ")
}

fn properties_text(line: &mut impl FnMut(&str, &str), owner: &str, properties: &Value) {
    for (name, value) in properties.as_object().into_iter().flatten() {
        let value = match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        line(&format!("  {owner}"), &format!("{name} {value}"));
    }
}
