//! Several byte strings in one: each is followed by its length, four bytes big endian, so that they are
//! read from the end.

/// The strings one after another.
#[must_use]
pub fn encode(sections: &[&[u8]]) -> Vec<u8> {
    let mut out = Vec::with_capacity(sections.iter().map(|s| s.len().saturating_add(4)).sum());
    for section in sections {
        out.extend_from_slice(section);
        // No section comes near 4 GiB: regions are limited long before.
        let length = u32::try_from(section.len()).unwrap_or(u32::MAX);
        out.extend_from_slice(&length.to_be_bytes());
    }
    out
}

/// The strings again.
///
/// # Errors
/// What is wrong, to stand after the name of what was read.
pub fn decode(mut data: &[u8]) -> Result<Vec<&[u8]>, &'static str> {
    let mut sections = Vec::new();
    while let Some((rest, length)) = data.split_last_chunk::<4>() {
        let length = u32::from_be_bytes(*length) as usize;
        let start = rest
            .len()
            .checked_sub(length)
            .ok_or("a section is longer than what holds it")?;
        let (before, section) = rest.split_at(start);
        sections.push(section);
        data = before;
    }
    if !data.is_empty() {
        return Err("there are bytes outside of any section");
    }
    sections.reverse();
    Ok(sections)
}
