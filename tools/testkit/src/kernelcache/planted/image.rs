//! One image with everything that a reader may be asked about.

use crate::constants::{
    MH_EXECUTE, MH_KEXT_BUNDLE, S_ATTR_PURE_INSTRUCTIONS, S_ATTR_SOME_INSTRUCTIONS,
    S_CSTRING_LITERALS, S_ZEROFILL,
};
use crate::kernelcache::planted::draft::Draft;
use crate::link::Image;
use crate::object::{Auth, LabelAt, RelocKind};

/// What an image is to be.
pub(super) struct Plan {
    /// Its bundle id.
    pub(super) id: &'static str,
    /// What its names start with.
    pub(super) prefix: &'static str,
    /// Functions in `__text`.
    pub(super) functions: u32,
    /// Whether it is the kernel.
    pub(super) kernel: bool,
    /// Bytes after the last instruction of `__text`.
    pub(super) odd: usize,
    /// Kernel functions that it calls by way of stubs.
    pub(super) imports: &'static [&'static str],
}

/// Instructions without what relocations add to them.
mod words {
    pub(super) const ADRP_X1: u32 = 0x9000_0001;
    pub(super) const ADD_X1: u32 = 0x9100_0021;
    pub(super) const LDR_X2_X1: u32 = 0xf940_0022;
    pub(super) const STR_X2_X1: u32 = 0xf900_0022;
    pub(super) const LDR_X3_LITERAL: u32 = 0x5800_0003;
    pub(super) const CBZ_X4: u32 = 0xb400_0004;
    pub(super) const BL: u32 = 0x9400_0000;
    pub(super) const B: u32 = 0x1400_0000;
    pub(super) const RET: u32 = 0xd65f_03c0;
    pub(super) const BTI_C: u32 = 0xd503_245f;
    pub(super) const ADRP_X17: u32 = 0x9000_0011;
    pub(super) const ADD_X17: u32 = 0x9100_0231;
    pub(super) const LDR_X16_X17: u32 = 0xf940_0230;
    pub(super) const BRAA_X16_X17: u32 = 0xd71f_0a11;
}

const CODE: u32 = S_ATTR_PURE_INSTRUCTIONS | S_ATTR_SOME_INSTRUCTIONS;

/// The signatures that pointers take in turn.
const AUTHS: [Option<Auth>; 4] = [
    None,
    Some(Auth {
        key: 0,
        diversity: 0x4b58,
        address_diversity: true,
    }),
    None,
    Some(Auth {
        key: 2,
        diversity: 0,
        address_diversity: false,
    }),
];

/// Sections, in the order of the object.
struct Sections {
    strings: usize,
    constants: usize,
    far: usize,
    text: usize,
    stubs: usize,
    pointers: usize,
    got: usize,
    data: usize,
    zeros: usize,
}

impl Sections {
    /// `__TEXT` has sections that touch and one after a gap, code a gap before the stubs.
    fn open(draft: &mut Draft, kernel: bool) -> Self {
        Self {
            strings: draft.section("__TEXT", "__cstring", 0, S_CSTRING_LITERALS),
            constants: draft.section("__TEXT", "__const", 0, 0),
            far: draft.section("__TEXT", "__far", 8, 0),
            text: draft.section("__TEXT_EXEC", "__text", if kernel { 14 } else { 4 }, CODE),
            stubs: draft.section("__TEXT_EXEC", "__auth_stubs", 8, CODE),
            pointers: draft.section("__DATA_CONST", "__const", 4, 0),
            got: draft.section("__DATA_CONST", "__auth_got", 3, 0),
            data: draft.section("__DATA", "__data", 4, 0),
            zeros: draft.section("__DATA", "__bss", 5, S_ZEROFILL),
        }
    }
}

/// Builds the image.
pub(super) fn image(plan: &Plan, uuid: [u8; 16], flags: u32) -> Image {
    let mut draft = Draft::default();
    let at = Sections::open(&mut draft, plan.kernel);
    let strings = write_strings(&mut draft, plan, &at);
    write_code(&mut draft, plan, &at, &strings);
    write_data(&mut draft, plan, &at, &strings);
    write_labels(&mut draft, plan, &at);
    Image {
        id: plan.id.to_owned(),
        object: draft.finish(),
        filetype: if plan.kernel {
            MH_EXECUTE
        } else {
            MH_KEXT_BUNDLE
        },
        flags,
        uuid,
        source_version: 1 << 40,
        entry: plan.kernel.then(|| function(plan, 0)),
        empty_segments: if plan.kernel {
            Vec::new()
        } else {
            vec!["__LATE_CONST".to_owned()]
        },
    }
}

