//! What an encoding is: its name, mnemonic, group and features.

use crate::bits::{entry16, entry32, index, low8, widen16};
use crate::generated::encodings::{FORM_OF, INFO_OF, INFOS, MNEMONIC_OF};
use crate::generated::names::{
    APPLE, ENCODING_NAMES, ENCODING_NAMES_AT, ENCODINGS_BY_NAME, FEATURES, GROUPS, NAMES_AT,
    NAMES_TEXT, REQUIREMENTS, REQUIREMENTS_AT,
};

/// A row of Arm's tables (AARCHMRS), or of Apple's extensions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Encoding(u16);

impl Encoding {
    pub(crate) const fn new(number: u16) -> Self {
        Self(number)
    }

    /// All encodings that are compiled in.
    pub fn all() -> impl Iterator<Item = Self> {
        // The tables begin with the entries of unallocated and of undefined words.
        (2..u16::try_from(FORM_OF.len()).unwrap_or(2))
            .map(Self)
            .filter(|encoding| encoding.is_compiled())
    }

    /// Whether it is compiled in: Apple's are in 0x0020_0000 to 0x0020_ffff, and refused without
    /// the feature.
    pub(crate) fn is_compiled(self) -> bool {
        cfg!(feature = "apple") || self.value() >> 16 != 0x20
    }

    /// The encoding of Arm's name, such as `ADD_64_addsub_imm`, if it is compiled in. Takes at most
    /// 13 steps, each of which reads one name.
    pub fn named(name: &str) -> Option<Self> {
        let first = ENCODINGS_BY_NAME.partition_point(|number| Self(*number).name() < name);
        let number = ENCODINGS_BY_NAME.get(first).copied()?;
        // The tables begin with the entries of unallocated and of undefined words, and end with
        // those of the last feature that is compiled in.
        let exists = number >= 2 && usize::from(number) < FORM_OF.len();
        Some(Self(number)).filter(|own| exists && own.is_compiled() && own.name() == name)
    }

    /// A small number, dense from 2 upwards; it changes with the specification text.
    pub const fn number(self) -> u16 {
        self.0
    }

    #[inline]
    const fn at(self) -> usize {
        index(widen16(self.0))
    }

    /// Arm's name, such as `ADD_64_addsub_imm`.
    pub fn name(self) -> &'static str {
        let start = ENCODING_NAMES_AT.get(self.at()).copied().unwrap_or(0);
        let rest = ENCODING_NAMES.get(index(start)..).unwrap_or("");
        rest.split('\n').next().unwrap_or("")
    }

    /// The mnemonic, before any alias.
    #[inline]
    pub fn mnemonic(self) -> Mnemonic {
        Mnemonic::new(entry16(&MNEMONIC_OF, self.at(), 0))
    }

    #[inline]
    pub(crate) fn mnemonic_number(self) -> u16 {
        entry16(&MNEMONIC_OF, self.at(), 0)
    }

    /// Where its operand list is.
    #[inline]
    pub(crate) fn form(self) -> u16 {
        entry16(&FORM_OF, self.at(), 0)
    }

    #[inline]
    fn info(self) -> u32 {
        let at = INFO_OF.get(self.at()).copied().unwrap_or(0);
        entry32(&INFOS, usize::from(at), 0)
    }

    #[inline]
    pub(crate) fn flow_class(self) -> FlowClass {
        FlowClass::new(self.info() >> 5 & 15)
    }

    /// The group.
    #[inline]
    pub fn group(self) -> Group {
        Group(low8(self.info() & 31))
    }

    /// The features of which the encoding needs one per clause: `[A, B], [C]` means (A or B) and C.
    /// Empty for Armv8.0.
    pub fn features(self) -> impl Iterator<Item = (Feature, bool)> {
        let requirement = index(self.info() >> 9);
        let start = entry16(&REQUIREMENTS_AT, requirement, 0);
        let end = entry16(&REQUIREMENTS_AT, requirement.wrapping_add(1), start);
        let list = REQUIREMENTS
            .get(index(widen16(start))..index(widen16(end)))
            .unwrap_or(&[]);
        list.iter()
            .map(|word| (Feature(word & 0x7fff), word & 0x8000 != 0))
    }
}

