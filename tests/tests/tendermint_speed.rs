//! What one vote costs at the largest validator set:
//! `cargo test --release -p consensusforge-tests --test tendermint_speed -- --ignored --nocapture`.

use consensusforge_core::base::limits::MAX_VALIDATORS;
use consensusforge_core::consensus::proposer::{Rule, Schedule};
use consensusforge_core::consensus::tendermint::{INTERVAL_TIMER, Message, Tendermint};
use consensusforge_core::consensus::{Corruptible, Environment, Input, Protocol, Timer};
use consensusforge_core::types::{NodeId, Slot, ValidatorId};
use consensusforge_tests::one_node::*;
use std::time::Instant;

#[test]
#[ignore = "a measurement, for release builds"]
fn nanoseconds_a_message_at_128_validators() {
    const HEIGHTS: u64 = 40;
    let n = MAX_VALIDATORS as u16;
    let sets = validators(&vec![100; MAX_VALIDATORS]);
    let environment = Environment {
        proposers: Schedule::new(Rule::Priority),
        params: PARAMS,
        block_interval: BLOCK_INTERVAL,
    };
    let votes_for = Tendermint::VOTES_FOR.expect("there are votes");
    let mut states = vec![Tendermint::new(genesis(), &PARAMS); MAX_VALIDATORS];
    let mut inputs = 0u64;
    let mut spent = std::time::Duration::ZERO;
    let mut out = Vec::new();
    for height in 1..=HEIGHTS {
        let value = consensusforge_core::base::hash_of("test/block", &height);
        let context =
            |node: u16| environment.context(&sets, 0, NodeId(node), Some(ValidatorId(node)));
        let proposer = context(0).proposer(height, 0);
        let proposal = signed(
            proposer.0,
            Message::Proposal {
                height,
                round: 0,
                value,
                valid_round: None,
            },
        );
        let votes = votes_for(&proposal.message);
        let slot = Slot { height, round: 0 };
        let start = Input::Timer(Timer {
            kind: INTERVAL_TIMER,
            slot,
        });
        for node in 0..n {
            let state = &mut states[usize::from(node)];
            for input in [
                start.clone(),
                Input::Message(proposal.clone()),
                Input::Validated {
                    block: value,
                    valid: true,
                },
            ] {
                Tendermint::step(state, &context(node), input, &mut out);
            }
        }
        for vote in votes {
            // Own votes first, as at once; then everybody's at everybody, in a scattered order.
            let messages: Vec<_> = (0..n).map(|signer| signed(signer, vote)).collect();
            let mut pairs: Vec<(u16, u16)> = (0..n)
                .flat_map(|m| (0..n).map(move |node| (m, node)))
                .collect();
            let mut seed = height;
            for i in (1..pairs.len()).rev() {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                pairs.swap(i, (seed >> 33) as usize % (i + 1));
            }
            let inputs_now: Vec<_> = pairs
                .into_iter()
                .map(|(m, node)| (node, Input::Message(messages[usize::from(m)].clone())))
                .collect();
            inputs += inputs_now.len() as u64;
            let before = Instant::now();
            for (node, input) in inputs_now {
                let state = &mut states[usize::from(node)];
                Tendermint::step(state, &context(node), input, &mut out);
            }
            spent += before.elapsed();
            out.clear();
        }
    }
    let height = |s| Tendermint::status(s, &environment.context(&sets, 0, NodeId(0), None)).height;
    assert!(states.iter().all(|s| height(s) == HEIGHTS + 1));
    println!(
        "{} ns a message, {} messages a block",
        spent.as_nanos() / u128::from(inputs),
        inputs / HEIGHTS
    );
}
