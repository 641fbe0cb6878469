//! Speed as ratios: a run against a bare loop of the same deliveries, signatures and verifications, in
//! one process and turn by turn, so that a slow or noisy machine changes both alike.

mod protocols;

use consensusforge_catalogue::large;
use consensusforge_catalogue::speed::{Blocks, Transfers, burn, verdict};
use consensusforge_core::base::limits::MAX_WASM_BYTES;
use consensusforge_core::base::{Hash, hash_of};
use consensusforge_core::session::Session;
use consensusforge_core::session::scenario::Scenario;
use consensusforge_core::session::scenario::model::{
    Command, ExecutionSpec, InputSpec, LatencySpec, SubmitSpec, ValidatorSpec, WorkloadSpec,
};
use consensusforge_core::session::view::LogQuery;
use consensusforge_core::types::{Keypair, PublicKey, Signable, Signed, ValidatorId};
use std::cmp::Reverse;
use std::process::Command as Process;
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

/// A calendar: copies by the 256 microseconds they are due in, those of one page in order. Nothing is put in before
/// what was taken out.
#[derive(Default)]
struct Calendar {
    pages: Vec<Vec<(u64, u32, u16, u32)>>,
    /// The page that is being taken out, the last first.
    open: Vec<(u64, u32, u16, u32)>,
    next: usize,
}

impl Calendar {
    fn push(&mut self, copy: (u64, u32, u16, u32)) {
        let page = (copy.0 >> 8) as usize;
        if page >= self.pages.len() {
            self.pages.resize_with(page + 1, Vec::new);
        }
        self.pages[page].push(copy);
    }

    fn pop(&mut self) -> Option<(u64, u32, u16, u32)> {
        while self.open.is_empty() {
            self.open = std::mem::take(self.pages.get_mut(self.next)?);
            self.open
                .sort_unstable_by_key(|copy| Reverse((copy.0, copy.1)));
            self.next += 1;
        }
        self.open.pop()
    }
}

/// How long copies are on their way.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Net {
    /// Always the same, so that many arrive together.
    Constant,
    /// The network of a new scenario: 40 to 60 ms, no two together.
    Default,
}

/// One block as a bare loop: a proposal and two votes each, signed once, verified once, delivered to
/// everybody else through a calendar, counted.
fn bare_block(keys: &[Keypair], public: &[PublicKey], chain: &Hash, height: u64, net: Net) -> u64 {
    let n = keys.len();
    let mut queue = Calendar::default();
    let mut messages: Vec<Arc<Signed<Vote>>> = Vec::new();
    let mut counted = vec![[0u64; 3]; n];
    let mut sequence = 0;
    let mut deliveries = 0;
    let mut random = height.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
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
                let delay = match net {
                    Net::Constant => 50_000,
                    Net::Default => {
                        random ^= random << 13;
                        random ^= random >> 7;
                        random ^= random << 17;
                        40_000 + random % 20_001
                    }
                };
                let at = u64::from(kind) * 60_000 + delay;
                queue.push((at, sequence, to as u16, messages.len() as u32 - 1));
            }
        }
        while let Some((_, _, to, message)) = queue.pop() {
            let signed = &messages[message as usize];
            assert!(signed.verify(&public[signed.signer.index()], chain, false));
            counted[usize::from(to)][usize::from(signed.message.kind)] += 1;
            deliveries += 1;
        }
    }
    assert!(counted.iter().all(|c| c[2] as usize >= n - 1));
    deliveries
}

fn scenario(n: usize, net: Net) -> Scenario {
    let mut scenario = Scenario {
        validators: (0..n).map(|i| ValidatorSpec::numbered(i, 100)).collect(),
        workload: WorkloadSpec {
            tx_per_second: 0,
            accounts: 2,
        },
        ..Scenario::default()
    };
    if net == Net::Constant {
        scenario.network.latency = LatencySpec::Constant { us: 10_000 };
        scenario.protocol.block_interval_us = 70_000;
    }
    scenario
}