/// The name of a function; every third has none in the file.
fn function(plan: &Plan, number: u32) -> String {
    format!("_{}_function_{number}", plan.prefix)
}

fn is_named(number: u32) -> bool {
    number % 3 != 2
}

fn name(plan: &Plan, what: &str) -> String {
    format!("_{}_{what}", plan.prefix)
}

/// Offsets of the strings.
fn write_strings(draft: &mut Draft, plan: &Plan, at: &Sections) -> Vec<u64> {
    let mut offsets = Vec::new();
    draft.symbol(at.strings, &name(plan, "strings"), false);
    for number in 0..plan.functions / 2 {
        offsets.push(draft.here(at.strings));
        let text = format!("{} says {number} of {}\0", plan.prefix, plan.functions);
        draft.bytes(at.strings, text.as_bytes());
    }
    // The next section starts right here, without a symbol for its first bytes.
    draft.bytes(at.constants, &[0x11; 24]);
    draft.symbol(at.constants, &name(plan, "numbers"), true);
    draft.bytes(at.constants, &[0x22; 40]);
    draft.symbol(at.far, &name(plan, "far"), false);
    draft.bytes(at.far, &[0x33; 64]);
    offsets
}

/// The functions: each calls another, takes an address, loads, stores, reads its literal and has a
/// branch of its own; every fourth ends with a branch to another one.
fn write_code(draft: &mut Draft, plan: &Plan, at: &Sections, strings: &[u64]) {
    let text = at.text;
    let first = function(plan, 0);
    let table = name(plan, "table");
    let state = name(plan, "state");
    let texts = name(plan, "strings");
    // Functions without a symbol are reached from the first by distance.
    let mut starts: Vec<u64> = Vec::new();
    for number in 0..plan.functions {
        starts.push(draft.here(text));
        if is_named(number) {
            draft.symbol(text, &function(plan, number), number % 2 == 0);
        } else {
            draft.unnamed(text);
        }
        draft.word(text, words::BTI_C);
        filler(draft, text, plan, number, 1 + number % 3);
        let earlier = starts[crate::bytes::index((number * 7 % (number + 1)).into())];
        draft.refer(text, RelocKind::Branch26, words::BL, &first, earlier);
        let skip = draft.here(text) + 4 * 7;
        draft.refer(text, RelocKind::Distance19, words::CBZ_X4, &first, skip);
        let string = strings[crate::bytes::index(number.into()) % strings.len()];
        draft.refer(text, RelocKind::Page21, words::ADRP_X1, &texts, string);
        draft.refer(text, RelocKind::PageOff12, words::ADD_X1, &texts, string);
        draft.refer(text, RelocKind::Page21, words::ADRP_X1, &table, 0);
        draft.refer(text, RelocKind::PageOff12, words::LDR_X2_X1, &table, 0);
        draft.refer(text, RelocKind::Page21, words::ADRP_X1, &state, 0);
        draft.refer(text, RelocKind::PageOff12, words::STR_X2_X1, &state, 0);
        if number % 5 == 1 {
            // A name inside a function, which does not end it.
            let here = LabelAt::Section(text, draft.here(text));
            draft.label(&name(plan, &format!("inside_{number}")), Some(text), here);
        }
        if let Some(import) = plan.imports.get(crate::bytes::index(number.into())) {
            let stub = stub(plan, import);
            draft.refer(text, RelocKind::Branch26, words::BL, &stub, 0);
        }
        let pool = draft.here(text) + 8;
        draft.refer(
            text,
            RelocKind::Distance19,
            words::LDR_X3_LITERAL,
            &first,
            pool,
        );
        if number % 4 == 3 {
            draft.refer(text, RelocKind::Branch26, words::B, &first, earlier);
        } else {
            draft.word(text, words::RET);
        }
        // Two words that are no instruction: `udf`.
        draft.word(text, number);
        draft.word(text, 0);
    }
    draft.bytes(text, &vec![0xa5; plan.odd]);
    for import in plan.imports {
        draft.symbol(at.stubs, &stub(plan, import), false);
        let slot = slot(plan, import);
        let stubs = at.stubs;
        draft.refer(stubs, RelocKind::Page21, words::ADRP_X17, &slot, 0);
        draft.refer(stubs, RelocKind::PageOff12, words::ADD_X17, &slot, 0);
        draft.word(stubs, words::LDR_X16_X17);
        draft.word(stubs, words::BRAA_X16_X17);
    }
    if plan.imports.is_empty() {
        draft.symbol(at.stubs, &name(plan, "stub"), false);
        draft.word(at.stubs, words::RET);
    }
}

