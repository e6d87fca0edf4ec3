//! `kc disasm`: which words, from where; the printing is in `listing`.
use std::io::Write as _;

use aarch64_decode::Syntax;
use kc_offsets::code::holds_strings;
use kc_offsets::{AddressMap, Images, KernelCache, Outcome};
use macho_core::{CpuType, MachO, Section, VmAddr};

use crate::cli::{Disasm, SyntaxName};
use crate::container;
use crate::failure::Failure;
use crate::image::{entry_line, outcome_name};
use crate::images;
use crate::locations::{LocationMemory, Locations};
use crate::place::{Place, Places};
use crate::printable::Printable;
use crate::question::with_image;
use crate::report::{Report, Status};
use crate::streams::Streams;

mod cross_check;
mod listing;

use cross_check::CrossCheck;
use listing::{Context, Listing};

/// Words that are printed where the command line does not say.
const DEFAULT_COUNT: u64 = 64;

pub(super) fn run(args: &Disasm, streams: &mut Streams<'_>) -> Result<Status, Failure> {
    let check = args.cross_check.then(CrossCheck::new).transpose()?;
    let file = &args.input.file;
    if args.raw {
        let input = container::open(&args.input, streams.stdin)?;
        let words = Words {
            bytes: &input,
            vmaddr: args.base.unwrap_or(0),
            file_offset: 0,
        };
        let words = words.limited(args.count.unwrap_or(u64::MAX));
        let mut report = Report::list("disasm", args.report, file, streams);
        let done = list(args, &words, &Context::default(), check, &mut report);
        return report.end(done);
    }
    with_image(&args.input, streams, |cache, payload, streams| {
        let mut report = Report::list("disasm", args.report, file, streams).of(payload);
        let done = of_image(args, cache, &payload.bytes, check, &mut report);
        report.end(done)
    })
}

fn of_image(
    args: &Disasm,
    cache: &KernelCache<'_>,
    file: &[u8],
    check: Option<CrossCheck>,
    report: &mut Report<'_, '_>,
) -> Result<(), Failure> {
    let mut memory = LocationMemory::default();
    let locations = Locations::new(cache, &mut memory)?;
    let images = locations.lookup().images();
    let image = images::select(images, args.image.as_deref())?;
    let cputype = cache.image().header().cputype;
    if cputype != CpuType::CPU_TYPE_ARM64 {
        return Err(Failure::refused(format!(
            "{cputype} is no arm64: only A64 code can be disassembled"
        )));
    }
    let map = cache.address_map();
    let named = named(args, cache, locations)?;
    let at = args.at.or(named.map(|place| place.vmaddr));
    let words = match (&args.section, at) {
        (Some(name), _) => section_words(args, images, file, name)?,
        (None, Some(at)) => words_at(&map, file, at)?,
        (None, None) => entry_words(args, cache, &image, file, report)?,
    };
    let end = named.and_then(|place| Some((place.vmaddr, place.end?)));
    let count = args.count.unwrap_or(match end {
        Some((start, end)) => end.saturating_sub(start).div_ceil(4),
        None if args.section.is_some() => u64::MAX,
        None => DEFAULT_COUNT,
    });
    let context = context(locations, &map, file);
    list(args, &words.limited(count), &context, check, report)
}

/// What PLACE or `--function` names.
fn named<'a>(
    args: &Disasm,
    cache: &KernelCache<'a>,
    locations: Locations<'a, '_>,
) -> Result<Option<Place>, Failure> {
    let images = locations.lookup().images();
    let image = args.image.as_deref();
    let image = image.map(|name| images::number(images, name)).transpose()?;
    let places = Places {
        cache,
        locations,
        image: image.map(|number| images.first(number)),
    };
    if let Some(place) = &args.function {
        let vmaddr = places.resolve(place)?.vmaddr;
        let function = locations.lookup().function_at(VmAddr::new(vmaddr));
        let Some(function) = function else {
            return Err(Failure::refused(format!(
                "no function is known at {vmaddr:#x}; `kc functions --containing` guesses"
            )));
        };
        return Ok(Some(Place {
            vmaddr: function.start.get(),
            end: Some(function.end.get()),
        }));
    }
    let place = args.place.as_deref();
    place.map(|place| places.resolve(place)).transpose()
}

/// Code in the file, and where it lies.
struct Words<'a> {
    bytes: &'a [u8],
    vmaddr: u64,
    file_offset: u64,
}

impl Words<'_> {
    fn limited(mut self, count: u64) -> Self {
        let bytes = usize::try_from(count.saturating_mul(4)).unwrap_or(usize::MAX);
        self.bytes = self.bytes.get(..bytes).unwrap_or(self.bytes);
        self
    }
}

/// The file's bytes from `at` to the end of what is mapped there without a break.
fn words_at<'a>(map: &AddressMap<'_>, file: &'a [u8], at: u64) -> Result<Words<'a>, Failure> {
    if at % 4 != 0 {
        return Err(Failure::refused(format!(
            "{at:#x} is no multiple of 4, so no instruction starts there"
        )));
    }
    let run = map.translate_range(VmAddr::new(at), u64::MAX).next();
    let outcome = run.map_or(Outcome::Unmapped, |run| run.outcome);
    let Some((run, offset)) = run.zip(outcome.file_offset()) else {
        return Err(Failure::refused(format!(
            "vmaddr {at:#018x} is not in the file: {}",
            outcome_name(outcome)
        )));
    };
    let start = usize::try_from(offset.get()).unwrap_or(usize::MAX);
    let rest = file.get(start..).unwrap_or_default();
    let len = usize::try_from(run.len).unwrap_or(usize::MAX);
    Ok(Words {
        bytes: rest.get(..len).unwrap_or(rest),
        vmaddr: at,
        file_offset: offset.get(),
    })
}