/// Filters and searches of the log over a full window of records.
fn log() {
    let mut session = Session::open(scenario(4, Net::Constant)).expect("possible");
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

/// Bytes this process holds now, where the system says so.
fn resident() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix("VmRSS:"));
    let kib = line.and_then(|l| l.split_whitespace().next()?.parse::<f64>().ok());
    kib.unwrap_or(0.0) * 1_024.0
}

/// Seeks to random targets up to a million deliveries back, and what the way back costs.
fn seek() {
    let n = 128;
    let mut session = Session::open(Scenario {
        validators: (0..n).map(|i| ValidatorSpec::numbered(i, 100)).collect(),
        ..Scenario::default()
    })
    .expect("possible");
    let start = Instant::now();
    while session.expected().steps < 1_400_000 {
        session.advance(u64::MAX / 4, 20_000);
    }
    let ran = start.elapsed().as_secs_f64();
    let end = session.expected();
    let made = session.checkpoints();
    println!(
        "\nseek, {n} validators: {} events in {ran:.1} s, {} checkpoints",
        end.steps,
        made.len(),
    );
    println!("signatures: {:?}", session.signature_work());
    let start = Instant::now();
    let forks: Vec<Session> = (0..8).map(|_| session.fork()).collect();
    let each = start.elapsed().as_secs_f64() * 1e3 / 8.0;
    drop(forks);
    println!("a checkpoint is copied in {each:.2} ms");
    let mut took = Vec::new();
    let mut replayed = Vec::new();
    let mut random = 1u64;
    for _ in 0..60 {
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let target = end.steps - (random >> 33) % 1_000_000;
        let start = Instant::now();
        while !session.seek_step(target, 20_000).reached {}
        took.push(start.elapsed().as_secs_f64() * 1e3);
        replayed.push(target - made.iter().rev().find(|c| **c <= target).unwrap_or(&0));
    }
    took.sort_by(f64::total_cmp);
    replayed.sort_unstable();
    println!(
        "ms: p50 {:.1}, p95 {:.1}, max {:.1}; events after a checkpoint: p50 {}, p95 {}",
        took[30], took[57], took[59], replayed[30], replayed[57]
    );
    println!("signatures: {:?}", session.signature_work());
    while !session.seek_step(end.steps, 20_000).reached {}
    assert_eq!(session.expected(), end);
}

/// What ten minutes of 64 validators keep in memory.
fn memory() {
    let mut session = Session::open(Scenario {
        validators: (0..64).map(|i| ValidatorSpec::numbered(i, 100)).collect(),
        ..Scenario::default()
    })
    .expect("possible");
    let start = Instant::now();
    let mut most = 0.0f64;
    while !session.advance(600_000_000, 20_000).reached {
        most = most.max(resident());
    }
    println!(
        "\nten minutes, 64 validators: {} events in {:.1} s, at most {:.0} MB in the process, {} checkpoints",
        session.expected().steps,
        start.elapsed().as_secs_f64(),
        most / 1e6,
        session.checkpoints().len()
    );
}

/// A module of 3 MB is in memory once, however many validators execute it. Each figure is a process of its
/// own: freed memory is not given back.
fn modules() {
    let of = |validators: usize, used: bool| -> f64 {
        let program = std::env::current_exe().expect("running");
        let argument = format!("module={validators},{used}");
        let said = std::process::Command::new(program).arg(argument).output();
        let said = String::from_utf8(said.expect("it runs").stdout).expect("a number");
        said.trim().parse().expect("a number")
    };
    let [few, many] = [4, 64].map(|validators| of(validators, true) - of(validators, false));
    println!(
        "a module of 3 MB, stored, made and called: {:.0} MB more for 4 validators, {:.0} MB for 64",
        few / 1e6,
        many / 1e6
    );
}

/// Prints the bytes of a process in which so many validators execute, or not, a module of 3 MB.
fn module(validators: usize, used: bool) {
    let mut scenario = Scenario {
        validators: (0..validators)
            .map(|i| ValidatorSpec::numbered(i, 100))
            .collect(),
        ..Scenario::default()
    };
    scenario.execution.block_gas = 200_000_000;
    let mut session = Session::open(scenario).expect("possible");
    let wasm = large::module(MAX_WASM_BYTES);
    for second in 1..=2 {
        if used && second == 1 {
            session.add_contract("large", &wasm).expect("admitted");
            let action = SubmitSpec::Deploy {
                contract: "large".into(),
                input: InputSpec::Text("{}".into()),
            };
            let gas_limit = session.gas_limit(Some("large")).expect("it fits");
            let command = Command::Submit {
                from: 0,
                action,
                gas_limit,
            };
            session.apply(command).expect("possible");
        }
        session.run_to(second * 3_000_000);
    }
    assert_eq!(session.receipts().len(), usize::from(used));
    println!("{}", resident());
}

