//! What an address is called, by the slow and obvious rule.

use crate::truth::{Section, Segment, Symbol, Truth};

/// Where an address lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location<'t> {
    /// Index into the entries; `None` for the outermost image.
    pub image: Option<usize>,
    /// The segment of that image.
    pub segment: &'t Segment,
    /// The section of that image.
    pub section: Option<&'t Section>,
    /// vmaddr of the symbols that name the address.
    pub symbol: Option<u64>,
    /// The names of that symbol: more than one if several lie at the same address.
    pub names: Vec<&'t str>,
}

impl Location<'_> {
    /// Bytes from the symbol to the address.
    pub fn distance(&self, vmaddr: u64) -> Option<u64> {
        Some(vmaddr - self.symbol?)
    }
}

/// A range of addresses, its end excluded.
type Range = (u64, u64);

fn holds((start, end): Range, vmaddr: u64) -> bool {
    start <= vmaddr && vmaddr < end
}

fn of_segment(segment: &Segment) -> Range {
    (segment.vmaddr, segment.vmaddr + segment.vmsize)
}

fn of_section(section: &Section) -> Range {
    (section.vmaddr, section.vmaddr + section.size)
}

impl Truth {
    /// The segments of an image, with a `__LINKEDIT` that is only its own.
    pub fn segments_of(&self, image: Option<usize>) -> Vec<&Segment> {
        match image.map(|image| &self.entries[image]) {
            None => self.segments.iter().collect(),
            Some(entry) => entry.segments.iter().chain(&entry.linkedit).collect(),
        }
    }

    /// The image that an address belongs to: the one nested image whose segment has it, else the
    /// outermost one, if a segment of that has it.
    pub fn owner(&self, vmaddr: u64) -> Option<Option<usize>> {
        let has = |image: Option<usize>| {
            let mut segments = self.segments_of(image).into_iter();
            segments.any(|segment| holds(of_segment(segment), vmaddr))
        };
        let mut nested = (0..self.entries.len()).filter(|image| has(Some(*image)));
        match (nested.next(), nested.next()) {
            (Some(image), None) => Some(Some(image)),
            _ => has(None).then_some(None),
        }
    }

