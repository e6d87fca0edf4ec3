//! What a map shows.
use kc_offsets::{EntryPoint, Images, KernelCache, MapCell, Outcome};
use macho_core::{MachO, Segment, VmAddr};

use super::scale::{Part, Scale};
use crate::damage::Damage;
use crate::printable::MOST_NAME;

/// Stretches that are shown: a file may have a segment for each 72 bytes.
const MOST_STRETCHES: usize = 4096;

/// Segments that are looked at for stretches without an order.
const MOST_LOOKS: usize = 1 << 25;

/// Neighbouring addresses with one answer.
#[derive(Clone, Copy)]
pub(super) struct Stretch {
    pub(super) vmaddr: u64,
    /// At least 1.
    pub(super) len: u64,
    pub(super) outcome: Outcome,
    /// The segment's number.
    segment: Option<u32>,
    /// Images inside that have a segment here.
    pub(super) images: u64,
    /// Slots that a loader changes.
    pub(super) slots: u64,
}

impl Stretch {
    pub(super) fn file_offset(&self) -> Option<u64> {
        self.outcome.file_offset().map(macho_core::FileOffset::get)
    }

    pub(super) const fn is_backed(&self) -> bool {
        matches!(self.outcome, Outcome::Mapped(_))
    }

    pub(super) const fn is_hole(&self) -> bool {
        matches!(self.outcome, Outcome::Unmapped)
    }
}

/// A segment of an image inside.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Span {
    pub(super) vmaddr: u64,
    pub(super) vmsize: u64,
    /// The image's number.
    pub(super) image: usize,
}

/// A run of bytes of the file, of one segment or of none.
#[derive(Clone, Copy)]
pub(super) struct FilePart {
    pub(super) offset: u64,
    /// At least 1.
    pub(super) len: u64,
    /// The segment's number.
    pub(super) segment: Option<usize>,
}

/// What a map shows.
pub(super) struct Picture<'a> {
    segments: Vec<Segment<'a>>,
    pub(super) stretches: Vec<Stretch>,
    /// Whether there are more stretches.
    pub(super) is_cut: bool,
    pub(super) file: Vec<FilePart>,
    pub(super) file_size: u64,
    pub(super) entry: Option<EntryPoint<'a>>,
    /// Images inside.
    pub(super) images: usize,
    /// Their ids, and their segments in ascending order.
    pub(super) ids: Vec<Vec<u8>>,
    pub(super) spans: Vec<Span>,
    /// Where slots are, in cells of [`FINE`] for the whole of memory.
    fine: Vec<u64>,
    pub(super) slots: u64,
}

/// Cells in which slots are counted: a drawing of fewer adds them up.
const FINE: usize = 1 << 12;

impl<'a> Picture<'a> {
    pub(super) fn new(cache: &KernelCache<'a>, images: Images<'a, '_>) -> Self {
        let image = cache.image();
        let segments: Vec<Segment<'a>> = image.segments().collect();
        let (stretches, is_cut) = stretches(cache, &segments);
        let file_size = image.file().len() as u64;
        let mut picture = Self {
            file: file_parts(&segments, file_size),
            segments,
            stretches,
            is_cut,
            file_size,
            entry: None,
            images: 0,
            ids: Vec::new(),
            spans: Vec::new(),
            fine: vec![0; FINE],
            slots: 0,
        };
        picture.add_images(images);
        picture
    }

    fn add_images(&mut self, images: Images<'a, '_>) {
        let scale = self.memory_scale(FINE);
        let mut places = Vec::new();
        for (number, macho) in images.machos().skip(1) {
            let id = images.get(number).and_then(|image| image.id);
            let image = self.ids.len();
            let id = id.map(|id| id.bytes().take(MOST_NAME + 1).collect());
            self.ids.push(id.unwrap_or_default());
            for span in spans(&macho, image) {
                places.extend(scale.part_at(span.vmaddr).map(|part| (part, image)));
                self.spans.push(span);
            }
        }
        self.images = self.ids.len();
        self.spans.sort_unstable();
        places.sort_unstable();
        places.dedup();
        for (part, _) in places {
            self.stretches[part].images += 1;
        }
    }

    /// Counts the slots of every image that has fixups.
    pub(super) fn count_slots(&mut self, cache: &KernelCache<'a>, damage: &mut Damage) {
        let scale = self.memory_scale(FINE);
        for of in cache.fixups() {
            let of = match of {
                Ok(of) => of,
                Err(error) => {
                    damage.add(error);
                    continue;
                }
            };
            for slot in of.fixups.slots() {
                match slot {
                    Ok(slot) => {
                        self.slots += 1;
                        let vmaddr = slot.vmaddr.get();
                        if let Some(cell) = scale.cell_at(vmaddr) {
                            self.fine[cell] += 1;
                        }
                        if let Some(part) = scale.part_at(vmaddr) {
                            self.stretches[part].slots += 1;
                        }
                    }
                    Err(error) => damage.add(error),
                }
            }
        }
    }

    pub(super) fn start(&self) -> Option<u64> {
        self.stretches.first().map(|stretch| stretch.vmaddr)
    }

    /// The address after the last one; none if that has 65 bits.
    pub(super) fn end(&self) -> Option<u64> {
        let last = self.stretches.last()?;
        last.vmaddr.checked_add(last.len)
    }

