use std::ops::Range;

/// A place in a body of less than 4 GiB. The span at 0 without a length means "absent": no JSON value is
/// empty.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Span {
    start: u32,
    end: u32,
}

impl Span {
    /// `start` and `end` fit: `Scanner::new` refuses longer bodies.
    pub(super) fn new(start: usize, end: usize) -> Self {
        Self { start: start as u32, end: end as u32 }
    }

    pub(crate) fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// What is between the quotes of a string.
    pub(crate) fn without_quotes(self) -> Self {
        Self { start: self.start + 1, end: self.end - 1 }
    }

    /// The same place once everything before `origin` is gone. What is absent stays at 0, and the inside
    /// of an empty string, which has no length either, moves along.
    pub(crate) fn relative_to(self, origin: Self) -> Self {
        Self {
            start: self.start.saturating_sub(origin.start),
            end: self.end.saturating_sub(origin.start),
        }
    }
}
