//! Commands as people type them: words between spaces.

use crate::{Address, Answer, String, Vec};

/// The words of a command, taken one by one.
pub struct Words<'a>(core::str::SplitAsciiWhitespace<'a>);

impl<'a> Words<'a> {
    pub fn new(text: &'a str) -> Words<'a> {
        Words(text.split_ascii_whitespace())
    }

    /// The next word, or an empty one.
    pub fn word(&mut self) -> &'a str {
        self.0.next().unwrap_or("")
    }

    /// The next word as an address of 64 hex digits; `missing` says what is expected here.
    pub fn address(&mut self, missing: &'static str) -> Result<Address, &'static str> {
        let word = self.word();
        let digits = word.strip_prefix("0x").unwrap_or(word).as_bytes();
        if digits.len() != 64 {
            return Err(missing);
        }
        let mut address = [0; 32];
        for (byte, pair) in address.iter_mut().zip(digits.chunks(2)) {
            *byte = digit(pair[0]).ok_or(missing)? << 4 | digit(pair[1]).ok_or(missing)?;
        }
        Ok(address)
    }

    /// The next word as a number; `missing` says what is expected here.
    pub fn number(&mut self, missing: &'static str) -> Result<u128, &'static str> {
        let word = self.word();
        if word.is_empty() {
            return Err(missing);
        }
        let mut number: u128 = 0;
        for byte in word.bytes() {
            let digit = byte.wrapping_sub(b'0');
            if digit > 9 {
                return Err(missing);
            }
            number = number
                .checked_mul(10)
                .and_then(|n| n.checked_add(digit.into()))
                .ok_or("the number is too large")?;
        }
        Ok(number)
    }

    /// Nothing may follow.
    pub fn end(&mut self) -> Result<(), &'static str> {
        match self.0.next() {
            None => Ok(()),
            Some(_) => Err("the command has more words than it takes"),
        }
    }
}

fn digit(letter: u8) -> Option<u8> {
    match letter {
        b'0'..=b'9' => Some(letter - b'0'),
        b'a'..=b'f' => Some(letter - b'a' + 10),
        b'A'..=b'F' => Some(letter - b'A' + 10),
        _ => None,
    }
}

/// `number` in decimal. Rust's own formatting would double the size of a contract.
pub fn number(mut number: u128) -> String {
    let mut digits = Vec::new();
    loop {
        digits.push(b'0' + (number % 10) as u8);
        number /= 10;
        if number == 0 {
            break;
        }
    }
    digits.iter().rev().map(|d| *d as char).collect()
}

/// `address` as 64 hex digits.
pub fn address_text(address: &Address) -> String {
    address
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|digit| b"0123456789abcdef"[digit as usize] as char)
        .collect()
}

/// The answer of a call that has only a number to say.
pub fn text(n: u128) -> Answer {
    Ok(number(n).into_bytes())
}
