//! Long executions are done in slices, and nobody sees from a run where these were cut.

use consensusforge_core::base::Hash;
use consensusforge_core::base::limits::SLICE_GAS;
use consensusforge_core::base::slices::go_on;
use consensusforge_core::session::Session;
use consensusforge_core::session::scenario::Scenario;
use consensusforge_core::session::scenario::model::{Command, InputSpec, SubmitSpec};
use consensusforge_core::vm::scratch::ScratchHost;
use consensusforge_core::vm::{
    CallContext, ContractEngine, Entry, FailureKind, Outcome, WasmEngine,
};
use std::sync::Arc;

/// Of the own interface: burns whatever it is given.
const SPINNER: &str = r#"(module (memory (export "memory") 1) (func (export "forge_version_1"))
    (func (export "call") (loop $again (br $again)))
    (func (export "view") (loop $again (br $again))))"#;

const ALL: u64 = 50_000_000;

/// A chain on which somebody calls the spinner with all the gas of a block.
fn spinning(everywhere: bool) -> Session {
    let mut scenario = Scenario::default();
    scenario.execution.everywhere = everywhere;
    let mut session = Session::open(scenario).expect("possible");
    let wasm = wat::parse_str(SPINNER).expect("good text");
    session.add_contract("spinner", &wasm).expect("admitted");
    session.run_to(500_000);
    let deploy = SubmitSpec::Deploy {
        contract: "spinner".into(),
        input: InputSpec::Text(String::new()),
    };
    let submit = |action, gas_limit| Command::Submit {
        from: 0,
        action,
        gas_limit,
    };
    session.apply(submit(deploy, None)).expect("possible");
    session.run_to(3_000_000);
    let address = session.contracts()[0].address.clone();
    let call = SubmitSpec::Call {
        address: Hash::from_hex(&address).expect("an address"),
        input: InputSpec::Text(String::new()),
        value: 0,
    };
    session.apply(submit(call, Some(ALL))).expect("possible");
    session
}

/// Slices of a run to `until`, and the instants it stood at meanwhile.
fn slices(session: &mut Session, until: u64) -> Vec<u64> {
    let mut stood = Vec::new();
    loop {
        let came = session.advance(until, u64::MAX);
        if came.reached {
            return stood;
        }
        assert!(came.executing, "nothing else ends it early");
        stood.push(came.now_us);
    }
}

#[test]
fn a_full_block_is_executed_in_slices_and_time_stands_still() {
    let mut session = spinning(false);
    let stood = slices(&mut session, 6_000_000);
    let most = (ALL / SLICE_GAS) as usize;
    assert!(
        (most - 1..=most + 1).contains(&stood.len()),
        "{}",
        stood.len()
    );
    assert!(stood.iter().all(|at| *at == stood[0]), "{stood:?}");
    let receipts = session.receipts();
    let spun = receipts.first().expect("the call");
    assert_eq!((spun.status.as_str(), spun.gas_used), ("failed", ALL));
    assert!(spun.roots.iter().all(|r| r.1 == spun.roots[0].1));

    // Nothing is shared there and nothing is cut.
    let mut whole = spinning(true);
    assert!(slices(&mut whole, 6_000_000).is_empty());
    assert_eq!(whole.expected(), session.expected());
}

#[test]
fn one_may_act_and_look_and_leave_while_a_block_is_executed() {
    let mut session = spinning(false);
    while !session.advance(6_000_000, u64::MAX).executing {}
    let steps = session.frame().steps;
    session
        .apply(Command::Crash {
            validator: "v3".into(),
        })
        .expect("possible");
    assert_eq!(
        session.frame().steps,
        steps,
        "it did not wait for the block"
    );
    // A fork begins the block anew and comes to the same end.
    let mut fork = session.fork();
    session.run_to(8_000_000);
    fork.run_to(8_000_000);
    assert_eq!(fork.expected(), session.expected());
    let nodes = session.frame().nodes;
    let hit = nodes.iter().find(|n| n.name == "v3").expect("there");
    assert!(hit.crashed, "the command came to pass");
    // So does whoever opens the link.
    let mut again = Session::open(session.scenario().clone()).expect("possible");
    again.run_to(8_000_000);
    assert_eq!(again.expected(), session.expected());
    // And one may go away from the midst of it.
    let mut left = spinning(false);
    while !left.advance(6_000_000, u64::MAX).executing {}
    assert!(left.seek(100, u64::MAX).reached);
    assert_eq!(left.now_us(), 100);
}

