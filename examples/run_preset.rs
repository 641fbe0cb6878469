//! Runs a scenario for thirty simulated seconds and prints what the monitors found.
//!
//! ```sh
//! cargo run --example run_preset           # the attack in which liars fork the chain
//! cargo run --example run_preset -- happy  # any name from `consensusforge presets`
//! ```

use consensusforge_core::base::SECOND;
use consensusforge_core::scenario::presets;
use consensusforge_core::session::Session;
use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let id = std::env::args().nth(1).unwrap_or_else(|| "fork".into());
    let preset = presets::find(&id).ok_or_else(|| format!("there is no preset '{id}'"))?;

    let mut session = Session::open(preset.scenario)?;
    session.run_to(30 * SECOND);

    // A frame is a snapshot: verdicts, figures and the state of every validator at this instant.
    let frame = session.frame();
    println!("{}", preset.title);
    for verdict in &frame.verdicts {
        println!(
            "  {:<12} {:?}: {}",
            verdict.monitor, verdict.kind, verdict.sentence
        );
    }
    println!(
        "  height {} after {} events",
        frame.metrics.height, frame.steps
    );
    // The same scenario ends in this digest on every machine.
    println!("  digest {}", frame.digest);
    Ok(())
}
