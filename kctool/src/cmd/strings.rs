//! `kc strings`: the C strings of every image.
use kc_offsets::code::c_strings;
use serde_json::{Value, json};

use crate::cli::Strings;
use crate::damage::Damage;
use crate::failure::Failure;
use crate::images::{self, ImageMemory};
use crate::json::{self, hex, text};
use crate::printable::Printable;
use crate::question::with_image;
use crate::streams::Streams;

pub(super) fn run(args: &Strings, streams: &mut Streams<'_>) -> Result<(), Failure> {
    with_image(&args.input, streams, |cache, _, streams| {
        let needle = args.contains.as_deref().unwrap_or_default().as_bytes();
        let mut rows = Vec::new();
        let mut out = Vec::new();
        let mut damage = Damage::default();
        let mut memory = ImageMemory::default();
        let images = memory.mapped(cache)?;
        for (id, image) in images::selected(images, args.image.as_deref(), &mut damage)? {
            for string in c_strings(&image).filter(|string| string.contains(needle)) {
                if args.json {
                    rows.push(json!({
                        "vmaddr": hex(string.vmaddr.get()),
                        "file_offset": hex(string.file_offset.get()),
                        "string": text(macho_core::Name::new(string.bytes)),
                        "image": id.map(images::plain),
                    }));
                    continue;
                }
                let shown = Printable(string.bytes);
                std::io::Write::write_fmt(&mut out, format_args!("{}  {shown}\n", string.vmaddr))?;
            }
            streams.stdout.write_all(&out)?;
            out.clear();
        }
        if args.json {
            json::write(streams.stdout, &Value::Array(rows))?;
        }
        damage.outcome(streams)
    })
}
