//! The steps of a load, in ascending order of address.
use core::fmt;
use core::iter::FusedIterator;

use macho_core::{MachO, PhysAddr, Segment, VmAddr, VmProt};

use super::segments::{backed, with_memory};

/// One thing to do. Copies and zeros follow each other without a gap from the first byte of the
/// plan to its last; [`Step::Clamp`] and [`Step::Protect`] write nothing.
#[derive(Clone, Copy)]
#[non_exhaustive]
#[must_use]
pub enum Step<'a> {
    /// Copy bytes of the file.
    Copy {
        /// Whose bytes they are.
        segment: Segment<'a>,
        /// The unslid address of the first byte.
        vmaddr: VmAddr,
        /// Where it goes.
        phys: PhysAddr,
        /// The bytes, at least one.
        bytes: &'a [u8],
    },
    /// Write zeros: behind the bytes of a segment, or between segments.
    Zero {
        /// The segment; `None` between segments.
        segment: Option<Segment<'a>>,
        /// The unslid address of the first byte.
        vmaddr: VmAddr,
        /// Where it goes.
        phys: PhysAddr,
        /// Bytes, at least one.
        len: u64,
    },
    /// A remark: the segment claims more of the file than it gets. The zeros that follow stand for
    /// it.
    Clamp {
        /// The segment.
        segment: Segment<'a>,
        /// Why it gets less.
        reason: ClampReason,
        /// Bytes of the file that it claims.
        claimed: u64,
        /// Bytes that it gets.
        copied: u64,
    },
    /// The segment is in place: for a loader that maps memory, its initial protection.
    Protect {
        /// The segment.
        segment: Segment<'a>,
        /// The physical address of its first byte.
        phys: PhysAddr,
        /// Bytes.
        len: u64,
        /// What is allowed.
        prot: VmProt,
    },
}

impl fmt::Debug for Step<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut step = match self {
            Self::Copy { .. } => f.debug_struct("Copy"),
            Self::Zero { .. } => f.debug_struct("Zero"),
            Self::Clamp { .. } => f.debug_struct("Clamp"),
            Self::Protect { .. } => f.debug_struct("Protect"),
        };
        match self {
            Self::Copy {
                segment,
                vmaddr,
                phys,
                bytes,
            } => step
                .field("segment", &segment.name())
                .field("vmaddr", vmaddr)
                .field("phys", phys)
                .field("bytes", &bytes.len()),
            Self::Zero {
                segment,
                vmaddr,
                phys,
                len,
            } => step
                .field("segment", &segment.map(|segment| segment.name()))
                .field("vmaddr", vmaddr)
                .field("phys", phys)
                .field("len", len),
            Self::Clamp {
                segment,
                reason,
                claimed,
                copied,
            } => step
                .field("segment", &segment.name())
                .field("reason", reason)
                .field("claimed", claimed)
                .field("copied", copied),
            Self::Protect {
                segment,
                phys,
                len,
                prot,
            } => step
                .field("segment", &segment.name())
                .field("phys", phys)
                .field("len", len)
                .field("prot", prot),
        };
        step.finish()
    }
}

/// Why a segment gets less of the file than it claims. Both need an image that was parsed
/// tolerantly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ClampReason {
    /// The file ends before. m1n1's payload segment is like this: what is appended to the file
    /// lies there, and it claims 64 MiB.
    PastEndOfFile,
    /// It claims more bytes of the file than it has memory.
    FileSizeExceedsVmSize,
}

/// Iterator over the steps of a [`LoadPlan`](crate::LoadPlan). Each segment costs a pass over all
/// load commands; there are at most five steps for each.
#[derive(Clone, Debug)]
#[must_use]
pub struct Steps<'a> {
    image: MachO<'a>,
    lowest: VmAddr,
    phys_base: PhysAddr,
    /// Bytes of the plan.
    size: u64,
    /// Bytes from the plan's first byte that are written.
    done: u64,
    /// The segment at work, with what is to be done next for it.
    current: Option<(Segment<'a>, Stage)>,
}

/// What is to be done next for a segment.
#[derive(Clone, Copy, Debug)]
enum Stage {
    Clamp,
    Copy,
    Zero,
    Protect,
}

impl<'a> Steps<'a> {
    pub(super) const fn new(
        image: MachO<'a>,
        lowest: VmAddr,
        phys_base: PhysAddr,
        size: u64,
    ) -> Self {
        Self {
            image,
            lowest,
            phys_base,
            size,
            done: 0,
            current: None,
        }
    }

    /// Where the next byte goes. The plan has proved that no sum overflows.
    fn place(&self) -> (VmAddr, PhysAddr) {
        let vmaddr = self.lowest.get().saturating_add(self.done);
        let phys = self.phys_base.get().saturating_add(self.done);
        (VmAddr::new(vmaddr), PhysAddr::new(phys))
    }

    /// The segment with the lowest address that is not below `from`. Segments do not overlap, so
    /// none starts before it ends.
    fn segment_from(&self, from: VmAddr) -> Option<Segment<'a>> {
        with_memory(&self.image)
            .filter(|segment| segment.vmaddr() >= from)
            .min_by_key(Segment::vmaddr)
    }

    /// The step of one stage, if there is something to do.
    fn step(&mut self, segment: Segment<'a>, stage: Stage) -> Option<Step<'a>> {
        let (vmaddr, phys) = self.place();
        let bytes = backed(&segment);
        let copied = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        match stage {
            Stage::Clamp => (copied < segment.data_size()).then(|| Step::Clamp {
                segment,
                reason: if copied == segment.vmsize() {
                    ClampReason::FileSizeExceedsVmSize
                } else {
                    ClampReason::PastEndOfFile
                },
                claimed: segment.data_size(),
                copied,
            }),
            Stage::Copy => {
                self.done = self.done.saturating_add(copied);
                (copied != 0).then_some(Step::Copy {
                    segment,
                    vmaddr,
                    phys,
                    bytes,
                })
            }
            Stage::Zero => {
                let left = self.size.saturating_sub(self.done);
                let len = segment.vmsize().saturating_sub(copied).min(left);
                self.done = self.done.saturating_add(len);
                (len != 0).then_some(Step::Zero {
                    segment: Some(segment),
                    vmaddr,
                    phys,
                    len,
                })
            }
            Stage::Protect => {
                let len = vmaddr.get().saturating_sub(segment.vmaddr().get());
                Some(Step::Protect {
                    segment,
                    phys: PhysAddr::new(phys.get().saturating_sub(len)),
                    len,
                    prot: segment.initprot(),
                })
            }
        }
    }
}

impl<'a> Iterator for Steps<'a> {
    type Item = Step<'a>;

    fn next(&mut self) -> Option<Step<'a>> {
        loop {
            let Some((segment, stage)) = self.current.take() else {
                let (vmaddr, phys) = self.place();
                let segment = self.segment_from(vmaddr)?;
                self.current = Some((segment, Stage::Clamp));
                let gap = segment.vmaddr().checked_distance_from(vmaddr)?;
                if gap != 0 {
                    self.done = self.done.saturating_add(gap);
                    return Some(Step::Zero {
                        segment: None,
                        vmaddr,
                        phys,
                        len: gap,
                    });
                }
                continue;
            };
            self.current = match stage {
                Stage::Clamp => Some((segment, Stage::Copy)),
                Stage::Copy => Some((segment, Stage::Zero)),
                Stage::Zero => Some((segment, Stage::Protect)),
                Stage::Protect => None,
            };
            if let Some(step) = self.step(segment, stage) {
                return Some(step);
            }
        }
    }
}

impl FusedIterator for Steps<'_> {}
