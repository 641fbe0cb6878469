//! What an input brings about.

use super::message::Message;
use super::pacemaker::{VIEW_TIMER, enter, time_out};
use super::receive::receive;
use super::settle::{catch_up, decide, restart};
use super::state::{Effects, State, Surroundings, Validity};
use super::tips;
use super::views::{build, propose, vote};
use crate::consensus::{Input, Message as _};

/// What follows from `input`, until no rule has anything more to do.
pub fn step(state: &mut State, around: &Surroundings, input: Input<Message>, out: &mut Effects) {
    match input {
        Input::Start => enter(state, around, 1, None, out),
        Input::Message(signed) => receive(state, around, &signed, out),
        Input::Timer(timer) if timer.kind == VIEW_TIMER => {
            if timer.slot.round == state.view {
                time_out(state, around, out);
            }
        }
        // The pause is over: propose, below.
        Input::Timer(_) => {}
        Input::Built { slot, block } => propose(state, slot.round, block, out),
        Input::Validated { block, valid } => {
            for (signed, validity) in state.views.values_mut().flat_map(|v| &mut v.proposals) {
                if signed.message.attachment() == Some(block) && *validity == Validity::Asked {
                    *validity = Validity::Told(valid);
                }
            }
            if state.judged == Some((block, Validity::Asked)) {
                state.judged = Some((block, Validity::Told(valid)));
            }
        }
        Input::Fetched { block } => {
            state.bodies.insert(block);
        }
        Input::Certificate { blocks, proof, .. } => {
            catch_up(state, around, &blocks, &proof, out);
        }
        Input::Restarted => restart(state, around, out),
    }
    decide(state, around, out);
    tips::answer(state, around, out);
    build(state, around, out);
    vote(state, around, out);
}