/// What a person asks for is cut too: whoever drops it in its midst has lost nothing.
#[test]
fn questions_and_the_microscope_give_way() {
    let mut session = spinning(false);
    session.run_to(6_000_000);
    let contract = session.contracts()[0].address.clone();
    let nothing = InputSpec::Text(String::new());
    let mut asked = session.ask_then(&contract, &nothing, 0, None);
    assert!((0..5).all(|_| go_on(&mut asked).is_none()));
    drop(asked);
    let height = session.receipts()[0].height.expect("in a block");
    let mut seen = session.microscope(0, 1, height).expect("both have it");
    let rests = (0..).take_while(|_| go_on(&mut seen).is_none()).count() as u64;
    assert!(rests >= 2 * (ALL / SLICE_GAS - 1), "{rests}");
}

#[test]
fn steps_forth_and_back_end_beyond_a_long_block() {
    use consensusforge_core::session::view::Unit;
    let mut session = spinning(false);
    while !session.advance(6_000_000, u64::MAX).executing {}
    let height = session.frame().metrics.height;
    while !session.step(Unit::Height, u64::MAX).reached {}
    assert_eq!(session.frame().metrics.height, height + 1);
    session.begin_back(Unit::Height);
    while !session.go_back(u64::MAX).reached {}
    assert_eq!(session.frame().metrics.height, height);
}

/// Counts the slices of one call.
fn call(wat: &str, entry: Entry, gas: u64) -> (Outcome, u64) {
    let engine = WasmEngine::new();
    let wasm: Arc<[u8]> = wat::parse_str(wat).expect("good text").into();
    let admitted = engine.admit(&wasm).unwrap_or_else(|r| panic!("{r}"));
    let ctx = CallContext::new(entry, [1; 32], [2; 32], b"{}".to_vec());
    let mut host = ScratchHost::default();
    let mut work = engine.begin(admitted.code, &wasm, &ctx, gas, &mut host);
    let mut rests = 0;
    loop {
        if let Some(outcome) = go_on(&mut work) {
            return (outcome, rests);
        }
        rests += 1;
    }
}

/// Counts down and says how many gas it took: where slices are cut must not be seen.
#[test]
fn a_long_call_that_ends_costs_the_same_however_much_it_might_have_cost() {
    let turns = 3_000_000;
    let wat = format!(
        r#"(module (memory (export "memory") 1) (func (export "forge_version_1"))
        (func (export "call") (local $n i32) (local.set $n (i32.const {turns}))
          (loop $again
            (local.set $n (i32.sub (local.get $n) (i32.const 1)))
            (br_if $again (local.get $n)))))"#
    );
    let (wide, rests) = call(&wat, Entry::Call, 1_000_000_000);
    assert!(wide.result.is_ok(), "{:?}", wide.result);
    assert!(rests >= wide.gas_used / SLICE_GAS - 1, "{rests}");
    let (exact, _) = call(&wat, Entry::Call, wide.gas_used);
    assert_eq!(
        (&exact.result, exact.gas_used),
        (&wide.result, wide.gas_used)
    );
    let (short, _) = call(&wat, Entry::Call, wide.gas_used - 1);
    let failed = short.result.expect_err("one gas too few");
    assert_eq!(failed.kind, FailureKind::OutOfGas);
    assert_eq!(short.gas_used, wide.gas_used - 1);
}

/// An allocator that never returns is called from inside an import: it rests there too.
#[test]
fn work_inside_an_allocator_is_sliced() {
    let wat = r#"(module
        (import "env" "addr_validate" (func $validate (param i32) (result i32)))
        (memory (export "memory") 1) (data (i32.const 64) "\50\00\00\00\04\00\00\00\04\00\00\00")
        (data (i32.const 80) "nope") (global $calls (mut i32) (i32.const 0))
        (func (export "interface_version_8"))
        (func (export "allocate") (param $size i32) (result i32)
          (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
          (if (i32.gt_s (global.get $calls) (i32.const 3)) (then (loop $again (br $again))))
          (i32.store (i32.const 128) (i32.const 256))
          (i32.store (i32.const 132) (i32.const 4096))
          (i32.store (i32.const 136) (i32.const 0))
          (i32.const 128))
        (func (export "deallocate") (param i32))
        (func (export "instantiate") (param i32 i32 i32) (result i32) (call $validate (i32.const 64))))"#;
    let gas = 20_000_000;
    let (outcome, rests) = call(wat, Entry::Init, gas);
    assert_eq!(
        outcome.result.expect_err("endless").kind,
        FailureKind::OutOfGas
    );
    assert_eq!(outcome.gas_used, gas);
    assert!((8..=11).contains(&rests), "{rests}");
}
