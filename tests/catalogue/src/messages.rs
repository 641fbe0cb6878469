//! Rows 32 to 42, as far as they need a chain: messages, replies, questions, funds, gas limits, new code.

use crate::chain::{Play, gold, written};
use crate::guests::{answers, compile, contract, data, entry};
use crate::{Case, case};
use consensusforge_core::base::Hash;
use consensusforge_core::types::{Action, Coin, bech32};
use std::sync::Arc;

/// A sub-message around `msg`.
fn sub(msg: &str, gas_limit: &str, reply_on: &str) -> String {
    format!(
        r#"{{"id":7,"msg":{msg},"gas_limit":{gas_limit},"reply_on":"{reply_on}","payload":""}}"#
    )
}

fn response(messages: &[String]) -> Vec<u8> {
    format!(r#"{{"ok":{{"messages":[{}]}}}}"#, messages.join(",")).into_bytes()
}

fn execute(contract: &str, funds: &str) -> String {
    format!(
        r#"{{"wasm":{{"execute":{{"contract_addr":"{contract}","msg":"e30=","funds":{funds}}}}}}}"#
    )
}

fn burn(amount: &str) -> String {
    format!(r#"{{"bank":{{"burn":{{"amount":{amount}}}}}}}"#)
}

const QUIET: &str = r#"{"ok":{}}"#;
const REFUSING: &str = r#"{"error":"reply says no"}"#;

/// A contract that answers its making with nothing, a call with `call` and a reply with `reply`.
fn guest(call: &[u8], reply: &str) -> Arc<[u8]> {
    contract(&format!(
        "{} {} {}",
        answers("instantiate", 30_000, QUIET.as_bytes()),
        answers("execute", 65_536, call),
        answers("reply", 31_000, reply.as_bytes())
    ))
}

/// One that burns gas for ever when it is called.
fn burner() -> Arc<[u8]> {
    contract(&format!(
        "{} {}",
        answers("instantiate", 30_000, QUIET.as_bytes()),
        entry("execute", "(loop $l (br $l)) (call $ok)")
    ))
}

pub fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    let me = written(1, 1);
    let other = written(2, 2);
    let one = r#"[{"denom":"gold","amount":"1"}]"#;
    let mut one_of = |row: u8, name: &str, codes: &[Arc<[u8]>]| {
        let verdict = Play::new(codes).execute(Vec::new());
        cases.push(case(row, name, verdict));
    };

    let asking = |target: &str| {
        let request =
            format!(r#"{{"wasm":{{"smart":{{"contract_addr":"{target}","msg":"e30="}}}}}}"#);
        format!(
            "{} {}",
            data(2_048, request.as_bytes()),
            format_args!(
                "(func $asks (result i32) (call $query_chain (call $text (i32.const 2048) (i32.const {}))))",
                request.len()
            )
        )
    };
    let plain = answers("instantiate", 30_000, QUIET.as_bytes());
    let kept = "(call $db_write (call $text (i32.const 16) (i32.const 4)) (call $asks))";
    let writing = contract(&format!(
        "{plain} {}",
        entry(
            "query",
            "(call $db_write (call $text (i32.const 16) (i32.const 4)) (call $text (i32.const 16) (i32.const 4))) (call $ok)"
        )
    ));
    one_of(
        27,
        "a contract that is asked writes",
        &[
            contract(&format!(
                "{plain} {} {}",
                asking(&other),
                entry("execute", &format!("{kept} (call $ok)"))
            )),
            writing,
        ],
    );
    one_of(
        32,
        "1,000 burns",
        &[guest(
            &response(&vec![sub(&burn(one), "null", "never"); 1_000]),
            QUIET,
        )],
    );
    one_of(
        32,
        "40 burns",
        &[guest(
            &response(&vec![sub(&burn(one), "null", "never"); 40]),
            QUIET,
        )],
    );
    one_of(
        33,
        "a call that calls itself",
        &[guest(
            &response(&[sub(&execute(&me, "[]"), "null", "never")]),
            QUIET,
        )],
    );
    one_of(
        33,
        "two of itself each time",
        &[guest(
            &response(&vec![sub(&execute(&me, "[]"), "null", "error"); 2]),
            QUIET,
        )],
    );
    let endless = contract(&format!(
        "{plain} {} {} {}",
        asking(&me),
        entry("execute", &format!("{kept} (call $ok)")),
        answers("query", 65_536, br#"{"ok":"e30="}"#)
            .replace("(local $a i32)", "(local $a i32) (drop (call $asks))")
    ));
    one_of(34, "a question that asks itself", &[endless]);
    let burning = contract(&format!(
        "{plain} {}",
        entry("query", "(loop $l (br $l)) (call $ok)")
    ));
    let asks = entry("execute", "(drop (call $asks)) (call $ok)");
    one_of(
        34,
        "a question nobody can pay",
        &[
            contract(&format!("{plain} {} {asks}", asking(&other))),
            burning,
        ],
    );
    // Keys made and removed in one block are looked at by every walk, and paid for by it.
    let key = "(i32.store (i32.const 2048) (local.get $a)) (local.set $a (i32.add (local.get $a) (i32.const 1)))";
    let text = "(call $text (i32.const 2048) (i32.const 4))";
    let walk = "(drop (call $db_next (call $db_scan (i32.const 0) (i32.const 0) (i32.const 1))))";
    for removed in [0, 100] {
        let body = format!(
            "(if (i32.lt_u (local.get $a) (i32.const {removed})) (then (loop $l {key}
               (call $db_write {text} {text}) (call $db_remove {text})
               (br_if $l (i32.lt_u (local.get $a) (i32.const {removed}))))))
             {walk} {walk} {walk} (call $ok)"
        );
        let wasm = contract(&format!("{plain} {}", entry("execute", &body)));
        one_of(29, &format!("walks over {removed} removed keys"), &[wasm]);
    }
    // The callee comes back while the caller's message is under way; what the caller wrote is there.
    let back = contract(&format!(
        "{plain} {} {}",
        data(65_536, &response(&[sub(&execute(&other, "[]"), "null", "never")])),
        entry("execute", &format!(
            "(if (call $db_read (call $text (i32.const 16) (i32.const 4))) (then (return (call $ok))))
             (call $db_write (call $text (i32.const 16) (i32.const 4)) (call $text (i32.const 16) (i32.const 2)))
             (call $text (i32.const 65536) (i32.const {}))",
            response(&[sub(&execute(&other, "[]"), "null", "never")]).len()
        ))
    ));
    one_of(
        35,
        "the callee calls the caller",
        &[
            back,
            guest(
                &response(&[sub(&execute(&me, "[]"), "null", "never")]),
                QUIET,
            ),
        ],
    );
    let failing = sub(
        &burn(r#"[{"denom":"gold","amount":"999"}]"#),
        "null",
        "always",
    );
    one_of(
        36,
        "a reply that fails",
        &[guest(&response(std::slice::from_ref(&failing)), REFUSING)],
    );
    one_of(
        36,
        "a reply that traps",
        &[contract(&format!(
            "{plain} {} {}",
            answers("execute", 65_536, &response(std::slice::from_ref(&failing))),
            entry("reply", "unreachable")
        ))],
    );
    let again = String::from_utf8_lossy(&response(std::slice::from_ref(&failing))).into_owned();
    one_of(
        36,
        "a reply that sends the same again",
        &[guest(&response(&[failing]), &again)],
    );
    one_of(
        36,
        "no reply to be found",
        &[contract(&format!(
            "{plain} {}",
            answers(
                "execute",
                65_536,
                &response(&[sub(&burn(one), "null", "always")])
            )
        ))],
    );
    for (name, amount) in [
        ("more than there is", r#"[{"denom":"gold","amount":"51"}]"#),
        (
            "2^128 - 1",
            r#"[{"denom":"gold","amount":"340282366920938463463374607431768211455"}]"#,
        ),
        (
            "2^128",
            r#"[{"denom":"gold","amount":"340282366920938463463374607431768211456"}]"#,
        ),
        ("negative", r#"[{"denom":"gold","amount":"-1"}]"#),
        ("leading zeros", r#"[{"denom":"gold","amount":"007"}]"#),
        (
            "a denomination nobody has",
            r#"[{"denom":"tin","amount":"1"}]"#,
        ),
        (
            "a denomination twice",
            r#"[{"denom":"gold","amount":"1"},{"denom":"gold","amount":"2"}]"#,
        ),
        ("nothing", "[]"),
        ("a number and no text", r#"[{"denom":"gold","amount":1}]"#),
    ] {
        one_of(
            38,
            &format!("funds: {name}"),
            &[guest(
                &response(&[sub(&burn(amount), "null", "never")]),
                QUIET,
            )],
        );
        if name != "nothing" {
            one_of(
                38,
                &format!("funds, and a reply: {name}"),
                &[guest(
                    &response(&[sub(&burn(amount), "null", "error")]),
                    QUIET,
                )],
            );
        }
    }
    for (name, msg) in [
        ("staking", r#"{"staking":{"delegate":{}}}"#),
        ("custom", r#"{"custom":{}}"#),
        ("stargate", r#"{"stargate":{"type_url":"/x","value":""}}"#),
        ("never heard of", r#"{"weather":{"rain":1}}"#),
        ("a wasm message nobody knows", r#"{"wasm":{"dance":{}}}"#),
        ("two at once", r#"{"bank":{},"wasm":{}}"#),
    ] {
        one_of(
            39,
            &format!("message: {name}"),
            &[guest(&response(&[sub(msg, "null", "error")]), QUIET)],
        );
    }
    for limit in ["0", "1", "5000", "18446744073709551615", "null", "-1"] {
        one_of(
            40,
            &format!("a burner given {limit}"),
            &[
                guest(
                    &response(&[sub(&execute(&other, "[]"), limit, "always")]),
                    QUIET,
                ),
                burner(),
            ],
        );
    }
    one_of(
        41,
        "a message to no address",
        &[guest(
            &response(&[sub(&execute("bob", "[]"), "null", "error")]),
            QUIET,
        )],
    );
    one_of(
        41,
        "a message to nobody",
        &[guest(
            &response(&[sub(
                &execute(&bech32::encode(&Hash([1; 32])), "[]"),
                "null",
                "error",
            )]),
            QUIET,
        )],
    );
    // To code of the own interface, which has no `migrate`, in the middle of a call.
    let own = compile(
        "(module (memory (export \"memory\") 1) (func (export \"forge_version_1\")) (func (export \"call\")))",
    );
    let migrate = format!(
        r#"{{"wasm":{{"migrate":{{"contract_addr":"{me}","new_code_id":2,"msg":"e30="}}}}}}"#
    );
    let twice = response(&[
        sub(&migrate, "null", "error"),
        sub(&execute(&me, "[]"), "null", "error"),
    ]);
    one_of(
        42,
        "a stranger to itself migrates itself",
        &[guest(&twice, QUIET), own.clone()],
    );
    let mut play = Play::new(&[guest(&twice, QUIET), own]);
    let admin = Action::SetAdmin {
        contract: consensusforge_core::ledger::addresses::instantiated(1, 1),
        admin: Some(consensusforge_core::ledger::addresses::instantiated(1, 1)),
    };
    play.act(admin);
    let verdict = play.execute(Vec::new());
    cases.push(case(
        42,
        "its own admin moves to another interface",
        verdict,
    ));
    let mut play = Play::new(&[guest(QUIET.as_bytes(), QUIET)]);
    let (first, second) = (play.make(1, Some("salt")), play.make(1, Some("salt")));
    cases.push(case(42, "an address by salt", first));
    cases.push(case(42, "the same address again", second));
    let mut play = Play::new(&[guest(QUIET.as_bytes(), QUIET)]);
    for (name, funds) in [
        ("none", Vec::new()),
        ("all", gold(950)),
        ("too much", gold(951)),
        ("zero", gold(0)),
        ("twice", [gold(1), gold(1)].concat()),
        (
            "unsorted",
            vec![
                Coin {
                    denom: "tin".into(),
                    amount: 1,
                },
                gold(1).remove(0),
            ],
        ),
    ] {
        cases.push(case(
            38,
            format!("funds of a transaction: {name}"),
            play.execute(funds),
        ));
    }
    cases
}
