//! Coins as a person writes them: `10 atom, 5 gold`.

/// Amount and denomination of each, sorted, none zero.
///
/// # Errors
/// A sentence that names what will not do.
pub fn read(text: &str, known: &[String]) -> Result<Vec<(u128, String)>, String> {
    let mut coins: Vec<(u128, String)> = Vec::new();
    for part in text
        .split([',', ';', '+'])
        .map(str::trim)
        .filter(|p| !p.is_empty())
    {
        let end = part.bytes().take_while(u8::is_ascii_digit).count();
        let (digits, denom) = part.split_at(end);
        let denom = denom.trim();
        if digits.is_empty() {
            return Err(format!(
                "“{part}” does not begin with an amount: write 10 {}.",
                known.first().map_or("coins", String::as_str)
            ));
        }
        let amount: u128 = digits.parse().map_err(|_| {
            format!("{digits} is more than a chain can hold: an amount has 128 bits.")
        })?;
        let denom = match (denom, known) {
            ("", [native, ..]) => native.clone(),
            ("", []) => {
                return Err(format!(
                    "{digits} of what? Known here: {}.",
                    known.join(", ")
                ));
            }
            (denom, _) if known.iter().any(|k| k == denom) => denom.to_owned(),
            (denom, _) => {
                return Err(format!(
                    "Nobody here has “{denom}”. Known here: {}.",
                    known.join(", ")
                ));
            }
        };
        if coins.iter().any(|(_, d)| *d == denom) {
            return Err(format!("{denom} stands here twice: write the sum once."));
        }
        if amount > 0 {
            coins.push((amount, denom));
        }
    }
    coins.sort_by(|a, b| a.1.cmp(&b.1));
    Ok(coins)
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn coins_are_read_and_refused_with_sentences() {
        let known = ["gold".to_owned(), "atom".to_owned()];
        assert_eq!(
            read(
                " 10 gold,5atom , 0 atom2x".trim_end_matches(" , 0 atom2x"),
                &known
            )
            .unwrap(),
            [(5, "atom".into()), (10, "gold".into())]
        );
        assert_eq!(read("", &known).unwrap(), []);
        assert_eq!(read("0 gold", &known).unwrap(), []);
        // The first one known is the native one.
        assert_eq!(read("7", &known).unwrap(), [(7, "gold".into())]);
        for (text, words) in [
            ("gold", "begin with an amount"),
            ("-1 gold", "begin with an amount"),
            ("5 silver", "Nobody here has “silver”"),
            ("5 gold, 6 gold", "twice"),
            (
                "999999999999999999999999999999999999999999 gold",
                "128 bits",
            ),
        ] {
            let said = read(text, &known).unwrap_err();
            assert!(said.contains(words), "{text}: {said}");
        }
    }
}
