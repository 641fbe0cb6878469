//! `link`: a scenario as a link.

use crate::failure::{Exit, Failure, Outcome};
use crate::{output, source};
use consensusforge_core::scenario::{codec, validate};

/// Print the link that carries a scenario: what goes behind `#` in the page's address
#[derive(clap::Args)]
pub struct Link {
    /// A file, `-`, a link, or `preset:ID`
    scenario: String,
    /// Address of the page, to put in front
    #[arg(long)]
    page: Option<String>,
}

impl Link {
    pub fn run(self) -> Outcome {
        let document = source::document(&self.scenario)?;
        validate(&document.scenario)?;
        let link = codec::write_link(&document);
        if let Some(warning) = &link.warning {
            if link.fragment.is_empty() {
                return Err(Failure::input(warning));
            }
            eprintln!("consensusforge: {warning}");
        }
        match self.page {
            Some(page) => {
                let page = page.split('#').next().unwrap_or_default();
                output::print(&format!("{page}#{}\n", link.fragment))?;
            }
            None => output::print(&format!("{}\n", link.fragment))?,
        }
        Ok(Exit::Fine)
    }
}