    /// Where an address lies and what names it.
    ///
    /// A symbol names from its address on, to the end of its section or, outside every section, to
    /// the next section or the end of its segment; never across the start of a function. One that
    /// marks the end of its section names that address only, and only if no other symbol lies
    /// there.
    pub fn location(&self, vmaddr: u64) -> Option<Location<'_>> {
        let image = self.owner(vmaddr)?;
        let segment = self
            .segments_of(image)
            .into_iter()
            .find(|segment| holds(of_segment(segment), vmaddr))?;
        let sections: Vec<&Section> = self
            .sections
            .iter()
            .filter(|section| section.image == image)
            .collect();
        let section = sections
            .iter()
            .copied()
            .find(|section| holds(of_section(section), vmaddr));
        // The section, or the gap between those around the address.
        let (mut start, mut end) = of_segment(segment);
        match section {
            Some(section) => {
                start = start.max(section.vmaddr);
                end = end.min(of_section(section).1);
            }
            None => {
                for section in sections.iter().filter(|section| section.size > 0) {
                    let (first, after) = of_section(section);
                    if after <= vmaddr {
                        start = start.max(after);
                    } else {
                        end = end.min(first);
                    }
                }
            }
        }
        let here = (start, end);
        let symbols = || self.symbols.iter().filter(|symbol| symbol.image == image);
        let inside = symbols()
            .filter(|symbol| holds(here, symbol.vmaddr) && symbol.vmaddr <= vmaddr)
            .filter(|symbol| !self.marks_an_end(symbol))
            .map(|symbol| symbol.vmaddr)
            .max();
        let mut starts = self
            .functions
            .iter()
            .filter(|function| function.image == image)
            .map(|function| function.vmaddr);
        let inside =
            inside.filter(|symbol| !starts.any(|start| *symbol < start && start <= vmaddr));
        let at = |wanted: u64, ends: bool| -> Vec<&str> {
            symbols()
                .filter(|symbol| symbol.vmaddr == wanted && self.marks_an_end(symbol) == ends)
                .map(|symbol| symbol.name.as_str())
                .collect()
        };
        let (symbol, names) = if let Some(symbol) = inside {
            (Some(symbol), at(symbol, false))
        } else {
            let names = at(vmaddr, true);
            (Some(vmaddr).filter(|_| !names.is_empty()), names)
        };
        Some(Location {
            image,
            segment,
            section,
            symbol,
            names,
        })
    }

    /// Whether a symbol lies exactly at the end of the section that its record names.
    fn marks_an_end(&self, symbol: &Symbol) -> bool {
        let Some(name) = &symbol.section else {
            return false;
        };
        self.sections.iter().any(|section| {
            section.image == symbol.image
                && *name == format!("{},{}", section.segment, section.name)
                && symbol.vmaddr == of_section(section).1
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::truth::{FilesetEntry, Function, Section, Segment, Symbol, Truth};

    fn segment(name: &str, vmaddr: u64, vmsize: u64) -> Segment {
        Segment {
            name: name.to_owned(),
            vmaddr,
            vmsize,
            file_offset: 0,
            filesize: vmsize,
        }
    }

    fn section(name: &str, vmaddr: u64, size: u64) -> Section {
        Section {
            image: Some(0),
            segment: "__TEXT".to_owned(),
            name: name.to_owned(),
            vmaddr,
            size,
            file_offset: None,
            flags: 0,
        }
    }

    fn symbol(image: usize, name: &str, vmaddr: u64, section: Option<&str>) -> Symbol {
        Symbol {
            image: Some(image),
            name: name.to_owned(),
            vmaddr,
            external: true,
            section: section.map(|section| format!("__TEXT,{section}")),
        }
    }

    fn entry(segments: Vec<Segment>) -> FilesetEntry {
        FilesetEntry {
            id: String::new(),
            vmaddr: 0,
            file_offset: 0,
            uuid: [0; 16],
            segments,
            linkedit: None,
            version: None,
            size: None,
        }
    }

    /// One image from 0x1000 to 0x2000 with sections a and b that touch, a gap, and c; a second one
    /// from there; `__LINKEDIT` of both.
    fn truth() -> Truth {
        let linkedit = segment("__LINKEDIT", 0x4000, 0x1000);
        let function = |vmaddr| Function {
            image: Some(0),
            vmaddr,
            size: 0,
        };
        Truth {
            segments: vec![segment("__ALL", 0x1000, 0x2800), linkedit.clone()],
            entries: vec![
                entry(vec![segment("__TEXT", 0x1000, 0x1000), linkedit.clone()]),
                entry(vec![segment("__TEXT", 0x2000, 0x1000), linkedit]),
            ],
            sections: vec![
                section("a", 0x1100, 0x100),
                section("b", 0x1200, 0x100),
                section("c", 0x1800, 0x100),
            ],
            symbols: vec![
                symbol(0, "header", 0x1000, Some("a")),
                symbol(0, "start", 0x1100, Some("a")),
                symbol(0, "alias", 0x1100, Some("a")),
                symbol(0, "a_end", 0x1200, Some("a")),
                symbol(0, "late", 0x1280, Some("b")),
                symbol(0, "b_end", 0x1300, Some("b")),
                symbol(0, "absolute", 0x1310, None),
                symbol(0, "c", 0x1800, Some("c")),
                symbol(0, "c_end", 0x1900, Some("c")),
                symbol(1, "other", 0x2800, None),
                symbol(0, "c_in_other", 0x2000, Some("c")),
            ],
            functions: vec![function(0x1100), function(0x1140), function(0x1800)],
            ..Truth::default()
        }
    }

    #[test]
    fn one_rule() {
        let truth = truth();
        let cases: [(u64, Option<usize>, &[&str], u64); 20] = [
            (0x1000, Some(0), &["header"], 0),
            (0x10ff, Some(0), &["header"], 0xff),
            (0x1100, Some(0), &["start", "alias"], 0),
            (0x113f, Some(0), &["start", "alias"], 0x3f),
            // A function without a symbol.
            (0x1140, Some(0), &[], 0),
            (0x11ff, Some(0), &[], 0),
            // Nothing else lies at the end of a, and the end names nothing more.
            (0x1200, Some(0), &["a_end"], 0),
            (0x1201, Some(0), &[], 0),
            (0x1280, Some(0), &["late"], 0),
            (0x12ff, Some(0), &["late"], 0x7f),
            (0x1300, Some(0), &["b_end"], 0),
            (0x1304, Some(0), &[], 0),
            // In the gap, up to the next section.
            (0x17ff, Some(0), &["absolute"], 0x4ef),
            (0x1800, Some(0), &["c"], 0),
            (0x1901, Some(0), &[], 0),
            (0x1fff, Some(0), &[], 0),
            // Another image has other symbols.
            (0x2000, Some(1), &[], 0),
            (0x2fff, Some(1), &["other"], 0x7ff),
            // The outer image has what no image inside has, and what several have.
            (0x3000, None, &[], 0),
            (0x4000, None, &[], 0),
        ];
        for (vmaddr, image, names, distance) in cases {
            let location = truth.location(vmaddr).unwrap();
            assert_eq!(location.image, image, "{vmaddr:#x}");
            assert_eq!(location.names, names, "{vmaddr:#x}");
            let expected = Some(distance).filter(|_| !names.is_empty());
            assert_eq!(location.distance(vmaddr), expected, "{vmaddr:#x}");
        }
        assert_eq!(truth.location(0xfff), None);
        assert_eq!(truth.location(0x3800), None);
    }
}
