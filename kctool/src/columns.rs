//! Text that fits a terminal: long lines wrap between words, long names are cut, and the columns
//! that matter least are left out of lines that would wrap.

/// Columns that a character takes. Letters outside ASCII may take two, and are counted so.
fn columns(character: char) -> usize {
    1 + usize::from(!character.is_ascii())
}

/// Columns that a text takes.
fn columns_of(text: &str) -> usize {
    text.chars().map(columns).sum()
}

/// Stands for what was cut out of a name.
const GAP: &str = "...";

/// A name in at most so many columns: of one that is longer the start and the end, which tell names
/// apart.
pub(crate) fn fit(name: &str, width: usize) -> String {
    if columns_of(name) <= width {
        return name.to_owned();
    }
    let kept = width.saturating_sub(GAP.len());
    let start = taken(name.chars(), kept / 2);
    let end: Vec<char> = taken(name.chars().rev(), kept - kept / 2);
    let end = end.into_iter().rev();
    start.into_iter().chain(GAP.chars()).chain(end).collect()
}

/// The first characters that fit.
fn taken(characters: impl Iterator<Item = char>, width: usize) -> Vec<char> {
    let mut left = width;
    characters
        .map_while(|character| {
            left = left.checked_sub(columns(character))?;
            Some(character)
        })
        .collect()
}

/// A text in lines of so many columns, broken at spaces, and within words that are longer.
pub(crate) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let width = width.max(16);
    let mut lines = vec![String::new()];
    let mut used = 0;
    for mut word in text.split(' ') {
        let gap = usize::from(used > 0);
        if used + gap + columns_of(word) > width && used > 0 {
            lines.push(String::new());
            used = 0;
        } else if used > 0 {
            push(&mut lines, " ");
            used += 1;
        }
        while columns_of(word) > width {
            let len: usize = taken(word.chars(), width)
                .iter()
                .map(|character| character.len_utf8())
                .sum();
            push(&mut lines, &word[..len]);
            lines.push(String::new());
            word = &word[len..];
        }
        push(&mut lines, word);
        used += columns_of(word);
    }
    lines
}

fn push(lines: &mut [String], text: &str) {
    if let Some(line) = lines.last_mut() {
        line.push_str(text);
    }
}

/// What is shown of an image inside.
#[derive(Default)]
pub(crate) struct ImageRow {
    pub(crate) vmaddr: String,
    pub(crate) file_offset: String,
    pub(crate) uuid: String,
    pub(crate) id: String,
    /// Empty if it has none.
    pub(crate) version: String,
}

/// Which columns of images are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ImageColumns {
    file_offset: bool,
    uuid: bool,
    version: bool,
    /// Columns of the id and the version.
    room: usize,
}

const VMADDR: usize = 18;
const FILE_OFFSET: usize = 10;
const UUID: usize = 36;

const ID: &str = "id";
const VERSION: &str = "version";

