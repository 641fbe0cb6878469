//! How a run came to break a property, in words.

use super::property::{Broken, Property};
use super::run::{Ending, Judged, run};
use crate::base::limits::MAX_TRIAL_EVENTS;
use crate::model::Scenario;
use crate::session::Session;
use crate::session::view::{Problem, Story};
use crate::world::simulate;

/// Runs `scenario` until it breaks the property, and tells how that came about. Where it breaks nothing but stands still
/// at its end, it tells why; `None` when there is nothing to explain.
///
/// # Errors
/// A sentence, when the scenario cannot run or its end is not reached.
pub fn explain(
    scenario: Scenario,
    judged: &Judged,
) -> Result<Option<(Option<Broken>, Story)>, Problem> {
    let outcome = run(simulate, judged, scenario)?;
    let mut session = Session::open(outcome.scenario)?;
    while !session.seek_step(outcome.steps, u64::MAX).reached {}
    let broken = match outcome.ending {
        Ending::Broken(broken) => broken,
        Ending::Holds => {
            session.run_to(judged.end_us);
            return Ok(session.story().map(|story| (None, story)));
        }
        Ending::TooLong => {
            return Err(Problem::new(format!(
                "nothing has gone wrong after {MAX_TRIAL_EVENTS} events, the most a trial may have: give it an earlier end"
            )));
        }
    };
    let story = match &judged.property {
        Property::Safety | Property::Agreement | Property::Validity | Property::Roots => {
            session.story()
        }
        Property::Progress { .. }
        | Property::Rounds { .. }
        | Property::Decided { .. }
        | Property::Included { .. } => session.waiting_story(Some(&broken.sentence)),
    };
    Ok(story.map(|story| (Some(broken), story)))
}
