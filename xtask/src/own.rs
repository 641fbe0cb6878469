//! What a function is called without the types it is made for.

/// `alloc::vec::Vec::push` of `<alloc[3ca5…]::vec::Vec<k256[0d1f…]::Scalar>>::push`: whose code it is, not
/// who wanted it. Names are Rust's of version 0, demangled; anything else stays as it is.
pub fn own(name: &str) -> String {
    own_path(&without_hashes(name))
}

/// Crates carry a hash of 16 digits, the first of which may be left out.
fn without_hashes(name: &str) -> String {
    let mut rest = name;
    let mut out = String::new();
    while let Some((before, after)) = rest.split_once('[') {
        out.push_str(before);
        let hash = after.split_once(']').filter(|(hash, _)| {
            (10..=16).contains(&hash.len()) && hash.bytes().all(|b| b.is_ascii_hexdigit())
        });
        rest = if let Some((_, after)) = hash {
            after
        } else {
            out.push('[');
            after
        };
    }
    out + rest
}

fn own_path(name: &str) -> String {
    let Some(end) = closing(name) else {
        return without_types(name);
    };
    let of = name[1..end].trim_start_matches(['&', '*', '[', '(']);
    let of = ["mut ", "const ", "dyn "]
        .iter()
        .fold(of, |of, word| of.trim_start_matches(word));
    let of = match top_level(of, " as ") {
        Some(at) => &of[..at],
        None => of,
    };
    own_path(of) + &without_types(&name[end + 1..])
}

/// Where the `>` is that closes the `<` in front.
fn closing(name: &str) -> Option<usize> {
    if !name.starts_with('<') {
        return None;
    }
    depths(name)
        .find(|(_, letter, depth)| *letter == '>' && *depth == 0)
        .map(|(at, _, _)| at)
}

fn top_level(name: &str, word: &str) -> Option<usize> {
    depths(name)
        .find(|(at, _, depth)| *depth == 0 && name[*at..].starts_with(word))
        .map(|(at, _, _)| at)
}

fn without_types(name: &str) -> String {
    let outside = depths(name).filter(|(_, letter, depth)| *depth == 0 && *letter != '>');
    outside.map(|(_, letter, _)| letter).collect()
}

/// Letters, where they stand, and how deep between `<` and `>` after each.
fn depths(name: &str) -> impl Iterator<Item = (usize, char, u32)> {
    let mut depth = 0_u32;
    let mut before = ' ';
    name.char_indices().map(move |(at, letter)| {
        match letter {
            '<' => depth += 1,
            // Of `->` it closes nothing.
            '>' if before != '-' => depth = depth.saturating_sub(1),
            _ => {}
        }
        before = letter;
        (at, letter, depth)
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn types_do_not_count() {
        for (name, own) in [
            ("core::mem::swap::<a::B<c::D>>", "core::mem::swap::"),
            ("<a::B>::c", "a::B::c"),
            (
                "<&mut a::B<c::D> as e::F<g::H>>::i::{closure#0}",
                "a::B::i::{closure#0}",
            ),
            ("<[a::B]>::c::<fn(d) -> e>", "a::B]::c::"),
            (
                "<<a::B<c>>::d::{closure#1} as e::F>::g",
                "a::B::d::{closure#1}::g",
            ),
            ("memcpy", "memcpy"),
            ("<[a[1d18cd8ccbc5f1a7]::B; 4]>::c::<d>", "a::B; 4]::c::"),
        ] {
            assert_eq!(super::own(name), own);
        }
    }
}
