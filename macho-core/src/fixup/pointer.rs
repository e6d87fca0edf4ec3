//! What a slot of a chain says, for each `pointer_format`.
//!
//! Bit layouts: dyld `include/mach-o/fixup-chains.h` (version 7), unions `dyld_chained_ptr_*`. The
//! rulers show bit 63 on the left; field names are that header's.
use crate::addr::{VmAddr, VmOffset};
use crate::bytes::{index, widen};
use crate::fixup::target::{Auth, AuthKey, Fixup, Target};
use crate::raw::fixup::PointerFormat;

/// A slot, decoded: what it becomes and where the next one is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[must_use]
#[non_exhaustive]
pub struct Link {
    /// What the slot becomes.
    pub fixup: Fixup,
    /// Bytes from this slot to the next one of its chain; 0 ends the chain.
    pub next: u32,
}

impl PointerFormat {
    /// Bytes of a slot, 4 or 8; `None` for an unknown format.
    #[inline]
    pub const fn slot_size(self) -> Option<u64> {
        match self {
            Self::DYLD_CHAINED_PTR_32
            | Self::DYLD_CHAINED_PTR_32_CACHE
            | Self::DYLD_CHAINED_PTR_32_FIRMWARE => Some(4),
            _ if self.is_known() => Some(8),
            _ => None,
        }
    }

    /// Bytes that one unit of `next` stands for, 1, 4 or 8; `None` for an unknown format.
    #[inline]
    pub const fn stride(self) -> Option<u64> {
        match self {
            Self::DYLD_CHAINED_PTR_ARM64E
            | Self::DYLD_CHAINED_PTR_ARM64E_USERLAND
            | Self::DYLD_CHAINED_PTR_ARM64E_USERLAND24
            | Self::DYLD_CHAINED_PTR_ARM64E_SHARED_CACHE => Some(8),
            Self::DYLD_CHAINED_PTR_X86_64_KERNEL_CACHE => Some(1),
            _ if self.is_known() => Some(4),
            _ => None,
        }
    }

    /// What a walk along a chain needs; `None` for an unknown format.
    #[inline]
    pub(super) const fn pointer_bits(self) -> Option<PointerBits> {
        let (low, width) = match self {
            Self::DYLD_CHAINED_PTR_32 => (26, 5),
            Self::DYLD_CHAINED_PTR_32_CACHE => (30, 2),
            Self::DYLD_CHAINED_PTR_32_FIRMWARE => (26, 6),
            Self::DYLD_CHAINED_PTR_64
            | Self::DYLD_CHAINED_PTR_64_OFFSET
            | Self::DYLD_CHAINED_PTR_64_KERNEL_CACHE
            | Self::DYLD_CHAINED_PTR_X86_64_KERNEL_CACHE
            | Self::DYLD_CHAINED_PTR_ARM64E_SEGMENTED => (51, 12),
            Self::DYLD_CHAINED_PTR_ARM64E_SHARED_CACHE => (52, 11),
            _ => (51, 11),
        };
        let (Some(size), Some(stride)) = (self.slot_size(), self.stride()) else {
            return None;
        };
        Some(PointerBits {
            format: self,
            size: if size == 4 { 4 } else { 8 },
            low,
            mask: u64::MAX.wrapping_shr(64_u32.wrapping_sub(width)),
            stride: stride.trailing_zeros(),
        })
    }

    /// Decodes a slot without walking to it; of a format with slots of 4 bytes, the low half of
    /// `raw` counts. `None` for an unknown format.
    ///
    /// A slot of `DYLD_CHAINED_PTR_32` is taken for a pointer whatever its size; the walk tells
    /// [`Fixup::Value`] by the segment's `max_valid_pointer`.
    #[inline]
    pub const fn decode(self, raw: u64) -> Option<Link> {
        match (self.fixup(raw), self.pointer_bits()) {
            (Some(fixup), Some(bits)) => Some(Link {
                fixup,
                next: low32(widen(bits.next(raw))),
            }),
            _ => None,
        }
    }

