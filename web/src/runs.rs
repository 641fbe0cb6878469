//! The runs that were shown before, as the browser keeps them from one visit to the next: a link each.

/// Runs kept; the oldest goes first.
const MOST: usize = 20;

/// A run as one left it.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptRun {
    /// What the browser's history names it by.
    pub id: String,
    pub title: String,
    /// To its beginning, with everything done in it; empty where no link can hold it.
    pub link: String,
    /// Where one stood.
    pub at_us: u64,
    pub plays: bool,
    /// Simulated seconds a real second; none: as fast as possible.
    pub speed: Option<f64>,
    /// Changes made while it ran.
    pub commands: u32,
}

/// Puts a run first, in place of the one it was before: the same id, or the same run opened again.
pub fn remember(runs: &mut Vec<KeptRun>, run: KeptRun) {
    runs.retain(|r| r.id != run.id && (r.link.is_empty() || r.link != run.link));
    runs.insert(0, run);
    runs.truncate(MOST);
}

/// A line each, for the browser's storage.
#[must_use]
pub fn write(runs: &[KeptRun]) -> String {
    runs.iter().map(|r| line(r) + "\n").collect()
}

fn line(run: &KeptRun) -> String {
    let speed = run.speed.map_or("max".into(), |s| s.to_string());
    // A title comes from a file or link: it must not end a field or a line.
    let title: String = run
        .title
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    [
        run.id.as_str(),
        &title,
        &run.link,
        &run.at_us.to_string(),
        if run.plays { "plays" } else { "paused" },
        &speed,
        &run.commands.to_string(),
    ]
    .join("\t")
}

/// What [`write()`] wrote; lines that are none of ours are passed over, as another version may have written
/// them.
#[must_use]
pub fn read(text: &str) -> Vec<KeptRun> {
    text.lines().filter_map(run_of).take(MOST).collect()
}

fn run_of(line: &str) -> Option<KeptRun> {
    let mut fields = line.split('\t');
    let mut next = || fields.next();
    Some(KeptRun {
        id: next()?.to_owned(),
        title: next()?.to_owned(),
        link: next()?.to_owned(),
        at_us: next()?.parse().ok()?,
        plays: next()? == "plays",
        speed: match next()? {
            "max" => None,
            speed => Some(speed.parse().ok().filter(|s: &f64| *s > 0.0)?),
        },
        commands: next()?.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(id: &str, link: &str) -> KeptRun {
        KeptRun {
            id: id.into(),
            title: format!("run {id}"),
            link: link.into(),
            at_us: 1_250_000,
            plays: false,
            speed: Some(0.3),
            commands: 2,
        }
    }

    #[test]
    fn what_was_written_is_read_again_and_foreign_lines_are_passed_over() {
        let mut odd = run("b", "");
        odd.speed = None;
        odd.title = "two\tfields\nand a line".into();
        let text = write(&[run("a", "v2.x"), odd.clone()]) + "what is this\n\n";
        odd.title = "two fields and a line".into();
        assert_eq!(read(&text), [run("a", "v2.x"), odd]);
    }

    #[test]
    fn the_newest_is_first_and_a_run_is_kept_once() {
        let mut runs = Vec::new();
        for id in ["a", "b", "c"] {
            remember(&mut runs, run(id, id));
        }
        remember(&mut runs, run("a", "a, with a change"));
        remember(&mut runs, run("d", "b"));
        let ids: Vec<&str> = runs.iter().map(|r| r.id.as_str()).collect();
        assert_eq!(ids, ["d", "a", "c"]);
        // Runs without a link are different runs.
        remember(&mut runs, run("e", ""));
        remember(&mut runs, run("f", ""));
        assert_eq!(runs.len(), 5);
        for k in 0..100 {
            remember(&mut runs, run(&k.to_string(), &k.to_string()));
        }
        assert_eq!((runs.len(), runs[0].id.as_str()), (MOST, "99"));
    }
}