impl ImageColumns {
    /// All that fit into the width for the longest of the rows: first the UUID is left out, then
    /// the file offset, then the version. Without a width all are shown.
    pub(crate) fn new<'r>(width: Option<usize>, rows: impl Iterator<Item = &'r ImageRow>) -> Self {
        let all = Self {
            file_offset: true,
            uuid: true,
            version: true,
            room: usize::MAX,
        };
        let Some(width) = width else {
            return all;
        };
        // At first those of the heading.
        let (mut ids, mut both) = (ID.len(), ID.len());
        let mut version = false;
        for row in rows {
            let id = columns_of(&row.id);
            ids = id.max(ids);
            if row.version.is_empty() {
                both = both.max(id);
            } else {
                version = true;
                let len = columns_of(&row.version).max(VERSION.len() - ID.len());
                both = both.max(id + 2 + len);
            }
        }
        let room = |used: usize| width.saturating_sub(used);
        let full = VMADDR + 2 + FILE_OFFSET + 2 + UUID + 2;
        let short = full - UUID - 2;
        let bare = short - FILE_OFFSET - 2;
        let fits = |used: usize, needed: usize| needed <= room(used);
        match () {
            () if fits(full, both) => Self {
                room: room(full),
                version,
                ..all
            },
            () if fits(short, both) => Self {
                uuid: false,
                version,
                room: room(short),
                ..all
            },
            () if fits(bare, both) => Self {
                file_offset: false,
                uuid: false,
                version,
                room: room(bare),
            },
            () => Self {
                file_offset: fits(short, ids),
                uuid: false,
                version: false,
                room: room(if fits(short, ids) { short } else { bare }),
            },
        }
    }

    /// A row as a line, or the names of the columns.
    pub(crate) fn line(self, row: &ImageRow) -> String {
        let mut line = format!("{:VMADDR$}  ", row.vmaddr);
        if self.file_offset {
            line = format!("{line}{:FILE_OFFSET$}  ", row.file_offset);
        }
        if self.uuid {
            line = format!("{line}{:UUID$}  ", row.uuid);
        }
        let version = match row.version.as_str() {
            version if version.is_empty() || !self.version => String::new(),
            version => format!("  {version}"),
        };
        line.push_str(&fit(&format!("{}{version}", row.id), self.room));
        line
    }

    /// The names of the columns.
    pub(crate) fn heading(self) -> String {
        self.line(&ImageRow {
            vmaddr: "vmaddr".to_owned(),
            file_offset: "offset".to_owned(),
            uuid: "uuid".to_owned(),
            id: ID.to_owned(),
            version: VERSION.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{ImageColumns, ImageRow, columns_of, fit, wrapped};

    #[test]
    fn names_keep_both_ends() {
        assert_eq!(fit("com.example.driver", 18), "com.example.driver");
        assert_eq!(fit("com.example.driver", 11), "com....iver");
        for width in 3..40 {
            let name = "\u{1f980}com.\u{e9}xample.driver\u{1f980}".repeat(2);
            assert!(columns_of(&fit(&name, width)) <= width, "{width}");
        }
    }

    #[test]
    fn words_go_on_in_the_next_line() {
        assert_eq!(wrapped("one two", 16), ["one two"]);
        assert_eq!(
            wrapped("one two three four five", 16),
            ["one two three", "four five"]
        );
        assert_eq!(
            wrapped("DGST 0123456789abcdef01234", 16),
            ["DGST", "0123456789abcdef", "01234"]
        );
        assert_eq!(wrapped("", 16), [""]);
    }

    fn row(id: usize, version: usize) -> ImageRow {
        ImageRow {
            vmaddr: "0xfffffe0007004000".to_owned(),
            file_offset: "0x00004000".to_owned(),
            uuid: "0".repeat(36),
            id: "i".repeat(id),
            version: "v".repeat(version),
        }
    }

    #[test]
    fn no_row_is_too_wide() {
        let columns = |rows: &[ImageRow], width| {
            let columns = ImageColumns::new(Some(width), rows.iter());
            for row in rows {
                assert!(columns_of(&columns.line(row)) <= width, "{width}");
            }
            columns
                .heading()
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" ")
        };
        assert_eq!(columns(&[row(8, 0)], 80), "vmaddr offset uuid id");
        assert_eq!(columns(&[row(8, 5)], 100), "vmaddr offset uuid id version");
        assert_eq!(columns(&[row(8, 5)], 80), "vmaddr offset id version");
        assert_eq!(columns(&[row(9, 0), row(40, 7)], 80), "vmaddr id version");
        assert_eq!(columns(&[row(47, 20)], 80), "vmaddr offset id");
        assert_eq!(columns(&[row(59, 20)], 80), "vmaddr id");
        assert_eq!(columns(&[row(400, 20)], 80), "vmaddr id");
        let all = ImageColumns::new(None, [].iter());
        assert_eq!(all.line(&row(400, 20)).len(), 70 + 422);
    }
}
