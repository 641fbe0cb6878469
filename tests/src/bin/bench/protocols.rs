//! Every protocol against a bare loop of its own deliveries and signatures, turn by turn.

use super::{Calendar, Vote, validators};
use consensusforge_core::base::{Hash, hash_of};
use consensusforge_core::session::Session;
use consensusforge_core::session::protocols::protocols;
use consensusforge_core::session::scenario::Scenario;
use consensusforge_core::session::scenario::model::{LatencySpec, ValidatorSpec, WorkloadSpec};
use consensusforge_core::types::{Keypair, PublicKey, Signed, ValidatorId};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// One way, in microseconds.
const DELAY: u64 = 10_000;
/// A turn of the run, simulated microseconds, and how many there are.
const TURN: u64 = 500_000;
const TURNS: u64 = 6;

/// Messages signed, and copies of them delivered: what a turn is compared by.
#[derive(Clone, Copy)]
struct Work {
    messages: u64,
    copies: u64,
    height: u64,
}

fn work(session: &Session) -> Work {
    let metrics = session.frame().metrics;
    Work {
        messages: metrics.signed,
        copies: metrics.delivered,
        height: metrics.height,
    }
}

/// Signs so many messages, delivers so many copies through a calendar, each verified (the first time in full, as
/// the validators of a process share that) and counted.
fn bare(keys: &[Keypair], public: &[PublicKey], turn: u64, messages: u64, copies: u64) {
    let chain = Hash::ZERO;
    let n = keys.len() as u64;
    let mut queue = Calendar::default();
    let mut signed: Vec<Arc<Signed<Vote>>> = Vec::new();
    let mut counted = vec![[0u64; 3]; keys.len()];
    let mut sequence = 0;
    for message in 0..messages {
        let vote = Vote {
            kind: (message % 3) as u8,
            height: turn,
            round: message as u32,
            value: hash_of("bench/value", &turn),
        };
        let signer = message % n;
        let key = &keys[signer as usize];
        signed.push(Signed::new(vote, ValidatorId(signer as u16), key, &chain));
        // As many copies each, the rest with the first.
        let each = copies / messages + u64::from(message < copies % messages);
        for to in 0..each {
            sequence += 1;
            queue.push((DELAY, sequence, (to % n) as u16, message as u32));
        }
        // A wave is delivered before the next one leaves, as in a run.
        if message % n == n - 1 || message + 1 == messages {
            while let Some((_, _, to, message)) = queue.pop() {
                let one = &signed[message as usize];
                assert!(one.verify(&public[one.signer.index()], &chain, false));
                counted[usize::from(to)][usize::from(one.message.kind)] += 1;
            }
            queue = Calendar::default();
        }
    }
    let arrived: u64 = counted.iter().flatten().sum();
    assert_eq!(arrived, copies);
}

/// Prints a row for each protocol and number of validators.
pub fn table() {
    println!(
        "\nconstant latency, against a bare loop of the protocol's own copies and signatures\n\
         protocol           validators   run ms/block   bare ms/block   ratio   copies/block"
    );
    for protocol in protocols() {
        for n in [64usize, 128] {
            let (keys, public) = validators(n);
            let mut scenario = Scenario {
                validators: (0..n).map(|i| ValidatorSpec::numbered(i, 100)).collect(),
                workload: WorkloadSpec {
                    tx_per_second: 0,
                    accounts: 2,
                },
                ..Scenario::default()
            };
            scenario.protocol.name = protocol.name.to_owned();
            scenario.network.latency = LatencySpec::Constant { us: DELAY };
            let mut session = Session::open(scenario).expect("possible");
            session.run_to(TURN);
            let start = work(&session);
            let (mut ours, mut loops) = (Duration::ZERO, Duration::ZERO);
            let mut before = start;
            for turn in 1..=TURNS {
                let clock = Instant::now();
                session.run_to(TURN * (turn + 1));
                ours += clock.elapsed();
                let now = work(&session);
                let (messages, copies) =
                    (now.messages - before.messages, now.copies - before.copies);
                let clock = Instant::now();
                bare(&keys, &public, turn, messages, copies);
                loops += clock.elapsed();
                before = now;
            }
            let blocks = (before.height - start.height).max(1) as f64;
            let per = |d: Duration| d.as_secs_f64() * 1e3 / blocks;
            println!(
                "{:<18} {n:>10}   {:>12.2}   {:>13.2}   {:>5.2}   {:>12.0}",
                protocol.name,
                per(ours),
                per(loops),
                ours.as_secs_f64() / loops.as_secs_f64(),
                (before.copies - start.copies) as f64 / blocks
            );
        }
    }
}
