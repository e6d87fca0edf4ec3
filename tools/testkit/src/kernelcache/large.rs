//! Collections of the size that Macs have: hundreds of images, a hundred megabytes, a million
//! fixups, made from a seed in seconds.

use crate::bytes::{index, len64};
use crate::constants::{
    MH_DYLIB_IN_CACHE, MH_EXECUTE, MH_KEXT_BUNDLE, MH_NOUNDEFS, MH_PIE, S_ATTR_PURE_INSTRUCTIONS,
    S_ATTR_SOME_INSTRUCTIONS, S_CSTRING_LITERALS,
};
use crate::kernelcache::collection::Collection;
use crate::kernelcache::sample;
use crate::link::Image;
use crate::object::{Auth, Object, ObjectSection, ObjectSymbol, Reloc, RelocKind};
use crate::rng::Rng;

/// How much to make.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// Images in all, the kernel included; at least 1.
    pub images: usize,
    /// Bytes of the file, roughly.
    pub bytes: u64,
    /// Fixup slots, exactly.
    pub fixups: usize,
    /// Symbols, roughly.
    pub symbols: usize,
}

impl Size {
    /// What a Mac's primary collection has.
    pub const MAC: Self = Self {
        images: 300,
        bytes: 100 << 20,
        fixups: 1_000_000,
        symbols: 60_000,
    };

    /// A hundredth of it, for tests without optimisation.
    pub const SMALL: Self = Self {
        images: 30,
        bytes: 1 << 20,
        fixups: 10_000,
        symbols: 2_000,
    };
}

/// One image's share.
#[derive(Clone, Copy)]
struct Share {
    bytes: u64,
    fixups: usize,
    symbols: usize,
}

/// The collection, ready to be built. The kernel has a third of everything.
pub fn collection(size: Size, seed: u64) -> Collection {
    let mut rng = Rng::new(seed);
    let kexts = size.images.saturating_sub(1);
    let third = |total: usize| if kexts == 0 { total } else { total / 3 };
    let kernel = Share {
        bytes: if kexts == 0 {
            size.bytes
        } else {
            size.bytes / 3
        },
        fixups: third(size.fixups),
        symbols: third(size.symbols).max(1),
    };
    let mut left = Share {
        bytes: size.bytes - kernel.bytes,
        fixups: size.fixups - kernel.fixups,
        symbols: size.symbols.saturating_sub(kernel.symbols),
    };
    let words = code_words();
    let mut images = vec![image(0, kernel, &words, &mut rng)];
    for number in 0..kexts {
        let rest = kexts - number;
        let share = Share {
            bytes: left.bytes / len64(rest),
            fixups: left.fixups / rest,
            symbols: (left.symbols / rest).max(1),
        };
        left.bytes -= share.bytes;
        left.fixups -= share.fixups;
        left.symbols = left.symbols.saturating_sub(share.symbols);
        images.push(image(number + 1, share, &words, &mut rng));
    }
    Collection {
        images,
        uuid: uuid(&mut rng),
        ..Collection::default()
    }
}

/// The words of the sample's code, which all are real instructions.
fn code_words() -> Vec<[u8; 4]> {
    [sample::KERNEL, sample::ALPHA, sample::BETA]
        .into_iter()
        .flat_map(|table| {
            let code = sample::object(table).sections[0].data.clone();
            code.chunks_exact(4)
                .map(|w| [w[0], w[1], w[2], w[3]])
                .collect::<Vec<_>>()
        })
        .filter(|word| *word != [0; 4])
        .collect()
}

fn uuid(rng: &mut Rng) -> [u8; 16] {
    let mut out = [0; 16];
    out[..8].copy_from_slice(&rng.next_u64().to_le_bytes());
    out[8..].copy_from_slice(&rng.next_u64().to_le_bytes());
    out
}