    pub(super) fn segment(&self, stretch: &Stretch) -> Option<&Segment<'a>> {
        self.segment_at(usize::try_from(stretch.segment?).ok()?)
    }

    pub(super) fn segment_at(&self, number: usize) -> Option<&Segment<'a>> {
        self.segments.get(number)
    }

    /// The number of a stretch's segment.
    pub(super) fn number(stretch: &Stretch) -> Option<usize> {
        usize::try_from(stretch.segment?).ok()
    }

    /// Segments with memory that have no stretch.
    pub(super) fn hidden(&self) -> usize {
        if self.is_cut {
            return 0;
        }
        let mut is_shown = vec![false; self.segments.len()];
        for number in self.stretches.iter().filter_map(Self::number) {
            if let Some(is_shown) = is_shown.get_mut(number) {
                *is_shown = true;
            }
        }
        let with_memory = self.segments.iter().map(|segment| segment.vmsize() > 0);
        with_memory
            .zip(is_shown)
            .filter(|(has_memory, is_shown)| *has_memory && !is_shown)
            .count()
    }

    /// Whether the file has bytes of no segment.
    pub(super) fn has_file_hole(&self) -> bool {
        self.file.iter().any(|part| part.segment.is_none())
    }

    /// The cells of memory.
    pub(super) fn memory_scale(&self, cells: usize) -> Scale {
        let parts = self.stretches.iter().map(|stretch| Part {
            start: stretch.vmaddr,
            len: stretch.len,
            is_backed: stretch.is_backed(),
        });
        Scale::new(parts.collect(), cells)
    }

    /// The cells of the file.
    pub(super) fn file_scale(&self, cells: usize) -> Scale {
        let parts = self.file.iter().map(|part| Part {
            start: part.offset,
            len: part.len,
            is_backed: part.segment.is_some(),
        });
        Scale::new(parts.collect(), cells)
    }

    /// Slots in each cell of a drawing of memory.
    pub(super) fn slots_in(&self, scale: &Scale, cells: usize) -> Vec<u64> {
        let fine = self.memory_scale(FINE);
        let mut counts = vec![0; cells];
        // A fine cell lies in one stretch, at least if there are no more than these.
        for (number, stretch) in self.stretches.iter().enumerate() {
            let from = fine.cells_of(number);
            let to = scale.cells_of(number);
            let width = from.len().max(1);
            for (into, cell) in from.enumerate() {
                let at = to.start + into * to.len() / width;
                let at = at.min(cells.saturating_sub(1));
                if stretch.is_backed() {
                    counts[at] += self.fine[cell];
                }
            }
        }
        counts
    }
}

/// Memory in ascending order, holes between segments included.
fn stretches(cache: &KernelCache<'_>, segments: &[Segment<'_>]) -> (Vec<Stretch>, bool) {
    let with_memory = || segments.iter().filter(|segment| segment.vmsize() > 0);
    let start = with_memory().map(|segment| segment.vmaddr().get()).min();
    // The last address, inclusive: memory may end at the end of all addresses.
    let last = with_memory()
        .map(|segment| segment.vmaddr().get().saturating_add(segment.vmsize() - 1))
        .max();
    let Some((start, last)) = start.zip(last) else {
        return (Vec::new(), false);
    };
    let unsorted = cache.address_map();
    let needed = unsorted.sorted_in(&mut []).err();
    let needed = needed.and_then(kc_offsets::Error::needed).unwrap_or(0);
    let mut cells = vec![MapCell::EMPTY; needed];
    // Without order, which segments very far apart have not, each stretch looks at every segment.
    let (map, most) = match unsorted.sorted_in(&mut cells) {
        Ok(map) => (map, MOST_STRETCHES),
        Err(_) => (cache.address_map(), MOST_LOOKS / segments.len().max(1)),
    };
    let len = (last - start).saturating_add(1);
    let mut runs = map.translate_range(VmAddr::new(start), len);
    let stretches = runs
        .by_ref()
        .take(most.min(MOST_STRETCHES))
        .map(|run| Stretch {
            vmaddr: run.vmaddr.get(),
            len: run.len,
            outcome: run.outcome,
            segment: run.segment,
            images: 0,
            slots: 0,
        })
        .collect();
    (stretches, runs.next().is_some())
}

/// The file in ascending order. Of segments that share bytes the first in the file has them.
fn file_parts(segments: &[Segment<'_>], file_size: u64) -> Vec<FilePart> {
    let mut ranges: Vec<(u64, u64, usize)> = segments
        .iter()
        .enumerate()
        .filter(|(_, segment)| segment.filesize() > 0)
        .map(|(number, segment)| {
            let start = segment.file_offset().get();
            (start, start.saturating_add(segment.filesize()), number)
        })
        .collect();
    ranges.sort_unstable();
    let mut parts = Vec::new();
    let mut next = 0;
    let mut push = |from: u64, to: u64, segment| {
        if from < to && parts.len() < MOST_STRETCHES {
            parts.push(FilePart {
                offset: from,
                len: to - from,
                segment,
            });
        }
    };
    for (start, end, number) in ranges {
        let (start, end) = (start.max(next).min(file_size), end.min(file_size));
        push(next, start, None);
        push(start, end, Some(number));
        next = next.max(end);
    }
    push(next, file_size, None);
    parts
}

/// The segments of an image inside. `__LINKEDIT` is the collection's, and every image names it.
fn spans<'a>(macho: &MachO<'a>, image: usize) -> impl Iterator<Item = Span> + use<'a> {
    let segments = macho.segments();
    segments
        .filter(|segment| segment.vmsize() > 0 && segment.name() != "__LINKEDIT")
        .map(move |segment| Span {
            vmaddr: segment.vmaddr().get(),
            vmsize: segment.vmsize(),
            image,
        })
}
