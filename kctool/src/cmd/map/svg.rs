//! The map as a picture: memory on the left, the file on the right, and what leads from one to the
//! other.
use std::fmt::{self, Write as _};

use kc_offsets::Outcome;

use super::picture::{Picture, Stretch};
use crate::image::{entry_line, protection};
use crate::json::plain;
use crate::printable::NameLimit;

/// Where the two columns are, and how high they are, in units of the picture.
const TOP: usize = 48;
const HEIGHT: usize = 880;
const WIDTH: usize = 940;
const MEMORY: (usize, usize) = (330, 110);
const FIXUPS: (usize, usize) = (MEMORY.0 + MEMORY.1 + 4, 14);
const IMAGES: (usize, usize) = (FIXUPS.0 + FIXUPS.1 + 4, 14);
const FILE: (usize, usize) = (620, 110);

/// Units between the lines of text.
const LINE: usize = 14;

/// Segments of images inside that are drawn.
const MOST_SPANS: usize = 2048;

/// Colours by name of class, for paper and for the night.
const STYLE: &str = "\
svg{background:#fff}text{font:11px monospace;fill:#1f2328}
.code{fill:#9ec1f7}.read{fill:#b9dfb4}.write{fill:#f5c99a}.zero{fill:#e8e4d8}
.lost{fill:#f2a5a5}.hole{fill:none;stroke-dasharray:3 3}rect,.lead{stroke:#57606a;stroke-width:.5}
.lead{opacity:.35}.slots{fill:#7a3fb0;stroke:none}.image{fill:#d0d7de}.entry{fill:#cf222e}
@media (prefers-color-scheme:dark){svg{background:#0d1117}text{fill:#e6edf3}.code{fill:#1f4f99}
.read{fill:#2b6128}.write{fill:#8a5316}.zero{fill:#33322c}.lost{fill:#8e2b2b}
rect,.lead{stroke:#8b949e}.slots{fill:#c297ff}.image{fill:#444c56}.entry{fill:#ff7b72}}
";

/// Text of the input in XML, as ASCII: it has been escaped for terminals before.
struct Xml<'t>(&'t str);

impl fmt::Display for Xml<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.0.chars() {
            match character {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                ' '..='~' => f.write_char(character)?,
                // Control characters have no place in XML, not even as numbers.
                '\0'..='\u{1f}' => f.write_char(' ')?,
                other => write!(f, "&#{};", u32::from(other))?,
            }
        }
        Ok(())
    }
}

/// `file` is how many bytes the names of images are bounded by.
pub(super) fn draw(picture: &Picture<'_>, file: usize) -> String {
    let mut out = String::new();
    let written = write(picture, &mut NameLimit::new(file), &mut out);
    debug_assert!(written.is_ok(), "writing to a string does not fail");
    out
}

fn write(picture: &Picture<'_>, names: &mut NameLimit, out: &mut String) -> fmt::Result {
    let bottom = TOP + HEIGHT + 3 * LINE;
    writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {bottom}\" \
         width=\"{WIDTH}\" height=\"{bottom}\" role=\"img\">\n\
         <title>Memory and file</title>\n<style>\n{STYLE}</style>"
    )?;
    let heads = [(MEMORY.0, "memory"), (FILE.0, "file")];
    for (x, name) in heads {
        writeln!(out, "<text x=\"{x}\" y=\"{}\">{name}</text>", TOP - 10)?;
    }
    leads(picture, out)?;
    memory(picture, out)?;
    slots(picture, out)?;
    images(picture, names, out)?;
    the_file(picture, out)?;
    entry(picture, out)?;
    legend(out)?;
    writeln!(out, "</svg>")
}

fn class(picture: &Picture<'_>, stretch: &Stretch) -> &'static str {
    match stretch.outcome {
        Outcome::Mapped(_) => picture.segment(stretch).map_or("read", of_segment),
        Outcome::ZeroFill => "zero",
        Outcome::PastEndOfFile => "lost",
        Outcome::Unmapped => "hole",
    }
}

fn of_segment(segment: &macho_core::Segment<'_>) -> &'static str {
    match segment.initprot().bits() {
        bits if bits & 4 != 0 => "code",
        bits if bits & 2 != 0 => "write",
        _ => "read",
    }
}

/// A box with a text that a mouse shows.
fn rect(
    out: &mut String,
    (x, width): (usize, usize),
    rows: &std::ops::Range<usize>,
    class: &str,
    title: &str,
) -> fmt::Result {
    let (y, height) = (TOP + rows.start, rows.len().max(1));
    writeln!(
        out,
        "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\">\
         <title>{}</title></rect>",
        Xml(title)
    )
}

/// Text at the right of a box, or at its left; nothing if the line before is too near.
struct Labels {
    x: usize,
    anchor: &'static str,
    free: usize,
}

impl Labels {
    fn put(&mut self, out: &mut String, row: usize, text: &str) -> fmt::Result {
        let y = TOP + row + 10;
        if y < self.free || y > TOP + HEIGHT + 10 {
            return Ok(());
        }
        self.free = y + LINE - 2;
        let (x, anchor) = (self.x, self.anchor);
        writeln!(
            out,
            "<text x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\">{}</text>",
            Xml(text)
        )
    }
}

fn memory(picture: &Picture<'_>, out: &mut String) -> fmt::Result {
    let scale = picture.memory_scale(HEIGHT);
    let mut labels = Labels {
        x: MEMORY.0 - 6,
        anchor: "end",
        free: 0,
    };
    for (number, stretch) in picture.stretches.iter().enumerate() {
        let rows = scale.cells_of(number);
        if rows.is_empty() {
            continue;
        }
        let class = class(picture, stretch);
        let name = match stretch.outcome {
            Outcome::Unmapped => "no segment".to_owned(),
            _ => picture
                .segment(stretch)
                .map_or_else(String::new, |segment| {
                    format!(
                        "{} {}",
                        plain(segment.name()),
                        protection(segment.initprot().bits())
                    )
                }),
        };
        let (vmaddr, len) = (stretch.vmaddr, stretch.len);
        let title = format!(
            "{name}: {vmaddr:#x}, {len:#x} bytes, {} slots, {} images",
            stretch.slots, stretch.images
        );
        rect(out, MEMORY, &rows, class, &title)?;
        labels.put(out, rows.start, &format!("{name} {vmaddr:#018x}"))?;
    }
    Ok(())
}

/// From each stretch of memory to its bytes in the file.
fn leads(picture: &Picture<'_>, out: &mut String) -> fmt::Result {
    let memory = picture.memory_scale(HEIGHT);
    let file = picture.file_scale(HEIGHT);
    for (number, stretch) in picture.stretches.iter().enumerate() {
        let rows = memory.cells_of(number);
        let Some(start) = stretch.file_offset().filter(|_| !rows.is_empty()) else {
            continue;
        };
        let last = start.saturating_add(stretch.len - 1);
        let Some((from, to)) = file.cell_at(start).zip(file.cell_at(last)) else {
            continue;
        };
        let (left, right) = (IMAGES.0 + IMAGES.1 + 4, FILE.0);
        let [a, b, c, d] = [rows.start, from, to + 1, rows.end].map(|row| TOP + row);
        let class = class(picture, stretch);
        writeln!(
            out,
            "<polygon class=\"lead {class}\" points=\"{left},{a} {right},{b} {right},{c} {left},{d}\"/>"
        )?;
    }
    Ok(())
}

/// The density of slots, as how far a row is filled.
fn slots(picture: &Picture<'_>, out: &mut String) -> fmt::Result {
    let scale = picture.memory_scale(HEIGHT);
    let slots = picture.slots_in(&scale, HEIGHT);
    for (row, slots) in slots
        .into_iter()
        .enumerate()
        .filter(|(_, slots)| *slots > 0)
    {
        let words = (scale.bytes_of(row) / 8).max(1);
        let width = u128::from(slots) * FIXUPS.1 as u128 / u128::from(words);
        let width = usize::try_from(width)
            .unwrap_or(FIXUPS.1)
            .clamp(1, FIXUPS.1);
        writeln!(
            out,
            "<rect class=\"slots\" x=\"{}\" y=\"{}\" width=\"{width}\" height=\"1\"/>",
            FIXUPS.0,
            TOP + row
        )?;
    }
    Ok(())
}

fn images(picture: &Picture<'_>, names: &mut NameLimit, out: &mut String) -> fmt::Result {
    let scale = picture.memory_scale(HEIGHT);
    for span in picture.spans.iter().take(MOST_SPANS) {
        let last = span.vmaddr.saturating_add(span.vmsize - 1);
        let Some(from) = scale.cell_at(span.vmaddr) else {
            continue;
        };
        let to = scale.cell_at(last).unwrap_or(from);
        let id = names.shown(&picture.ids[span.image]);
        let title = format!("{id}: {:#x}, {:#x} bytes", span.vmaddr, span.vmsize);
        rect(out, IMAGES, &(from..to + 1), "image", &title)?;
    }
    Ok(())
}

fn the_file(picture: &Picture<'_>, out: &mut String) -> fmt::Result {
    let scale = picture.file_scale(HEIGHT);
    let mut labels = Labels {
        x: FILE.0 + FILE.1 + 6,
        anchor: "start",
        free: 0,
    };
    for (number, part) in picture.file.iter().enumerate() {
        let rows = scale.cells_of(number);
        if rows.is_empty() {
            continue;
        }
        let segment = part.segment.and_then(|number| picture.segment_at(number));
        let class = segment.map_or("hole", of_segment);
        let name = segment.map_or_else(|| "no segment".to_owned(), |s| plain(s.name()));
        let title = format!(
            "{name}: file offset {:#x}, {:#x} bytes",
            part.offset, part.len
        );
        rect(out, FILE, &rows, class, &title)?;
        labels.put(out, rows.start, &format!("{:#x} {name}", part.offset))?;
    }
    Ok(())
}

fn entry(picture: &Picture<'_>, out: &mut String) -> fmt::Result {
    let Some(entry) = &picture.entry else {
        return Ok(());
    };
    let Some(row) = picture.memory_scale(HEIGHT).cell_at(entry.vmaddr.get()) else {
        return Ok(());
    };
    let (y, right) = (TOP + row, MEMORY.0 + MEMORY.1);
    let points = format!(
        "{right},{y} {},{} {},{}",
        right + 10,
        y - 5,
        right + 10,
        y + 5
    );
    writeln!(
        out,
        "<polygon class=\"entry\" points=\"{points}\"><title>{}</title></polygon>",
        Xml(&format!("entry point: {}", entry_line(entry)))
    )
}

fn legend(out: &mut String) -> fmt::Result {
    let y = TOP + HEIGHT + LINE;
    let classes = [
        ("code", "code"),
        ("read", "read only"),
        ("write", "writable"),
        ("zero", "zero-filled"),
        ("lost", "past the end of the file"),
        ("hole", "no segment"),
        ("slots", "fixups"),
        ("image", "images"),
        ("entry", "entry point"),
    ];
    let mut x = 10;
    for (class, name) in classes {
        writeln!(
            out,
            "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"12\" height=\"12\"/>\
             <text x=\"{}\" y=\"{}\">{name}</text>",
            x + 16,
            y + 10
        )?;
        x += 36 + 7 * name.len();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::Xml;

    #[test]
    fn text_stays_text() {
        let text = Xml("a<b>&\"\u{e9}\u{1}\u{1f980}").to_string();
        assert_eq!(text, "a&lt;b&gt;&amp;&quot;&#233; &#129408;");
    }
}