fn image(number: usize, share: Share, words: &[[u8; 4]], rng: &mut Rng) -> Image {
    let kernel = number == 0;
    // Slots take 8 to 24 bytes each, half in constants and half in data; the rest is code.
    let constants = share.fixups / 2;
    let (const_slots, const_size) = slots(constants, rng);
    let (data_slots, data_size) = slots(share.fixups - constants, rng);
    let strings = 64 * share.symbols;
    let used = const_size + data_size + len64(strings) + 40 * len64(share.symbols);
    let code = (share.bytes.saturating_sub(used) / 4).max(len64(share.symbols));

    let mut sections = vec![
        section(
            "__TEXT",
            "__cstring",
            0,
            S_CSTRING_LITERALS,
            text(strings, rng),
        ),
        section(
            "__TEXT_EXEC",
            "__text",
            if kernel { 14 } else { 2 },
            S_ATTR_PURE_INSTRUCTIONS | S_ATTR_SOME_INSTRUCTIONS,
            code_bytes(index(code), words, rng),
        ),
        section("__DATA_CONST", "__const", 3, 0, vec![0; index(const_size)]),
        section("__DATA", "__data", 3, 0, vec![0; index(data_size)]),
    ];
    let symbols = symbols(number, share.symbols, code);
    for (section, places) in [(2, const_slots), (3, data_slots)] {
        sections[section].relocs = places
            .into_iter()
            .map(|offset| reloc(offset, section, symbols.len(), rng))
            .collect();
    }
    sections.retain(|section| section.size > 0);
    let flags = if kernel { MH_NOUNDEFS | MH_PIE } else { 0 };
    Image {
        id: if kernel {
            "com.apple.kernel".to_owned()
        } else {
            format!("org.example.kext{number:04}")
        },
        object: Object {
            sections,
            symbols,
            ..Object::default()
        },
        filetype: if kernel { MH_EXECUTE } else { MH_KEXT_BUNDLE },
        flags: flags | MH_DYLIB_IN_CACHE,
        uuid: uuid(rng),
        source_version: len64(number) << 40,
        entry: kernel.then(|| "_image0000_function000000".to_owned()),
        empty_segments: Vec::new(),
    }
}

fn section(segment: &str, name: &str, align: u32, flags: u32, data: Vec<u8>) -> ObjectSection {
    ObjectSection {
        segment: segment.to_owned(),
        name: name.to_owned(),
        align,
        flags,
        size: len64(data.len()),
        data,
        relocs: Vec::new(),
    }
}

/// Places of `count` slots, 8 to 24 bytes apart, and the size of what holds them.
fn slots(count: usize, rng: &mut Rng) -> (Vec<u64>, u64) {
    let mut at = 0;
    let places = (0..count)
        .map(|_| {
            let place = at;
            at += 8 + 4 * len64(rng.below(5));
            place
        })
        .collect();
    (places, at.next_multiple_of(8))
}

fn text(len: usize, rng: &mut Rng) -> Vec<u8> {
    (0..len)
        .map(|at| {
            if at % 32 == 31 {
                0
            } else {
                b'a' + rng.next_u8() % 26
            }
        })
        .collect()
}

fn code_bytes(count: usize, words: &[[u8; 4]], rng: &mut Rng) -> Vec<u8> {
    let mut out = Vec::with_capacity(4 * count);
    let mut at = 0;
    for number in 0..count {
        // Runs of real code, joined at random places.
        if number % 16 == 0 {
            at = rng.below(words.len());
        }
        out.extend_from_slice(&words[at]);
        at = (at + 1) % words.len();
    }
    out
}

/// Functions, evenly spread over `code` words; every fourth is external.
fn symbols(image: usize, count: usize, code: u64) -> Vec<ObjectSymbol> {
    let step = (code / len64(count)).max(1);
    (0..count)
        .map(|number| ObjectSymbol {
            name: format!("_image{image:04}_function{number:06}"),
            section: Some(1),
            value: 4 * step * len64(number),
            external: number % 4 == 0,
        })
        .collect()
}

/// A pointer to one of the image's functions; two of five are signed.
fn reloc(offset: u64, section: usize, symbols: usize, rng: &mut Rng) -> Reloc {
    let kind = if rng.below(5) < 2 {
        let [key, address, low, high, ..] = rng.next_u64().to_le_bytes();
        RelocKind::Auth(Auth {
            key: key & 3,
            diversity: u16::from_le_bytes([low, high]),
            address_diversity: address & 1 != 0,
        })
    } else {
        RelocKind::Pointer
    };
    debug_assert!(section > 1, "code holds no pointers");
    Reloc {
        offset,
        kind,
        symbol: rng.below(symbols),
        addend: 0,
    }
}
