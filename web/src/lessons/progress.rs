//! How far a reader is on the path, as a short text that a browser keeps.

/// One character a step: `-` not yet, else the prediction's digit while the step is open and its letter
/// (`a` for 0) once it is done.
pub const STEPS: usize = 6;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// Index of the choice.
    pub prediction: Option<u8>,
    pub done: bool,
}

pub type Progress = [Taken; STEPS];

#[must_use]
pub fn write(progress: &Progress) -> String {
    let one = |t: &Taken| match t.prediction {
        None => '-',
        Some(p) if t.done => char::from(b'a' + p),
        Some(p) => char::from(b'0' + p),
    };
    progress.iter().map(one).collect()
}

/// What is not understood counts as not yet: a kept text may be of another version, or anything.
#[must_use]
pub fn read(text: &str) -> Progress {
    let mut progress = Progress::default();
    for (taken, c) in progress.iter_mut().zip(text.bytes()) {
        *taken = match c {
            b'0'..=b'2' => Taken {
                prediction: Some(c - b'0'),
                done: false,
            },
            b'a'..=b'c' => Taken {
                prediction: Some(c - b'a'),
                done: true,
            },
            _ => Taken::default(),
        };
    }
    progress
}

/// The first step that is not done; the last when all are.
#[must_use]
pub fn next(progress: &Progress) -> usize {
    progress.iter().position(|t| !t.done).unwrap_or(STEPS - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let mut progress = Progress::default();
        progress[0] = Taken {
            prediction: Some(1),
            done: true,
        };
        progress[1].prediction = Some(2);
        assert_eq!(write(&progress), "b2----");
        assert_eq!(read("b2----"), progress);
        assert_eq!(next(&progress), 1);
    }

    #[test]
    fn nonsense_counts_as_not_yet() {
        assert_eq!(read("9z\u{1F600}!"), Progress::default());
        assert_eq!(read(""), Progress::default());
        assert_eq!(read("bbbbbbbbbbbb"), read("bbbbbb"));
        assert_eq!(next(&read("bbbbbb")), STEPS - 1);
    }
}