    /// As [`decode`](Self::decode), for a slot of a static kernel's thread: an unsigned target there has a sign (XNU
    /// `osfmk/mach/dyld_kernel_fixups.h`, `rebase_chain`).
    #[inline]
    pub const fn decode_thread(self, raw: u64) -> Option<Link> {
        match self.decode(raw) {
            Some(Link { fixup, next }) => Some(Link {
                fixup: with_kernel_sign(fixup),
                next,
            }),
            None => None,
        }
    }

    #[inline]
    pub(super) const fn fixup(self, raw: u64) -> Option<Fixup> {
        Some(match self {
            Self::DYLD_CHAINED_PTR_64_KERNEL_CACHE | Self::DYLD_CHAINED_PTR_X86_64_KERNEL_CACHE => {
                kernel_cache(raw)
            }
            Self::DYLD_CHAINED_PTR_ARM64E | Self::DYLD_CHAINED_PTR_ARM64E_FIRMWARE => {
                arm64e::<16, true>(raw)
            }
            Self::DYLD_CHAINED_PTR_ARM64E_KERNEL | Self::DYLD_CHAINED_PTR_ARM64E_USERLAND => {
                arm64e::<16, false>(raw)
            }
            Self::DYLD_CHAINED_PTR_ARM64E_USERLAND24 => arm64e::<24, false>(raw),
            Self::DYLD_CHAINED_PTR_64 => generic64::<true>(raw),
            Self::DYLD_CHAINED_PTR_64_OFFSET => generic64::<false>(raw),
            Self::DYLD_CHAINED_PTR_32 => generic32(raw),
            // 31    29                          0
            // [next:2 |        target:30         ]
            // The target counts from the start of the shared cache.
            Self::DYLD_CHAINED_PTR_32_CACHE => rebase_offset(bits::<0, 30>(raw), None),
            // 31      25                        0
            // [ next:6 |       target:26         ]
            Self::DYLD_CHAINED_PTR_32_FIRMWARE => rebase_vmaddr(bits::<0, 26>(raw)),
            Self::DYLD_CHAINED_PTR_ARM64E_SHARED_CACHE => shared_cache(raw),
            Self::DYLD_CHAINED_PTR_ARM64E_SEGMENTED => segmented(raw),
            _ => return None,
        })
    }
}

/// How the slots of a chain are written, as far as a walk along it needs that.
#[derive(Clone, Copy, Debug)]
pub(super) struct PointerBits {
    pub(super) format: PointerFormat,
    /// Bytes of a slot: 4 or 8.
    pub(super) size: usize,
    /// Where a slot keeps the distance to the next one: shift and mask.
    low: u32,
    mask: u64,
    /// Bytes that one unit of distance stands for, as a power of two.
    stride: u32,
}

impl PointerBits {
    /// Bytes to the next slot; below 2^15.
    #[inline]
    pub(super) const fn next(self, raw: u64) -> usize {
        index(low32(
            (raw.wrapping_shr(self.low) & self.mask).wrapping_shl(self.stride),
        ))
    }
}

/// `raw[LOW + WIDTH - 1 : LOW]`.
#[inline]
const fn bits<const LOW: u32, const WIDTH: u32>(raw: u64) -> u64 {
    raw.wrapping_shr(LOW) & u64::MAX.wrapping_shr(64_u32.wrapping_sub(WIDTH))
}

#[inline]
const fn is_set<const BIT: u32>(raw: u64) -> bool {
    bits::<BIT, 1>(raw) != 0
}

#[inline]
const fn low8(value: u64) -> u8 {
    let [a, ..] = value.to_le_bytes();
    a
}

#[inline]
const fn low16(value: u64) -> u16 {
    let [a, b, ..] = value.to_le_bytes();
    u16::from_le_bytes([a, b])
}

#[inline]
const fn low32(value: u64) -> u32 {
    let [a, b, c, d, ..] = value.to_le_bytes();
    u32::from_le_bytes([a, b, c, d])
}

/// An addend without a sign, of at most 8 bits.
#[inline]
const fn unsigned_addend(field: u64) -> i64 {
    i64::from_le_bytes(field.to_le_bytes())
}

