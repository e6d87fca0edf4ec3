//! What a core can execute.

use crate::bits::{field, low16};
use crate::encoding::Feature;
use crate::error::DecodeError;
use crate::generated::named::table;
use crate::insn::Instruction;
use crate::matcher::decode;
use crate::named::Name;
use crate::pattern::Pattern;

/// Room for the numbers of all features; a test holds it against the table.
const WORDS: usize = 3;

const FP16: Option<Feature> = Feature::named("FEAT_FP16");

/// Words with elements of 16 bits in rows that also have wider ones, and so do not name FEAT_FP16: FCMLA (by element), FCMLA and FCADD
/// (vector), and the conversions to and from fixed point, vector and scalar (Arm ARM, C7.2).
const HALVES: [Pattern; 7] = [
    Pattern::new(0xbfc0_9400, 0x2f40_1000),
    Pattern::new(0xbfe0_e400, 0x2e40_c400),
    Pattern::new(0xbfe0_ec00, 0x2e40_e400),
    Pattern::new(0x9ff0_fc00, 0x0f10_e400),
    Pattern::new(0x9ff0_fc00, 0x0f10_fc00),
    Pattern::new(0xdff0_fc00, 0x5f10_e400),
    Pattern::new(0xdff0_fc00, 0x5f10_fc00),
];

const AES: Option<Feature> = Feature::named("FEAT_AES");

/// PMULL of double words needs FEAT_PMULL, which comes with FEAT_AES; its row is that of PMULL of bytes.
const PMULL_64: Pattern = Pattern::new(0xbfe0_fc00, 0x0ee0_e000);

/// MSR (immediate), whose row is that of every PSTATE field.
const PSTATE: Pattern = Pattern::new(0xfff8_f01f, 0xd500_401f);

/// The PSTATE field that a word of MSR (immediate) writes (Arm ARM, C6.2).
fn pstate_field(word: u32) -> Name {
    let [op1, op2] = [16, 5].map(|lsb| field(word, lsb, 3));
    match (op1, op2) {
        // CRm<3:1> selects ALLINT or PM.
        (1, 0) if field(word, 9, 3) == 1 => Name::new(table::PSTATEPM, 1, 0),
        // SVCR.SM, SVCR.ZA or both.
        (3, 3) => Name::new(table::SVCR, 1, 0),
        _ => Name::new(table::PSTATE, low16(op1 << 3 | op2), 0),
    }
}

/// A set of architectural features.
///
/// The named sets hold what encodings need: features that show only in system registers or in behaviour are not in them. Sets of an
/// architecture version hold what LLVM gives the version (`llvm-mc -mattr=+v8.1a` and so on, LLVM 22) and what the Arm ARM (DDI 0487, A2)
/// makes mandatory in it; extensions that are optional there can be added. Sets of Apple's cores are LLVM's (`-mcpu=apple-m1` and so
/// on) with Apple's own instructions.
///
/// ```
/// use aarch64_decode::{DecodeError, Feature, FeatureSet, decode_for};
///
/// let swp = 0xf820_8041; // swp x0, x1, [x2]
/// assert_eq!(decode_for(swp, &FeatureSet::ARMV8_0), Err(DecodeError::NotInSet));
/// assert!(decode_for(swp, &FeatureSet::APPLE_M1).is_ok());
/// let lse = Feature::named("FEAT_LSE").ok_or("no such feature")?;
/// assert!(decode_for(swp, &FeatureSet::ARMV8_0.with(lse)).is_ok());
/// # Ok::<(), &str>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FeatureSet([u64; WORDS]);

/// Where a feature's bit is.
const fn place(feature: Feature) -> (u16, u64) {
    (
        feature.number() >> 6,
        1_u64.wrapping_shl(crate::bits::widen16(feature.number())),
    )
}