fn entry_words<'a>(
    args: &Disasm,
    cache: &KernelCache<'_>,
    image: &MachO<'_>,
    file: &'a [u8],
    report: &mut Report<'_, '_>,
) -> Result<Words<'a>, Failure> {
    // A nested image has a thread state of its own, in the collection's address space.
    let nested = KernelCache::new(*image);
    let Some(entry) = nested.entry_point()? else {
        let why = super::entry::missing(image);
        return Err(Failure::refused(format!(
            "{why}; --at or --section says what to disassemble"
        )));
    };
    let words = words_at(&cache.address_map(), file, entry.vmaddr.get())?;
    if !report.is_json() && args.columns.contains(&crate::cli::Column::Comment) {
        // The longer name would be one line and a bit on a terminal of 80 columns.
        let name = if report.width().is_some() {
            "entry"
        } else {
            "entry point"
        };
        writeln!(report.remark()?, "; {name}: {}", entry_line(&entry))?;
    }
    Ok(words)
}

/// The bytes of the one section of that name.
fn section_words<'a>(
    args: &Disasm,
    images: Images<'_, '_>,
    file: &'a [u8],
    name: &str,
) -> Result<Words<'a>, Failure> {
    let shown = Printable::text(name);
    let Some((segment, section)) = name.split_once(',') else {
        return Err(Failure::refused(format!(
            "--section takes SEGMENT,SECTION, as __TEXT_EXEC,__text; not {shown}"
        )));
    };
    let mut found: Vec<(String, Section<'_>)> = Vec::new();
    let mut damage = None;
    for image in images::selected(images, args.image.as_deref())? {
        let id = image.id;
        let image = match image.macho {
            Ok(macho) => macho,
            Err(error) => {
                damage.get_or_insert(error);
                continue;
            }
        };
        let id = id.map(images::plain).unwrap_or_default();
        found.extend(
            image
                .sections()
                .filter(|other| other.segment_name() == segment && other.name() == section)
                .map(|section| (id.clone(), section)),
        );
    }
    let section = match found.as_slice() {
        [] => {
            // It may be in one that is damaged.
            if let Some(error) = damage {
                return Err(error.into());
            }
            return Err(Failure::refused(format!("no section {shown}")));
        }
        [(_, section)] => section,
        several => {
            let ids: Vec<_> = several.iter().take(8).map(|(id, _)| id.as_str()).collect();
            return Err(Failure::refused(format!(
                "{} images have a section {shown}; --image takes one of: {}",
                several.len(),
                ids.join(", ")
            )));
        }
    };
    let Some(file_offset) = section.file_offset().filter(|_| section.size() > 0) else {
        return Err(Failure::refused(format!(
            "section {shown} has no bytes in the file"
        )));
    };
    // The length that the section has in this very file, proved by `data`.
    let len = section.data()?.len();
    let file_offset = file_offset.get();
    let start = usize::try_from(file_offset).unwrap_or(usize::MAX);
    let bytes = file
        .get(start..)
        .and_then(|rest| rest.get(..len))
        .unwrap_or_default();
    Ok(Words {
        bytes,
        vmaddr: section.vmaddr().get(),
        file_offset,
    })
}

/// Names and strings that comments may show.
fn context<'c>(locations: Locations<'c, 'c>, map: &AddressMap<'c>, file: &'c [u8]) -> Context<'c> {
    let mut strings = Vec::new();
    for (_, image) in locations.lookup().images().machos() {
        let holding = image.sections().filter(|section| {
            holds_strings(section) && section.size() != 0 && section.file_offset().is_some()
        });
        strings.extend(holding.map(|section| (section.vmaddr().get(), section.size())));
    }
    strings.sort_unstable();
    Context {
        locations: Some(locations),
        strings,
        map: Some(map.clone()),
        file,
    }
}

fn list(
    args: &Disasm,
    words: &Words<'_>,
    context: &Context<'_>,
    check: Option<CrossCheck>,
    report: &mut Report<'_, '_>,
) -> Result<(), Failure> {
    let syntax = match args.syntax {
        SyntaxName::Llvm => Syntax::Llvm,
        SyntaxName::Gnu => Syntax::Gnu,
        SyntaxName::Apple => Syntax::Apple,
    };
    let mut listing = Listing::new(&args.columns, syntax, context, check).on(report.width());
    let mut vmaddr = words.vmaddr;
    let mut file_offset = words.file_offset;
    // A word is a row, although many are handed on at once.
    let most = usize::try_from(args.report.limit.unwrap_or(u64::MAX)).unwrap_or(usize::MAX);
    // The row after the limit makes the document say that it is not whole.
    let most = most.saturating_add(usize::from(report.is_json()));
    let bytes = words.bytes.get(..most.saturating_mul(4));
    let mut chunks = bytes.unwrap_or(words.bytes).chunks_exact(4);
    for chunk in &mut chunks {
        let word = u32::from_le_bytes([chunk[0], chunk[1], chunk[2], chunk[3]]);
        if report.is_json() {
            report.row(&listing.json(word, vmaddr, file_offset))?;
        } else {
            listing.line(word, vmaddr, file_offset);
            if listing.is_full() {
                listing.move_to(report.text()?);
            }
        }
        vmaddr = vmaddr.wrapping_add(4);
        file_offset = file_offset.wrapping_add(4);
    }
    if !report.is_json() && words.bytes.len() >= 4 {
        listing.move_to(report.text()?);
    }
    let trailing = chunks.remainder().len();
    if trailing > 0 {
        report.note(format_args!("{trailing} bytes at the end are no word"))?;
    }
    if let Some(summary) = listing.cross_check_summary() {
        report.note(summary)?;
    }
    Ok(())
}
