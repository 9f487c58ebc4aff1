use std::ops::Range;

/// A place in a body of less than 4 GiB. The empty span means "absent": no JSON value is empty.
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

    pub(crate) fn is_absent(self) -> bool {
        self.start == self.end
    }

    pub(crate) fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// What is between the quotes of a string.
    pub(crate) fn without_quotes(self) -> Self {
        Self { start: self.start + 1, end: self.end - 1 }
    }

    /// The same place once everything before `origin` is gone.
    pub(crate) fn relative_to(self, origin: Self) -> Self {
        if self.is_absent() {
            return self;
        }
        Self { start: self.start - origin.start, end: self.end - origin.start }
    }
}
