//! Colours by meaning. What they look like is the style sheet's business, once a theme.

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Token {
    Ground,
    /// Every second height.
    Band,
    Header,
    Lifeline,
    Ink,
    Muted,
    Byzantine,
    Lost,
    /// Message kinds: colour-blind safe, never those of the verdicts.
    Kind0,
    Kind1,
    Kind2,
    Kind3,
    /// The block a height committed.
    Commit,
    /// A second one: the fork.
    Fork,
    Focus,
    /// A cut of the network.
    Cut,
}

impl Token {
    pub const ALL: [Token; 16] = [
        Token::Ground,
        Token::Band,
        Token::Header,
        Token::Lifeline,
        Token::Ink,
        Token::Muted,
        Token::Byzantine,
        Token::Lost,
        Token::Kind0,
        Token::Kind1,
        Token::Kind2,
        Token::Kind3,
        Token::Commit,
        Token::Fork,
        Token::Focus,
        Token::Cut,
    ];

    /// The style sheet's name for it.
    #[must_use]
    pub fn css(self) -> &'static str {
        match self {
            Token::Ground => "--chart-ground",
            Token::Band => "--chart-band",
            Token::Header => "--chart-header",
            Token::Lifeline => "--chart-lifeline",
            Token::Ink => "--ink",
            Token::Muted => "--ink-soft",
            Token::Byzantine => "--byzantine",
            Token::Lost => "--lost",
            Token::Kind0 => "--kind-0",
            Token::Kind1 => "--kind-1",
            Token::Kind2 => "--kind-2",
            Token::Kind3 => "--kind-3",
            Token::Commit => "--commit",
            Token::Fork => "--fork",
            Token::Focus => "--focus",
            Token::Cut => "--chart-cut",
        }
    }

    /// By index into the world's kinds.
    #[must_use]
    pub fn kind(index: u8) -> Token {
        [Token::Kind0, Token::Kind1, Token::Kind2, Token::Kind3][usize::from(index.min(3))]
    }
}

/// How a line is drawn: each message kind has its own, so that colour is never alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dash {
    Solid,
    Dashed,
    Dotted,
    LongDashed,
}

impl Dash {
    #[must_use]
    pub fn kind(index: u8) -> Dash {
        [Dash::Solid, Dash::Solid, Dash::Dashed, Dash::Dotted][usize::from(index.min(3))]
    }

    #[must_use]
    pub fn pattern(self) -> &'static [f64] {
        match self {
            Dash::Solid => &[],
            Dash::Dashed => &[6.0, 3.0],
            Dash::Dotted => &[1.5, 3.0],
            Dash::LongDashed => &[12.0, 4.0],
        }
    }
}
