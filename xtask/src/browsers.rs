//! The tests that drive real browsers: tests/browser, run by Node, against the page in dist/.

use crate::run::{self, run};
use crate::{catalogue, install, page};
use anyhow::{Result, bail};
use std::path::{Path, PathBuf};

#[derive(clap::Args)]
pub struct Browser {
    /// Test the page that is in dist/ already instead of building it first
    #[arg(long)]
    no_build: bool,
    /// One browser only: chromium or firefox
    #[arg(long, value_parser = KINDS.map(|kind| kind.name))]
    only: Option<String>,
    /// Test files, by name (default: all)
    files: Vec<String>,
}

/// A kind of browser and where to look for it.
struct Kind {
    name: &'static str,
    variable: &'static str,
    programs: &'static [&'static str],
    package: &'static str,
}

const KINDS: [Kind; 2] = [
    Kind {
        name: "chromium",
        variable: "CHROME",
        programs: &[
            "/usr/bin/chromium",
            "chromium",
            "chromium-browser",
            "google-chrome",
            "google-chrome-stable",
        ],
        package: "chromium",
    },
    Kind {
        name: "firefox",
        variable: "FIREFOX",
        programs: &["/usr/bin/firefox-esr", "firefox-esr", "firefox"],
        package: "firefox-esr",
    },
];

pub fn browser(arguments: &Browser) -> Result<()> {
    if !arguments.no_build {
        page::release()?;
    }
    test(arguments.only.as_deref(), &arguments.files)
}

/// Figures of the page in Chromium, printed.
pub fn measure() -> Result<()> {
    page::release()?;
    catalogue::build()?;
    let root = run::root();
    let folder = root.join("tests/browser");
    install::node()?;
    packages(&folder, "puppeteer-core drives the browsers")?;
    let mut node = run::command("node", &["run.mjs", "speed"]);
    node.current_dir(folder)
        .env("MEASURE", "1")
        .env("CHROME", KINDS[0].find()?)
        .env_remove("FIREFOX");
    run(&mut node)
}

/// All browser tests against the page in dist/.
pub fn all() -> Result<()> {
    test(None, &[])
}

fn test(only: Option<&str>, files: &[String]) -> Result<()> {
    let root = run::root();
    if !root.join("dist/index.html").exists() {
        bail!("there is no page in dist/ to test; build it first: cargo xtask build");
    }
    catalogue::build()?;
    let folder = root.join("tests/browser");
    install::node()?;
    packages(&folder, "puppeteer-core drives the browsers")?;
    // run.mjs tests the browsers it is given.
    let mut node = run::command("node", &["run.mjs"]);
    node.current_dir(folder).args(files);
    for kind in &KINDS {
        if only.is_none_or(|only| only == kind.name) {
            node.env(kind.variable, kind.find()?);
        } else {
            node.env_remove(kind.variable);
        }
    }
    run(&mut node)
}

/// What package-lock.json in `folder` names, unless it is there already; `why` says what it is for.
pub fn packages(folder: &Path, why: &str) -> Result<()> {
    // npm writes this file last, so a newer lock file means that something is missing.
    let installed = folder
        .join("node_modules/.package-lock.json")
        .metadata()
        .and_then(|m| m.modified());
    let wanted = folder.join("package-lock.json").metadata()?.modified()?;
    if installed.is_ok_and(|installed| installed >= wanted) {
        return Ok(());
    }
    println!(
        "Installing what {} names with npm: {why}.",
        folder.join("package-lock.json").display()
    );
    run(run::command("npm", &["ci", "--no-audit", "--no-fund"]).current_dir(folder))
}

impl Kind {
    fn find(&self) -> Result<PathBuf> {
        if let Some(path) = std::env::var_os(self.variable) {
            let path = PathBuf::from(path);
            if run::version(&path.to_string_lossy()).is_none() {
                bail!(
                    "{} names {}, which does not start",
                    self.variable,
                    path.display()
                );
            }
            return Ok(path);
        }
        if let Some(found) = self.installed() {
            return Ok(found);
        }
        install::apt(&[self.package], "the page is tested in it").map_err(|error| {
            error.context(format!(
                "no {} found; {}= can name one",
                self.name, self.variable
            ))
        })?;
        match self.installed() {
            Some(found) => Ok(found),
            None => bail!("{} was installed, but does not start", self.package),
        }
    }

    fn installed(&self) -> Option<PathBuf> {
        self.programs
            .iter()
            .find(|program| run::version(program).is_some())
            .map(|found| found.into())
    }
}
