//! Speed as ratios: a run against a bare loop of the same deliveries, signatures and verifications, in
//! one process and turn by turn, so that a slow or noisy machine changes both alike.

use consensusforge_core::base::{Hash, hash_of};
use consensusforge_core::session::Session;
use consensusforge_core::session::scenario::Scenario;
use consensusforge_core::session::scenario::model::{LatencySpec, ValidatorSpec, WorkloadSpec};
use consensusforge_core::session::view::LogQuery;
use consensusforge_core::types::{Keypair, PublicKey, Signable, Signed, ValidatorId};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;
use std::time::{Duration, Instant};

#[derive(borsh::BorshSerialize)]
struct Vote {
    kind: u8,
    height: u64,
    round: u32,
    value: Hash,
}

impl Signable for Vote {
    const DOMAIN: &'static str = "bench/vote";
}

/// One block as a bare loop: a proposal and two votes each, signed once, verified once, delivered to
/// everybody else through a binary heap, counted.
fn bare_block(keys: &[Keypair], public: &[PublicKey], chain: &Hash, height: u64) -> u64 {
    let n = keys.len();
    let mut queue: BinaryHeap<Reverse<(u64, u32, u16, u32)>> = BinaryHeap::new();
    let mut messages: Vec<Arc<Signed<Vote>>> = Vec::new();
    let mut counted = vec![[0u64; 3]; n];
    let mut sequence = 0;
    let mut deliveries = 0;
    let value = hash_of("bench/value", &height);
    for kind in 0..3u8 {
        let signers = if kind == 0 { 1 } else { n };
        for (signer, own) in keys.iter().enumerate().take(signers) {
            let vote = Vote {
                kind,
                height,
                round: 0,
                value,
            };
            messages.push(Signed::new(vote, ValidatorId(signer as u16), own, chain));
            for to in (0..n).filter(|to| *to != signer) {
                sequence += 1;
                queue.push(Reverse((
                    u64::from(kind) * 50_000,
                    sequence,
                    to as u16,
                    messages.len() as u32 - 1,
                )));
            }
        }
        while let Some(Reverse((_, _, to, message))) = queue.pop() {
            let signed = &messages[message as usize];
            assert!(signed.verify(&public[signed.signer.index()], chain, false));
            counted[usize::from(to)][usize::from(signed.message.kind)] += 1;
            deliveries += 1;
        }
    }
    assert!(counted.iter().all(|c| c[2] as usize >= n - 1));
    deliveries
}

fn scenario(n: usize) -> Scenario {
    let mut scenario = Scenario {
        validators: (0..n).map(|i| ValidatorSpec::numbered(i, 100)).collect(),
        workload: WorkloadSpec {
            tx_per_second: 0,
            accounts: 2,
        },
        ..Scenario::default()
    };
    scenario.network.latency = LatencySpec::Constant { us: 10_000 };
    scenario.protocol.block_interval_us = 70_000;
    scenario
}

/// Filters and searches of the log over a full window of records.
fn log() {
    let mut session = Session::open(scenario(4)).expect("possible");
    while session.trace_end() < 1_000_000 {
        session.advance(u64::MAX / 4, 100_000);
    }
    println!("\nlog of 1,000,000 records       ms      found");
    let block = session.decisions_since(900_000)[0].block[..10].to_owned();
    let text = |text: &str| LogQuery {
        text: text.to_owned(),
        ..LogQuery::default()
    };
    let queries = [
        ("everything", LogQuery::default()),
        (
            "one kind of message",
            LogQuery {
                kind: Some(1),
                ..LogQuery::default()
            },
        ),
        (
            "one validator",
            LogQuery {
                node: Some(2),
                ..LogQuery::default()
            },
        ),
        (
            "ten heights",
            LogQuery {
                from_height: 100,
                to_height: 109,
                ..LogQuery::default()
            },
        ),
        ("search: precommit v2", text("precommit v2")),
        ("search: a block", text(&block)),
        ("search: four words", text("delivered prevote v1 12")),
    ];
    for (name, query) in queries {
        let start = Instant::now();
        let index = session.search(query);
        let took = start.elapsed().as_secs_f64() * 1e3;
        println!("{name:<26} {took:>8.1}   {:>8}", index.len());
    }
}

fn main() {
    log();
    println!("\nvalidators   run ms/block   bare ms/block   ratio   simulated/real");
    for n in [4usize, 16, 64, 128] {
        let keys: Vec<Keypair> = (0..n as u8)
            .map(|i| Keypair::from_secret([i; 32]))
            .collect();
        let public: Vec<PublicKey> = keys.iter().map(Keypair::public).collect();
        let chain = Hash::ZERO;
        let mut session = Session::open(scenario(n)).expect("possible");
        session.advance(1_000_000, u64::MAX);
        let (mut ours, mut bare) = (Duration::ZERO, Duration::ZERO);
        let (mut blocks, mut simulated) = (0, 0);
        let turns = (400 / n as u64).max(10);
        for turn in 0..turns {
            let (height, from) = (session.frame().metrics.height, session.frame().now_us);
            let start = Instant::now();
            session.advance(from + 500_000, u64::MAX);
            ours += start.elapsed();
            simulated += 500_000;
            let made = session.frame().metrics.height - height;
            blocks += made;
            let start = Instant::now();
            for b in 0..made {
                bare_block(&keys, &public, &chain, turn * 1_000 + b);
            }
            bare += start.elapsed();
        }
        let per = |d: Duration| d.as_secs_f64() * 1e3 / blocks as f64;
        println!(
            "{n:>10}   {:>12.2}   {:>13.2}   {:>5.2}   {:>14.1}",
            per(ours),
            per(bare),
            ours.as_secs_f64() / bare.as_secs_f64(),
            simulated as f64 / 1e6 / ours.as_secs_f64()
        );
    }
}
