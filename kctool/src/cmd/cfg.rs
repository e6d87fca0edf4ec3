//! `kc cfg`: the control flow graph of a function.
use std::io::Write as _;

use aarch64_decode::{Syntax, TextBuffer, decode};
use kc_offsets::KernelCache;
use macho_core::{CpuType, VmAddr};
use serde_json::{Value, json};

use crate::cli::Cfg;
use crate::failure::Failure;
use crate::json::{hex, hex_or_null};
use crate::locations::{LocationMemory, Locations};
use crate::place::Places;
use crate::question::with_image;
use crate::report::{Report, Status};
use crate::streams::Streams;

mod graph;

use graph::{Block, Code, Edge};

/// Words of a function that are looked at: a function ends where the next one starts, and a file
/// may have only one.
const MOST_WORDS: u64 = 1 << 16;

pub(super) fn run(args: &Cfg, streams: &mut Streams<'_>) -> Result<Status, Failure> {
    with_image(&args.input, streams, |cache, payload, streams| {
        let file = &args.input.file;
        let mut report = Report::list("cfg", args.report, file, streams).of(payload);
        let done = draw(args, cache, &mut report);
        report.end(done)
    })
}

/// The function that is drawn.
struct Function<'a> {
    code: Code<'a>,
    /// Its name, or the address.
    name: String,
    image: Option<String>,
    /// Whether it goes on.
    is_cut: bool,
}

fn draw(args: &Cfg, cache: &KernelCache<'_>, report: &mut Report<'_, '_>) -> Result<(), Failure> {
    let cputype = cache.image().header().cputype;
    if cputype != CpuType::CPU_TYPE_ARM64 {
        return Err(Failure::refused(format!(
            "{cputype} is no arm64: only A64 code has a graph here"
        )));
    }
    let mut memory = LocationMemory::default();
    let locations = Locations::new(cache, &mut memory)?;
    let function = function(args, cache, &locations)?;
    let blocks = graph::blocks(function.code);
    let graph = Graph {
        locations,
        function,
        blocks,
    };
    if args.dot {
        graph.dot(report)?;
    } else if report.is_json() {
        graph.json(report)?;
    } else {
        graph.text(report)?;
    }
    if graph.function.is_cut {
        report.note(format_args!(
            "only the first {MOST_WORDS:#x} words are shown"
        ))?;
    }
    Ok(())
}

fn function<'a>(
    args: &Cfg,
    cache: &KernelCache<'a>,
    locations: &Locations<'a, '_>,
) -> Result<Function<'a>, Failure> {
    let place = args.place.as_str();
    let places = Places {
        cache,
        locations: *locations,
        image: None,
    };
    let asked = places.resolve(place)?.vmaddr;
    let lookup = locations.lookup();
    let known = lookup.function_at(VmAddr::new(asked));
    let start = known.map_or(asked, |function| function.start.get());
    if start % 4 != 0 {
        return Err(Failure::refused(format!(
            "{start:#x} is no multiple of 4, so no instruction starts there"
        )));
    }
    // Without a table of functions: up to the next name.
    let mut names = lookup.names_from(VmAddr::new(start.saturating_add(1)));
    let next = || names.next().map_or(u64::MAX, |next| next.vmaddr.get());
    let end = known.map_or_else(next, |function| function.end.get());
    let map = cache.address_map();
    let run = map
        .translate_range(VmAddr::new(start), end.saturating_sub(start))
        .next();
    let run = run.filter(|run| run.outcome.file_offset().is_some());
    // No address that is written is past the last one.
    let len = run.map_or(0, |run| run.len.min(u64::MAX - start));
    let bytes = cache.bytes_at(VmAddr::new(start), len.min(MOST_WORDS * 4));
    let Some(bytes) = bytes.filter(|bytes| bytes.len() >= 4) else {
        return Err(Failure::refused(format!(
            "vmaddr {start:#018x} has no code in the file"
        )));
    };
    Ok(Function {
        code: Code { bytes, start },
        name: locations
            .symbol(start)
            .unwrap_or_else(|| format!("{start:#x}")),
        image: locations.image(start),
        is_cut: len > MOST_WORDS * 4,
    })
}

struct Graph<'a, 's> {
    locations: Locations<'a, 's>,
    function: Function<'a>,
    blocks: Vec<Block>,
}

impl Graph<'_, '_> {
    /// The name of a target outside of the function.
    fn outside(&self, edge: &Edge) -> Option<String> {
        let code = self.function.code;
        let is_inside = (code.start..code.end()).contains(&edge.to);
        let name = || self.locations.symbol(edge.to).unwrap_or_default();
        (!is_inside).then(name)
    }