/// A mnemonic: of an encoding or of an alias.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Mnemonic(u16);

impl Mnemonic {
    pub(crate) const fn new(number: u16) -> Self {
        Self(number)
    }

    /// The mnemonic's text. A last `.` says that the first operand is its suffix (`b.eq`).
    pub fn as_str(self) -> &'static str {
        core::str::from_utf8(name_bytes(self.0)).unwrap_or("")
    }
}

/// The bytes of a name of the names table.
pub(crate) fn name_bytes(number: u16) -> &'static [u8] {
    let at = index(widen16(number));
    let start = entry16(&NAMES_AT, at, 0);
    let end = entry16(&NAMES_AT, at.wrapping_add(1), start);
    let name = NAMES_TEXT.get(index(widen16(start))..index(widen16(end)));
    debug_assert!(name.is_some(), "a64gen has put every name there");
    name.unwrap_or(&[])
}

/// The first sixteen bytes of a name and its length; the table is padded, so that there are always
/// sixteen.
#[cfg(feature = "fmt")]
#[inline]
pub(crate) fn name_piece(number: u16) -> (&'static [u8; 16], usize) {
    const EMPTY: &[u8; 16] = &[0; 16];
    let at = index(widen16(number));
    let start = index(widen16(entry16(&NAMES_AT, at, 0)));
    let end = index(widen16(entry16(&NAMES_AT, at.wrapping_add(1), 0)));
    let piece = NAMES_TEXT.get(start..).and_then(<[u8]>::first_chunk);
    piece.map_or((EMPTY, 0), |piece| (piece, end.wrapping_sub(start)))
}

/// A group of encodings: data processing, control, loads and stores and so on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Group(u8);

impl Group {
    /// Arm's short name of the group: `dpimm`, `dpreg`, `control`, `ldst`, `simd`, `sve`, `sme`;
    /// `apple` for Apple's.
    pub fn name(self) -> &'static str {
        GROUPS.get(usize::from(self.0)).copied().unwrap_or("")
    }
}

/// An architectural feature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Feature(u16);

impl Feature {
    /// An instruction of Apple's own (`FEAT_APPLE`), which no document of Arm's knows.
    pub const APPLE: Self = Self(APPLE);

    pub(crate) const fn new(number: u16) -> Self {
        Self(number)
    }

    /// The feature of Arm's name; `None` for a feature that no encoding and no named register
    /// needs. For constants: it compares with all names.
    #[expect(
        clippy::indexing_slicing,
        reason = "the index is compared first; slice::get is not const"
    )]
    pub const fn named(name: &str) -> Option<Self> {
        let name = name.as_bytes();
        let mut number = 0_u16;
        while index(widen16(number)) < FEATURES.len() {
            let own = FEATURES[index(widen16(number))].as_bytes();
            let mut at = 0;
            while at < own.len() && at < name.len() && own[at] == name[at] {
                at = at.wrapping_add(1);
            }
            if at == own.len() && at == name.len() {
                return Some(Self(number));
            }
            number = number.wrapping_add(1);
        }
        None
    }

    /// Its place in a set.
    pub(crate) const fn number(self) -> u16 {
        self.0
    }

    /// Arm's name, such as `FEAT_LSE`.
    pub fn name(self) -> &'static str {
        FEATURES.get(usize::from(self.0)).copied().unwrap_or("")
    }
}

/// The flow class of an encoding (`flow` in the specification text).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FlowClass {
    Next,
    Branch,
    Conditional,
    Call,
    Return,
    Indirect,
    IndirectCall,
    Exception,
    ConditionalException,
    SystemCall,
    ExceptionReturn,
}

impl FlowClass {
    pub(crate) const fn new(number: u32) -> Self {
        match number {
            1 => Self::Branch,
            2 => Self::Conditional,
            3 => Self::Call,
            4 => Self::Return,
            5 => Self::Indirect,
            6 => Self::IndirectCall,
            7 => Self::Exception,
            8 => Self::ConditionalException,
            9 => Self::SystemCall,
            10 => Self::ExceptionReturn,
            _ => Self::Next,
        }
    }
}