macro_rules! sets {
    ($($(#[$doc:meta])* $name:ident = $base:ident $(- $gone:literal)? + $($feature:literal)*;)*) => {
        $(
            $(#[$doc])*
            pub const $name: Self = Self::$base$(.without_named($gone))?$(.with_named($feature))*;
        )*
    };
}

impl FeatureSet {
    /// No feature: the integer instructions of Armv8.0.
    pub const NONE: Self = Self([0; WORDS]);
    /// Every feature.
    pub const ALL: Self = Self([u64::MAX; WORDS]);

    sets! {
        /// Armv8.0 with floating point and Advanced SIMD.
        ARMV8_0 = NONE + "FEAT_FP" "FEAT_AdvSIMD";
        /// Armv8.1.
        ARMV8_1 = ARMV8_0 + "FEAT_CRC32" "FEAT_LSE" "FEAT_LOR" "FEAT_RDM" "FEAT_PAN" "FEAT_VHE";
        /// Armv8.2.
        ARMV8_2 = ARMV8_1 + "FEAT_RAS" "FEAT_UAO";
        /// Armv8.3.
        ARMV8_3 = ARMV8_2 + "FEAT_PAuth" "FEAT_LRCPC" "FEAT_FCMA" "FEAT_JSCVT";
        /// Armv8.4.
        ARMV8_4 = ARMV8_3 + "FEAT_DotProd" "FEAT_FlagM" "FEAT_LRCPC2" "FEAT_TRF" "FEAT_DIT";
        /// Armv8.5.
        ARMV8_5 = ARMV8_4 + "FEAT_FRINTTS" "FEAT_FlagM2" "FEAT_SB" "FEAT_BTI";
        /// Armv8.6.
        ARMV8_6 = ARMV8_5 + "FEAT_BF16" "FEAT_I8MM" "FEAT_DGH";
        /// Armv8.7.
        ARMV8_7 = ARMV8_6 + "FEAT_WFxT" "FEAT_XS";
        /// Armv8.8.
        ARMV8_8 = ARMV8_7 + "FEAT_MOPS" "FEAT_HBC" "FEAT_NMI";
        /// Armv8.9.
        ARMV8_9 = ARMV8_8 + "FEAT_CSSC" "FEAT_CLRBHB";
        /// Armv9.0 with SVE and SVE2, which need half precision.
        ARMV9_0 = ARMV8_5 + "FEAT_SVE" "FEAT_SVE2" "FEAT_FP16" "FEAT_FHM";
        /// Armv9.1.
        ARMV9_1 = ARMV9_0 + "FEAT_BF16" "FEAT_I8MM" "FEAT_DGH";
        /// Armv9.2.
        ARMV9_2 = ARMV9_1 + "FEAT_WFxT" "FEAT_XS";
        /// Armv9.3.
        ARMV9_3 = ARMV9_2 + "FEAT_MOPS" "FEAT_HBC" "FEAT_NMI";
        /// Armv9.4.
        ARMV9_4 = ARMV9_3 + "FEAT_CSSC" "FEAT_CLRBHB";
        /// Armv9.5.
        ARMV9_5 = ARMV9_4 + "FEAT_CPA";
        /// Armv9.6.
        ARMV9_6 = ARMV9_5 + "FEAT_CMPBR" "FEAT_LSUI";
        /// Apple M1.
        APPLE_M1 = ARMV8_4 + "FEAT_FRINTTS" "FEAT_FlagM2" "FEAT_SB" "FEAT_SSBS" "FEAT_FP16" "FEAT_FHM"
            "FEAT_AES" "FEAT_SHA256" "FEAT_SHA3" "FEAT_APPLE";
        /// Apple M2.
        APPLE_M2 = APPLE_M1 + "FEAT_BF16" "FEAT_I8MM" "FEAT_BTI";
        /// Apple M3: what M2 executes.
        APPLE_M3 = APPLE_M2 +;
        /// Apple M4, which has no PSTATE.SSBS (Apple's `sysctl hw.optional.arm.FEAT_SSBS` is 0).
        APPLE_M4 = APPLE_M3 - "FEAT_SSBS" + "FEAT_DGH" "FEAT_WFxT" "FEAT_XS" "FEAT_SME" "FEAT_SME2" "FEAT_SME_F64F64" "FEAT_SME_I16I64";
    }

    /// The set with a feature of this name; the tests refuse a name that there is not.
    const fn with_named(self, name: &str) -> Self {
        match Feature::named(name) {
            Some(feature) => self.with(feature),
            None => self,
        }
    }

    /// The set without a feature of this name, as above.
    const fn without_named(self, name: &str) -> Self {
        match Feature::named(name) {
            Some(feature) => self.without(feature),
            None => self,
        }
    }

    /// The set with a feature.
    #[must_use]
    pub const fn with(self, feature: Feature) -> Self {
        let (word, bit) = place(feature);
        let [a, b, c] = self.0;
        match word {
            0 => Self([a | bit, b, c]),
            1 => Self([a, b | bit, c]),
            2 => Self([a, b, c | bit]),
            _ => self,
        }
    }

    /// The set without a feature.
    #[must_use]
    pub const fn without(self, feature: Feature) -> Self {
        let (word, bit) = place(feature);
        let [a, b, c] = self.0;
        match word {
            0 => Self([a & !bit, b, c]),
            1 => Self([a, b & !bit, c]),
            2 => Self([a, b, c & !bit]),
            _ => self,
        }
    }

    /// Whether a feature is in the set.
    #[must_use]
    pub const fn contains(&self, feature: Feature) -> bool {
        let (word, bit) = place(feature);
        let [a, b, c] = self.0;
        let own = match word {
            0 => a,
            1 => b,
            2 => c,
            _ => 0,
        };
        own & bit != 0
    }

    /// Whether a core with these features executes the instruction. Which system register it names does not count; which field of PSTATE
    /// does.
    ///
    /// Hints always are allowed: a core that does not know one does nothing (Arm ARM, C6.2, HINT).
    #[must_use]
    pub fn allows(&self, insn: Instruction) -> bool {
        if insn.word() & 0xffff_f01f == 0xd503_201f {
            return true;
        }
        let word = insn.word();
        let half = FP16.is_some_and(|feature| self.contains(feature));
        if !half && HALVES.iter().any(|pattern| pattern.matches(word)) {
            return false;
        }
        let polynomial = AES.is_some_and(|feature| self.contains(feature));
        if !polynomial && PMULL_64.matches(word) {
            return false;
        }
        if PSTATE.matches(word) {
            let needed = pstate_field(word).feature();
            if needed.is_some_and(|feature| !self.contains(feature)) {
                return false;
            }
        }
        let mut clause = false;
        for (feature, last) in insn.encoding().features() {
            clause |= self.contains(feature);
            if last {
                if !clause {
                    return false;
                }
                clause = false;
            }
        }
        true
    }
}

/// Identifies a word for a core that has only these features.
///
/// # Errors
/// As [`decode`], and [`DecodeError::NotInSet`] for an instruction that the set does not [allow](FeatureSet::allows).
pub fn decode_for(word: u32, features: &FeatureSet) -> Result<Instruction, DecodeError> {
    let insn = decode(word)?;
    if features.allows(insn) {
        Ok(insn)
    } else {
        Err(DecodeError::NotInSet)
    }
}

#[cfg(test)]
mod tests {
    use super::FeatureSet;

    /// Each name of a set is a feature, and none is written twice.
    #[test]
    fn names() {
        let sizes = [
            FeatureSet::ARMV8_0,
            FeatureSet::ARMV8_1,
            FeatureSet::ARMV8_2,
            FeatureSet::ARMV8_3,
            FeatureSet::ARMV8_4,
            FeatureSet::ARMV8_5,
            FeatureSet::ARMV8_6,
            FeatureSet::ARMV8_7,
            FeatureSet::ARMV8_8,
            FeatureSet::ARMV8_9,
            FeatureSet::ARMV9_0,
            FeatureSet::ARMV9_1,
            FeatureSet::ARMV9_2,
            FeatureSet::ARMV9_3,
            FeatureSet::ARMV9_4,
            FeatureSet::ARMV9_5,
            FeatureSet::ARMV9_6,
            FeatureSet::APPLE_M1,
            FeatureSet::APPLE_M2,
            FeatureSet::APPLE_M3,
            FeatureSet::APPLE_M4,
        ]
        .map(|set| set.0.iter().map(|word| word.count_ones()).sum::<u32>());
        assert_eq!(
            sizes,
            [
                2, 8, 10, 14, 19, 23, 26, 28, 31, 33, 27, 30, 32, 35, 37, 38, 40, 29, 32, 32, 38
            ]
        );
    }
}
