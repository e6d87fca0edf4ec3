//! Text put around expressions that lie inside one another.

/// Text that is put into a file.
#[derive(Debug)]
enum Kind {
    /// Ends what began before: of two at one place, the later begun ends first.
    Close,
    /// Begins: of two at one place, the earlier comes first.
    Open,
    /// Stands instead of what was there.
    Instead,
}

#[derive(Debug)]
struct Edit {
    start: usize,
    end: usize,
    kind: Kind,
    text: String,
}

/// The edits of a file, given from the outside inwards. None adds or removes a line, so that a
/// compiler's messages about the copy name the lines of the original.
#[derive(Debug, Default)]
pub(crate) struct Edits(Vec<Edit>);

impl Edits {
    /// Puts text before and after the bytes from `start` to `end`.
    pub(crate) fn around(&mut self, start: usize, end: usize, before: String, after: &str) {
        self.0.push(Edit {
            start,
            end: start,
            kind: Kind::Open,
            text: before,
        });
        self.0.push(Edit {
            start: end,
            end,
            kind: Kind::Close,
            text: after.to_owned(),
        });
    }

    /// Puts text instead of the bytes from `start` to `end`.
    pub(crate) fn instead(&mut self, start: usize, end: usize, text: impl Into<String>) {
        self.0.push(Edit {
            start,
            end,
            kind: Kind::Instead,
            text: text.into(),
        });
    }

    /// The text with all edits.
    pub(crate) fn apply(self, text: &str) -> String {
        let mut edits: Vec<(usize, Edit)> = self.0.into_iter().enumerate().collect();
        let given = |order: usize, kind: &Kind| match kind {
            Kind::Close => (0, usize::MAX - order),
            Kind::Open => (1, order),
            Kind::Instead => (2, order),
        };
        edits.sort_by_key(|(order, edit)| (edit.start, given(*order, &edit.kind)));
        let mut result = String::with_capacity(text.len() * 2);
        let mut at = 0;
        for (_, edit) in edits {
            result.push_str(&text[at..edit.start]);
            result.push_str(&edit.text);
            // Lines that an edit takes away stay as empty ones.
            let taken = text[edit.start..edit.end].matches('\n').count();
            result.push_str(&"\n".repeat(taken));
            at = edit.end;
        }
        result.push_str(&text[at..]);
        result
    }
}