/// The fastest of some turns, in milliseconds: others only say what else the machine had to do.
fn fastest<T>(turns: u32, mut work: impl FnMut() -> T) -> f64 {
    let each = (0..turns).map(|_| {
        let start = Instant::now();
        drop(work());
        start.elapsed().as_secs_f64() * 1e3
    });
    each.fold(f64::INFINITY, f64::min)
}

/// Contracts: against the interpreter alone, for many validators, verdicts, full blocks.
fn contracts() {
    let mut transfers = Transfers::new();
    // SpendingCheck about, so that both meet the same machine.
    let (mut engine, mut bare) = (f64::INFINITY, f64::INFINITY);
    for _ in 0..20 {
        engine = engine.min(fastest(1, || (0..50).for_each(|_| transfers.engine())) / 50.0);
        bare = bare.min(fastest(1, || (0..50).for_each(|_| transfers.bare())) / 50.0);
    }
    println!(
        "\ncw20 transfer: {engine:.3} ms, by the interpreter alone {bare:.3} ms, ratio {:.2} (aim 1.3)",
        engine / bare
    );
    let blocks = Blocks::new();
    let once = fastest(10, || blocks.execute(1, false));
    let shared = fastest(10, || blocks.execute(20, false));
    let everywhere = fastest(2, || blocks.execute(20, true));
    assert_eq!(blocks.execute(20, true), blocks.execute(1, false));
    println!(
        "block of 50 transfers: 1 validator {once:.1} ms, 20 sharing {shared:.1} ms, ratio {:.2} (aim 1.1); 20 each by itself {everywhere:.1} ms, the same root",
        shared / once
    );
    println!(
        "verdict: 300 kB {:.1} ms (aim 150), 3 MB {:.1} ms (aim 1,000)",
        fastest(5, || verdict(false)),
        fastest(5, || verdict(true))
    );
    let block = ExecutionSpec::default().block_gas;
    println!(
        "a full block ({block} gas) of operators that cost one: {:.0} ms, of CosmWasm's: {:.0} ms, of transfers: {:.0} ms",
        fastest(3, || burn(block, false)),
        fastest(3, || burn(block, true)),
        once / blocks.gas() as f64 * block as f64
    );
    modules();
}

fn main() {
    let told = std::env::args().find_map(|a| a.strip_prefix("module=").map(str::to_owned));
    if let Some((validators, used)) = told.as_deref().and_then(|told| told.split_once(',')) {
        return module(validators.parse().expect("a number"), used == "true");
    }
    if let Some(told) = std::env::args().find_map(|a| a.strip_prefix("count=").map(str::to_owned)) {
        return count(&told);
    }
    if std::env::args().any(|a| a == "instructions") {
        return instructions();
    }
    if std::env::args().any(|a| a == "protocols") {
        return protocols::table();
    }
    if std::env::args().any(|a| a == "contracts") {
        return contracts();
    }
    if std::env::args().any(|a| a == "seek") {
        memory();
        return seek();
    }
    // First: what others leave unused would hide what it needs.
    memory();
    log();
    contracts();
    seek();
    for net in [Net::Constant, Net::Default] {
        turns(net);
    }
    protocols::table();
    instructions();
}

fn name(net: Net) -> &'static str {
    match net {
        Net::Constant => "constant latency",
        Net::Default => "the default network",
    }
}

/// Validators of the bare loop.
fn validators(n: usize) -> (Vec<Keypair>, Vec<PublicKey>) {
    let keys: Vec<Keypair> = (0..n as u8)
        .map(|i| Keypair::from_secret([i; 32]))
        .collect();
    let public = keys.iter().map(Keypair::public).collect();
    (keys, public)
}

