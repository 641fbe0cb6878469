//! Plain text in columns.

/// Lays out `rows` under `head`; columns of numbers, with or without a unit, are aligned to the
/// right.
pub fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        let widest = cells.map(|c| c.chars().count()).max().unwrap_or(0);
        widest.max(head[column].chars().count())
    };
    let number = |column: usize| {
        !rows.is_empty()
            && rows
                .iter()
                .filter_map(|row| row.get(column))
                .all(|c| is_number(c))
    };
    let columns: Vec<(usize, bool)> = (0..head.len()).map(|c| (width(c), number(c))).collect();
    let line = |cells: &mut dyn Iterator<Item = &str>| {
        let laid: Vec<String> = cells
            .zip(&columns)
            .map(|(cell, (width, right))| {
                if *right {
                    format!("{cell:>width$}")
                } else {
                    format!("{cell:<width$}")
                }
            })
            .collect();
        laid.join("  ").trim_end().to_owned() + "\n"
    };
    let mut text = line(&mut head.iter().copied());
    for row in rows {
        text += &line(&mut row.iter().map(String::as_str));
    }
    text
}

/// `12`, `0.5 s`, `66.75 %`; `-` where there is none.
fn is_number(cell: &str) -> bool {
    if cell == "-" {
        return true;
    }
    let (number, unit) = cell.split_once(' ').unwrap_or((cell, ""));
    number.starts_with(|c: char| c.is_ascii_digit())
        && number.bytes().all(|b| b.is_ascii_digit() || b == b'.')
        && matches!(unit, "" | "s" | "%")
}

/// Microseconds as seconds.
pub fn seconds(us: u64) -> String {
    format!("{}.{:06} s", us / 1_000_000, us % 1_000_000)
}

#[cfg(test)]
mod tests {
    #[test]
    fn columns_line_up() {
        let rows = vec![
            vec!["v1".into(), "5".into()],
            vec!["longer".into(), "1000".into()],
        ];
        assert_eq!(
            super::table(&["name", "stake"], &rows),
            "name    stake\nv1          5\nlonger   1000\n"
        );
    }

    #[test]
    fn microseconds_read_as_seconds() {
        assert_eq!(super::seconds(1_500_000), "1.500000 s");
    }
}