/// An addend of 19 bits with a sign: up to the top of 64 bits, and down again with copies of it.
#[inline]
const fn signed_addend(field: u64) -> i64 {
    i64::from_le_bytes(field.wrapping_shl(45).to_le_bytes()).wrapping_shr(45)
}

#[inline]
pub(super) const fn rebase_vmaddr(target: u64) -> Fixup {
    Fixup::Rebase {
        target: Target::VmAddr(VmAddr::new(target)),
        auth: None,
    }
}

#[inline]
const fn rebase_offset(target: u64, auth: Option<Auth>) -> Fixup {
    Fixup::Rebase {
        target: Target::VmOffset(VmOffset::new(target)),
        auth,
    }
}

/// The signature of all signed formats but the shared cache's:
/// ```text
///  50 49  48      47          32
/// [ key:2 |addrDiv:1| diversity:16 ]
/// ```
#[inline]
const fn auth(raw: u64) -> Auth {
    Auth {
        key: AuthKey::from_bits(bits::<49, 2>(raw)),
        diversity: low16(bits::<32, 16>(raw)),
        address_diversity: is_set::<48>(raw),
    }
}

/// `dyld_chained_ptr_arm64e_rebase`, `_bind`, `_auth_rebase`, `_auth_bind`, `_bind24` and
/// `_auth_bind24`. An unsigned target is a vmaddr (`VMADDR`) or a vmoffset, a signed one always a
/// vmoffset; `ORDINAL` is the width of an ordinal, 16 or 24.
/// ```text
///  63     62     61     51 50      43 42                                0
/// [auth=0|bind=0|  next:11 | high8:8 |             target:43             ]
/// [auth=0|bind=1|  next:11 | addend:19         | zero   | ordinal:16/24  ]
///                                           32
/// [auth=1|bind=0|  next:11 |key:2|addrDiv:1|diversity:16|   target:32    ]
/// [auth=1|bind=1|  next:11 |key:2|addrDiv:1|diversity:16|zero| ordinal   ]
/// ```
#[inline]
const fn arm64e<const ORDINAL: u32, const VMADDR: bool>(raw: u64) -> Fixup {
    let signature = if is_set::<63>(raw) {
        Some(auth(raw))
    } else {
        None
    };
    if is_set::<62>(raw) {
        let addend = if signature.is_some() {
            0
        } else {
            signed_addend(bits::<32, 19>(raw))
        };
        Fixup::Bind {
            ordinal: low32(bits::<0, ORDINAL>(raw)),
            addend,
            auth: signature,
        }
    } else if signature.is_some() {
        rebase_offset(bits::<0, 32>(raw), signature)
    } else {
        let target = bits::<0, 43>(raw) | bits::<43, 8>(raw).wrapping_shl(56);
        if VMADDR {
            rebase_vmaddr(target)
        } else {
            rebase_offset(target, None)
        }
    }
}

/// `dyld_chained_ptr_64_rebase` and `_bind`; a target is a vmaddr (`VMADDR`) or a vmoffset.
/// ```text
///  63     62      51 50        44 43   36 35                            0
/// [bind=0| next:12  | reserved:7 |high8:8|          target:36            ]
/// [bind=1| next:12  | reserved:19           |addend:8| ordinal:24        ]
///                                         32 31    24
/// ```
#[inline]
const fn generic64<const VMADDR: bool>(raw: u64) -> Fixup {
    if is_set::<63>(raw) {
        Fixup::Bind {
            ordinal: low32(bits::<0, 24>(raw)),
            addend: unsigned_addend(bits::<24, 8>(raw)),
            auth: None,
        }
    } else {
        let target = bits::<0, 36>(raw) | bits::<36, 8>(raw).wrapping_shl(56);
        if VMADDR {
            rebase_vmaddr(target)
        } else {
            rebase_offset(target, None)
        }
    }
}

/// `dyld_chained_ptr_32_rebase` and `_bind`.
/// ```text
///  31     30   26 25      20 19                 0
/// [bind=0| next:5|        target:26              ]
/// [bind=1| next:5| addend:6 |     ordinal:20     ]
/// ```
#[inline]
const fn generic32(raw: u64) -> Fixup {
    if is_set::<31>(raw) {
        Fixup::Bind {
            ordinal: low32(bits::<0, 20>(raw)),
            addend: unsigned_addend(bits::<20, 6>(raw)),
            auth: None,
        }
    } else {
        rebase_vmaddr(bits::<0, 26>(raw))
    }
}