/// `movz w9, #n` with numbers that no other place has.
fn filler(draft: &mut Draft, section: usize, plan: &Plan, function: u32, count: u32) {
    let image: u32 = plan.prefix.bytes().map(u32::from).sum();
    for number in 0..count {
        let unique = (image * 64 + function) * 4 + number;
        draft.word(section, 0x5280_0009 | (unique & 0xffff) << 5);
    }
}

fn stub(plan: &Plan, import: &str) -> String {
    format!("_{}_stub{import}", plan.prefix)
}

fn slot(plan: &Plan, import: &str) -> String {
    format!("_{}_slot{import}", plan.prefix)
}

/// Pointers to functions, strings and data, signed and not.
fn write_data(draft: &mut Draft, plan: &Plan, at: &Sections, strings: &[u64]) {
    let table = name(plan, "table");
    draft.symbol(at.pointers, &table, true);
    for number in 0..plan.functions {
        let auth = AUTHS[crate::bytes::index(number.into()) % AUTHS.len()];
        if is_named(number) {
            draft.pointer(at.pointers, &function(plan, number), 0, auth);
        } else {
            let string = strings[crate::bytes::index(number.into()) % strings.len()];
            draft.pointer(at.pointers, &name(plan, "strings"), string, None);
        }
        if number % 4 == 0 {
            draft.bytes(at.pointers, &[0; 8]);
        }
    }
    for import in plan.imports {
        draft.import(import);
        draft.symbol(at.got, &slot(plan, import), false);
        draft.pointer(at.got, import, 0, AUTHS[1]);
    }
    if plan.kernel {
        // From the kernel into kexts, as its table of kexts has it; a kernel alone has zeros here.
        draft.symbol(at.got, &name(plan, "kexts"), true);
        for import in ["_gamma_function_0", "_delta_state"] {
            draft.import(import);
            draft.pointer(at.got, import, 0, AUTHS[1]);
        }
    }
    if !plan.kernel {
        write_kmod_info(draft, plan, at.data);
    }
    draft.align(at.data, 8);
    draft.symbol(at.data, &name(plan, "state"), true);
    draft.bytes(at.data, &[0x55; 16]);
    draft.pointer(at.data, &name(plan, "far"), 8, None);
    draft.pointer(at.data, &name(plan, "zeros"), 16, AUTHS[3]);
    draft.symbol(at.zeros, &name(plan, "zeros"), false);
    draft.zeros(at.zeros, 0x60);
}

/// `kmod_info_t`, XNU `osfmk/mach/kmod.h`, packed to 4 bytes: its pointers lie at 180 and 188.
fn write_kmod_info(draft: &mut Draft, plan: &Plan, data: usize) {
    const TEXT: usize = 64;
    draft.symbol(data, "_kmod_info", true);
    draft.bytes(data, &[0; 8]);
    draft.word(data, 1);
    draft.word(data, u32::MAX);
    for text in [plan.id, "1.0.0"] {
        let mut field = text.as_bytes().to_vec();
        field.resize(TEXT, 0);
        draft.bytes(data, &field);
    }
    draft.word(data, u32::MAX);
    draft.bytes(data, &[0; 32]);
    draft.pointer(data, &function(plan, 0), 0, AUTHS[3]);
    draft.pointer(data, &function(plan, 1), 0, None);
    draft.word(data, 0);
}

/// Symbols that linkers make: the header, ends of sections, absolute ones.
fn write_labels(draft: &mut Draft, plan: &Plan, at: &Sections) {
    if plan.kernel {
        let header = LabelAt::Header(0);
        draft.label("__mh_execute_header", Some(at.strings), header);
    }
    let end = |draft: &Draft, section: usize| LabelAt::Section(section, draft.here(section));
    // Where the next section starts without a symbol, where a gap starts, and at the end of a
    // segment.
    let mark = end(draft, at.strings);
    draft.label(&name(plan, "strings_end"), Some(at.strings), mark);
    let mark = end(draft, at.text);
    draft.label(&name(plan, "text_end"), Some(at.text), mark);
    let mark = end(draft, at.stubs);
    draft.label(&name(plan, "stubs_end"), Some(at.stubs), mark);
    let mark = end(draft, at.got);
    draft.label(&name(plan, "got_end"), Some(at.got), mark);
    // In the gap after the constants: one past the section that its record names, and an absolute
    // one.
    let constants = draft.here(at.constants);
    draft.label(
        &name(plan, "past"),
        Some(at.constants),
        LabelAt::Section(at.constants, constants + 4),
    );
    draft.label(
        &name(plan, "absolute"),
        None,
        LabelAt::Section(at.constants, constants + 12),
    );
    // An absolute one inside a section.
    draft.label(&name(plan, "inner"), None, LabelAt::Section(at.far, 40));
}