    fn text(&self, report: &mut Report<'_, '_>) -> Result<(), Failure> {
        let Function {
            code, name, image, ..
        } = &self.function;
        let image = image
            .as_ref()
            .map_or_else(String::new, |id| format!("  {id}"));
        let (start, end) = (code.start, code.end());
        writeln!(
            report.remark()?,
            "{name}  {start:#018x} to {end:#018x}{image}"
        )?;
        for block in &self.blocks {
            let words = (block.end - block.start) / 4;
            let calls = match block.calls {
                0 => String::new(),
                1 => "  1 call".to_owned(),
                calls => format!("  {calls} calls"),
            };
            let unreached = if block.is_reached { "" } else { "  unreached" };
            let ends = block.ends_with.name();
            let mut line = format!("{:#018x}  {words:>4}  {ends:16}", block.start);
            let edge = |edge: &Edge| {
                let name = self.outside(edge).unwrap_or_default();
                format!("{:#x} {name}", edge.to).trim_end().to_owned()
            };
            let edges: Vec<_> = block.edges.iter().map(edge).collect();
            if !edges.is_empty() {
                line.push_str("  -> ");
                line.push_str(&edges.join(", "));
            }
            line.push_str(&calls);
            line.push_str(unreached);
            writeln!(report.text()?, "{}", line.trim_end())?;
        }
        Ok(())
    }

    fn json(&self, report: &mut Report<'_, '_>) -> Result<(), Failure> {
        let function = &self.function;
        report.answer(&json!({
            "name": function.name,
            "start": hex(function.code.start),
            "end": hex(function.code.end()),
            "image": function.image,
            "cut": function.is_cut,
        }))?;
        for block in &self.blocks {
            let edge = |edge: &Edge| -> Value {
                json!({
                    "to": hex(edge.to),
                    "kind": edge.kind,
                    "block": hex_or_null(
                        graph::block_at(&self.blocks, edge.to).map(|_| edge.to),
                    ),
                    "symbol": self.outside(edge).filter(|name| !name.is_empty()),
                })
            };
            report.row(&json!({
                "vmaddr": hex(block.start),
                "end": hex(block.end),
                "ends_with": block.ends_with.name(),
                "calls": block.calls,
                "reached": block.is_reached,
                "edges": block.edges.iter().map(edge).collect::<Vec<_>>(),
            }))?;
        }
        Ok(())
    }

    /// The graph in Graphviz's language: a box for each block with its instructions, an ellipse for
    /// each place outside.
    fn dot(&self, report: &mut Report<'_, '_>) -> Result<(), Failure> {
        let out = report.remark()?;
        writeln!(out, "digraph \"{}\" {{", Quoted(&self.function.name))?;
        writeln!(out, "  node [shape=box, fontname=monospace];")?;
        let mut outside = std::collections::BTreeMap::new();
        for block in &self.blocks {
            let style = if block.is_reached {
                ""
            } else {
                ", style=dashed"
            };
            write!(report.text()?, "  \"{:#x}\" [label=\"", block.start)?;
            let words = self.function.code.words_from(block.start);
            let mut text = TextBuffer::new();
            for (vmaddr, word) in words.take_while(|(vmaddr, _)| *vmaddr < block.end) {
                let out = report.remark()?;
                match decode(word) {
                    Ok(one) => {
                        let text = one.format(vmaddr, Syntax::Llvm, &mut text);
                        write!(out, "{vmaddr:#x}  {}\\l", Quoted(text))?;
                    }
                    Err(_) => write!(out, "{vmaddr:#x}  .inst {word:#010x}\\l")?,
                }
            }
            writeln!(report.remark()?, "\"{style}];")?;
            for edge in &block.edges {
                let label = match edge.kind {
                    "taken" | "not-taken" => format!(" [label=\"{}\"]", edge.kind),
                    _ => String::new(),
                };
                let (from, to) = (block.start, edge.to);
                writeln!(report.remark()?, "  \"{from:#x}\" -> \"{to:#x}\"{label};")?;
                if graph::block_at(&self.blocks, to).is_none() {
                    outside.insert(to, self.outside(edge).unwrap_or_default());
                }
            }
        }
        for (to, name) in outside {
            let out = report.remark()?;
            let name = Quoted(&name);
            writeln!(
                out,
                "  \"{to:#x}\" [shape=ellipse, label=\"{to:#x}\\n{name}\"];"
            )?;
        }
        Ok(writeln!(report.remark()?, "}}")?)
    }
}

/// Text in a quoted string of Graphviz, which knows escapes of its own: a backslash is doubled.
struct Quoted<'t>(&'t str);

impl std::fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.chars().try_for_each(|character| match character {
            '"' | '\\' => write!(f, "\\{character}"),
            other => write!(f, "{other}"),
        })
    }
}
