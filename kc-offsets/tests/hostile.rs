//! Hostile kernelcaches: the exact answer or error of every question, and how long it may take to get there.
//!
//! The expected answers stand in `hostile.txt`. `KC_BLESS=1 cargo test -p kc-offsets --test hostile` writes them anew: look at the
//! difference before you commit it.
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use kc_offsets::rebase;
use kc_offsets::{Bases, Error, KernelCache, LoadPlan};
use kc_offsets::{IdCell, Ids};
use macho_core::{Mode, PhysAddr, Slide};
use testkit::hostile::{self, Hostile};
use testkit::kernelcache::sample;

/// What all questions about one file may take, without optimisation.
const LIMIT: Duration = Duration::from_secs(5);

/// Items of a walk: how many are whole, the first of them, and the errors.
fn walk<T, E: std::fmt::Display>(
    items: impl Iterator<Item = Result<T, E>>,
    most: usize,
    show: impl Fn(&T) -> String,
) -> String {
    let (mut whole, mut out, mut errors) = (0, Vec::new(), Vec::new());
    for item in items {
        match item {
            Ok(item) => {
                if whole < 2 {
                    out.push(show(&item));
                }
                whole += 1;
            }
            Err(error) => errors.push(error.to_string()),
        }
        assert!(whole + errors.len() <= most, "no more items than bytes");
    }
    out.insert(0, whole.to_string());
    let more = errors.len().saturating_sub(3);
    out.extend(errors.into_iter().take(3));
    if more > 0 {
        out.push(format!("{more} more"));
    }
    out.retain(|part| !part.is_empty());
    out.join("; ")
}

/// How many cells an index asks for.
fn needed<T>(asked: Result<T, Error>) -> usize {
    asked.err().and_then(Error::needed).unwrap_or(0)
}

fn kexts(cache: &KernelCache<'_>, most: usize) -> Result<String, Error> {
    let Some(info) = cache.prelink_info()? else {
        return Ok("no list".to_owned());
    };
    let mut entries = vec![IdCell::EMPTY; needed(Ids::build(&info, &mut []))];
    let ids = Ids::build(&info, &mut entries)?;
    Ok(walk(info.kexts(ids), most, |kext| {
        let id = kext.bundle_id.map_or("-".to_owned(), |id| {
            let id = id.to_string();
            format!("{id:.40}")
        });
        let load = kext.load_addr.map_or(0, macho_core::VmAddr::get);
        format!("{id} at {load:#x}")
    }))
}

fn kmods(cache: &KernelCache<'_>, most: usize) -> Result<String, Error> {
    Ok(walk(cache.kmods()?, most, |kmod| {
        let header = kmod
            .header
            .map_or("-".to_owned(), |header| header.to_string());
        format!("{} {}", kmod.name, header)
    }))
}

fn load(cache: &KernelCache<'_>) -> Result<String, Error> {
    let plan = LoadPlan::new(cache, PhysAddr::new(0x8_0000_0000), Slide::ZERO)?;
    if plan.size() > 1 << 30 {
        return Ok(format!("{:#x} bytes, not tried", plan.size()));
    }
    let mut memory = vec![0; usize::try_from(plan.size()).unwrap()];
    plan.load_into(&mut memory)?;
    let applied = plan.apply_fixups(&mut memory, &Bases::PRIMARY)?;
    Ok(format!("{:#x} bytes, {applied} fixups", plan.size()))
}

/// Every question that a hostile file may be asked, and the answer.
fn answers(bytes: &[u8]) -> Vec<(&'static str, String)> {
    let cache = match KernelCache::parse_with(bytes, Mode::Strict) {
        Ok(cache) => cache,
        Err(error) => return vec![("parse", error.to_string())],
    };
    let most = bytes.len();
    let or_error = |answer: Result<String, Error>| answer.unwrap_or_else(|error| error.to_string());
    let entry = cache.entry_point().map(|entry| {
        entry.map_or("none".to_owned(), |entry| {
            format!("{} {:?}", entry.vmaddr, entry.outcome)
        })
    });
    let ids = cache.entries().map(|entry| {
        let entry = entry?;
        entry.image().map(|image| (entry, image))
    });
    let nested = cache.entries().map(|entry| entry?.image());
    let images = std::iter::once(Ok(cache.image())).chain(nested);
    let symbols = images.map(|image| {
        let symbols = image?.symbols()?;
        Ok::<_, Error>(symbols.fold(0, |count, _| count + 1))
    });
    let none = |_: &_| String::new();
    let mut copy = bytes.to_vec();
    let moved = rebase(&cache, &mut copy, Slide::new(0x4000));
    vec![
        ("entry", or_error(entry)),
        (
            "entries",
            walk(ids, most, |(entry, _)| {
                format!("{} {}", entry.id, entry.vmaddr)
            }),
        ),
        ("symbols", walk(symbols, most, |count| format!("{count}"))),
        ("kexts", or_error(kexts(&cache, most))),
        ("kmods", or_error(kmods(&cache, most))),
        ("fixups", walk(cache.image().fixups().slots(), most, none)),
        ("load", or_error(load(&cache))),
        (
            "rebase",
            or_error(
                moved.map(|done| format!("{} addresses, {} slots", done.addresses, done.slots)),
            ),
        ),
    ]
}

#[test]
fn every_answer_is_exact_and_soon() {
    let sound = [
        ("sound fileset", sample::fileset().bytes),
        ("sound prelinked", sample::prelinked().bytes),
    ];
    let sound: Vec<_> = sound
        .into_iter()
        .map(|(name, bytes)| (name, answers(&bytes)))
        .collect();
    let mut out = String::new();
    for (name, answers) in &sound {
        writeln!(out, "{name}").unwrap();
        for (question, answer) in answers {
            writeln!(out, "  {question}: {answer}").unwrap();
        }
    }
    for Hostile { name, bytes } in hostile::all() {
        let like = usize::from(name.starts_with("kmod"));
        let start = Instant::now();
        let given = answers(&bytes);
        let took = start.elapsed();
        assert!(took < LIMIT, "{name} took {took:?}");
        writeln!(out, "{name}").unwrap();
        for answer in given {
            // What is as in the sound file says nothing.
            if !sound[like].1.contains(&answer) {
                writeln!(out, "  {}: {}", answer.0, answer.1).unwrap();
            }
        }
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/hostile.txt");
    if std::env::var_os("KC_BLESS").is_some() {
        fs::write(&path, out).unwrap();
    } else {
        let expected = fs::read_to_string(&path).unwrap();
        for (expected, given) in expected.lines().zip(out.lines()) {
            assert_eq!(expected, given, "KC_BLESS=1 accepts");
        }
        assert_eq!(expected.len(), out.len(), "KC_BLESS=1 accepts");
    }
}