/// Milliseconds a block, turn by turn with the bare loop.
fn turns(net: Net) {
    println!(
        "\n{}\nvalidators   run ms/block   bare ms/block   ratio   simulated/real",
        name(net)
    );
    for n in [4usize, 16, 64, 128] {
        let (keys, public) = validators(n);
        let chain = Hash::ZERO;
        let mut session = Session::open(scenario(n, net)).expect("possible");
        session.run_to(1_000_000);
        let (mut ours, mut bare) = (Duration::ZERO, Duration::ZERO);
        let (mut blocks, mut simulated) = (0, 0);
        let turns = (400 / n as u64).max(10);
        for turn in 0..turns {
            let (height, from) = (session.frame().metrics.height, session.frame().now_us);
            let start = Instant::now();
            session.run_to(from + 500_000);
            ours += start.elapsed();
            simulated += 500_000;
            let made = session.frame().metrics.height - height;
            blocks += made;
            let start = Instant::now();
            for b in 0..made {
                bare_block(&keys, &public, &chain, turn * 1_000 + b, net);
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

/// Runs so many blocks, or the bare loop of as many: what valgrind counts.
fn count(told: &str) {
    let words: Vec<&str> = told.split(',').collect();
    let [what, net, n, blocks] = words[..] else {
        panic!("count=ours|bare,constant|default,VALIDATORS,BLOCKS");
    };
    let net = match net {
        "constant" => Net::Constant,
        _ => Net::Default,
    };
    let (n, blocks): (usize, u64) = (
        n.parse().expect("validators"),
        blocks.parse().expect("blocks"),
    );
    if what == "bare" {
        let (keys, public) = validators(n);
        for height in 0..blocks {
            bare_block(&keys, &public, &Hash::ZERO, height, net);
        }
        println!("{blocks}");
        return;
    }
    let mut session = Session::open(scenario(n, net)).expect("possible");
    let a_block = if net == Net::Constant {
        100_000
    } else {
        670_000
    };
    session.run_to(a_block * blocks);
    println!("{}", session.frame().metrics.height);
}

/// Instructions a block as valgrind counts them, which does not depend on what else the machine does.
fn instructions() {
    let exe = std::env::current_exe().expect("its own path");
    // Instructions and blocks of a run.
    let counted = |what: &str, net: &str, n: usize, blocks: u64| -> Option<(u64, u64)> {
        let run = Process::new("valgrind")
            .args([
                "--tool=cachegrind",
                "--cache-sim=no",
                "--cachegrind-out-file=/dev/null",
            ])
            .arg(&exe)
            .arg(format!("count={what},{net},{n},{blocks}"))
            .output()
            .ok()?;
        let told = String::from_utf8_lossy(&run.stderr).into_owned();
        let line = told.lines().find(|line| line.contains("refs:"))?;
        let digits: String = line
            .rsplit(':')
            .next()?
            .chars()
            .filter(char::is_ascii_digit)
            .collect();
        let blocks = String::from_utf8_lossy(&run.stdout).trim().parse().ok()?;
        Some((digits.parse().ok()?, blocks))
    };
    let mut told = false;
    for net in ["constant", "default"] {
        for n in [16, 128] {
            // The difference of two runs: what a block costs once all has been set up.
            let (few, many) = if n == 16 { (10, 40) } else { (3, 8) };
            let a_block = |what| -> Option<f64> {
                let (less, more) = (counted(what, net, n, few)?, counted(what, net, n, many)?);
                let blocks = more.1.checked_sub(less.1).filter(|blocks| *blocks > 0)?;
                Some(more.0.checked_sub(less.0)? as f64 / blocks as f64 / 1e6)
            };
            let (Some(ours), Some(bare)) = (a_block("ours"), a_block("bare")) else {
                println!("\nno instructions are counted: valgrind is not there");
                return;
            };
            if !std::mem::replace(&mut told, true) {
                println!(
                    "\nmillion instructions a block\nvalidators   latency      run    bare   ratio"
                );
            }
            println!(
                "{n:>10}   {net:<8}  {ours:>7.1} {bare:>7.1}   {:>5.2}",
                ours / bare
            );
        }
    }
}