/// A slot of `DYLD_CHAINED_PTR_32` whose target is above the segment's `max_valid_pointer` is a
/// number, stored with a bias that puts it there.
#[inline]
pub(super) const fn without_non_pointer(fixup: Fixup, max_valid_pointer: u32) -> Fixup {
    if let Fixup::Rebase {
        target: Target::VmAddr(target),
        auth: None,
    } = fixup
    {
        let target = low32(target.get());
        if target > max_valid_pointer {
            let bias = 0x0400_0000_u32.wrapping_add(max_valid_pointer) / 2;
            return Fixup::Value(target.wrapping_sub(bias));
        }
    }
    fixup
}

/// An unsigned target of a static kernel's thread: the 43 bits have a sign, which the top byte then
/// covers (XNU `osfmk/mach/dyld_kernel_fixups.h`, `rebase_chain`).
pub(super) const fn with_kernel_sign(fixup: Fixup) -> Fixup {
    match fixup {
        Fixup::Rebase {
            target: Target::VmAddr(target),
            auth: None,
        } => {
            let low = target.get().wrapping_shl(21);
            let low = i64::from_le_bytes(low.to_le_bytes()).wrapping_shr(21);
            let low = u64::from_le_bytes(low.to_le_bytes()) & 0x00ff_ffff_ffff_ffff;
            rebase_vmaddr(target.get() & 0xff << 56 | low)
        }
        other => other,
    }
}

/// `dyld_chained_ptr_64_kernel_cache_rebase`.
/// ```text
///  63     62      51 50 49 48        47         32 31 30        29            0
/// [isAuth| next:12  |key:2 |addrDiv:1|diversity:16|cacheLevel:2|  target:30    ]
/// ```
#[inline]
pub(super) const fn kernel_cache(raw: u64) -> Fixup {
    Fixup::Rebase {
        target: Target::Cache {
            level: low8(bits::<30, 2>(raw)),
            offset: VmOffset::new(bits::<0, 30>(raw)),
        },
        auth: if is_set::<63>(raw) {
            Some(auth(raw))
        } else {
            None
        },
    }
}

/// `dyld_chained_ptr_arm64e_shared_cache_rebase` and `_auth_rebase`. The key is an A key.
/// ```text
///  63     62      52 51          50        49         34 33                    0
/// [auth=0| next:11  | unused:10         41| high8:8     |  runtimeOffset:34     ]
/// [auth=1| next:11  |keyIsData:1|addrDiv:1| diversity:16|  runtimeOffset:34     ]
/// ```
#[inline]
const fn shared_cache(raw: u64) -> Fixup {
    let offset = bits::<0, 34>(raw);
    if is_set::<63>(raw) {
        let auth = Auth {
            key: if is_set::<51>(raw) {
                AuthKey::DA
            } else {
                AuthKey::IA
            },
            diversity: low16(bits::<34, 16>(raw)),
            address_diversity: is_set::<50>(raw),
        };
        rebase_offset(offset, Some(auth))
    } else {
        rebase_offset(offset | bits::<34, 8>(raw).wrapping_shl(56), None)
    }
}

/// `dyld_chained_ptr_arm64e_segmented_rebase` and `_auth_segmented_rebase`.
/// ```text
///  63     62      51 50                         32 31            28 27                 0
/// [auth=0| next:12  |         padding:19          |targetSegIndex:4| targetSegOffset:28 ]
/// [auth=1| next:12  |key:2|addrDiv:1| diversity:16|targetSegIndex:4| targetSegOffset:28 ]
/// ```
#[inline]
const fn segmented(raw: u64) -> Fixup {
    Fixup::Rebase {
        target: Target::Segment {
            index: low8(bits::<28, 4>(raw)),
            offset: low32(bits::<0, 28>(raw)),
        },
        auth: if is_set::<63>(raw) {
            Some(auth(raw))
        } else {
            None
        },
    }
}
