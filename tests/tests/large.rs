//! Contracts as large as chains take: stored, made and called like any other, and refused where a chain's
//! rules are narrower.

use consensusforge_catalogue::large::module;
use consensusforge_core::base::limits::{MAX_WASM_BYTES, MAX_WASM_BYTES_STRICT};
use consensusforge_core::session::Session;
use consensusforge_core::session::scenario::Scenario;
use consensusforge_core::session::scenario::model::{
    AdmissionSpec, Command, InputSpec, SubmitSpec,
};

fn submit(session: &mut Session, action: SubmitSpec, gas_limit: Option<u64>) {
    let command = Command::Submit {
        from: 0,
        action,
        gas_limit,
    };
    session.apply(command).expect("possible");
    let now = session.now_us();
    session.run_to(now + 3_000_000);
}

#[test]
fn a_contract_of_3_mib_is_stored_made_and_called() {
    let wasm = module(MAX_WASM_BYTES);
    assert!(wasm.len() > MAX_WASM_BYTES - 20_000, "{}", wasm.len());
    let mut scenario = Scenario::default();
    scenario.execution.block_gas = 200_000_000;
    let mut session = Session::open(scenario).expect("possible");
    session.run_to(1_000_000);
    let added = session.add_contract("large", &wasm).expect("admitted");
    assert_eq!(added.bytes, wasm.len() as u64);
    let contract = || "large".to_owned();
    let limit = session.gas_limit(Some("large")).expect("it fits");
    assert!(limit.is_some_and(|limit| limit > 125_000_000), "{limit:?}");
    let contract = SubmitSpec::Store {
        contract: contract(),
    };
    submit(&mut session, contract, limit);
    let text = || InputSpec::Text("{}".into());
    let make = SubmitSpec::Instantiate {
        code_id: 1,
        msg: text(),
        funds: Vec::new(),
        label: String::new(),
        admin: None,
        salt: None,
    };
    submit(&mut session, make, None);
    let made = session.receipts()[0].created.clone().expect("made");
    let call = SubmitSpec::Execute {
        contract: made,
        msg: text(),
        funds: Vec::new(),
    };
    submit(&mut session, call, None);
    let receipts = session.receipts();
    let ends: Vec<_> = receipts.iter().map(|r| (&*r.status, &r.error)).collect();
    assert_eq!(ends, [("ok", &None); 3]);
    for receipt in &receipts {
        assert_eq!(receipt.roots.len(), 4);
        assert!(receipt.roots.iter().all(|r| r.1 == receipt.roots[0].1));
    }
    assert!(receipts[0].events.iter().any(|e| e.contains("large=yes")));
}

#[test]
fn a_block_with_too_little_gas_for_a_module_is_told_beforehand() {
    let mut session = Session::open(Scenario::default()).expect("possible");
    session
        .add_contract("large", &module(2 << 20))
        .expect("admitted");
    let why = session
        .gas_limit(Some("large"))
        .expect_err("too dear")
        .sentence;
    assert!(why.contains("a block of this chain has 50000000"), "{why}");
    assert_eq!(session.gas_limit(Some("counter")).expect("fits"), None);
    // Little enough for a block, yet more than is usual.
    session
        .add_contract("middle", &module(1 << 20))
        .expect("admitted");
    let limit = session.gas_limit(Some("middle")).expect("fits");
    assert_eq!(limit, Some(50_000_000));
}

#[test]
fn larger_ones_are_refused_and_strict_chains_take_less() {
    let mut session = Session::open(Scenario::default()).expect("possible");
    let over = session.add_contract("over", &module(MAX_WASM_BYTES + 20_000));
    let why = over.expect_err("too large").sentence;
    assert!(why.contains("at most 3145728"), "{why}");
    let mut scenario = Scenario::default();
    scenario.execution.admission = AdmissionSpec::Strict;
    let mut strict = Session::open(scenario).expect("possible");
    let over = strict.add_contract("over", &module(MAX_WASM_BYTES_STRICT + 20_000));
    let why = over.expect_err("too large").sentence;
    assert!(why.contains("819200") && why.contains("`strict`"), "{why}");
    strict
        .add_contract("fits", &module(MAX_WASM_BYTES_STRICT))
        .expect("admitted");
}
