//! Every impossible scenario gets a sentence that says where and what to do.

use consensusforge_core::base::Hash;
use consensusforge_core::base::digest::sha256;
use consensusforge_core::base::limits::*;
use consensusforge_core::scenario::model::*;
use consensusforge_core::scenario::{Scenario, presets, validate};

fn names(list: &[&str]) -> Vec<String> {
    list.iter().map(ToString::to_string).collect()
}

/// A scenario spoiled by `change`.
fn spoiled(change: impl FnOnce(&mut Scenario)) -> Scenario {
    let mut scenario = Scenario::default();
    change(&mut scenario);
    scenario
}

fn refused(scenario: &Scenario, words: &[&str]) {
    let error = validate(scenario).expect_err(&format!("{words:?}"));
    let text = error.to_string();
    for word in words {
        assert!(text.contains(word), "{text} (wants {word})");
    }
    assert!(text.ends_with('.'), "{text}");
}

fn check(table: Vec<(Scenario, &[&str])>) {
    for (scenario, words) in table {
        refused(&scenario, words);
    }
}

fn with_command(at_us: u64, command: Command) -> Scenario {
    spoiled(|s| s.commands = vec![TimedCommand { at_us, command }])
}

#[test]
fn versions() {
    check(vec![
        (spoiled(|s| s.version = 0), &["version: ", "write 2"]),
        (spoiled(|s| s.version = 7), &["version: ", "newer"]),
        (spoiled(|s| s.semantics = 0), &["semantics: ", "write 2"]),
        (
            spoiled(|s| s.semantics = 99),
            &["semantics: ", "newer", "99"],
        ),
        (
            spoiled(|s| s.title = "x".repeat(201)),
            &["title: ", "201", "200"],
        ),
    ]);
}

#[test]
fn validators() {
    let stakes = |stakes: &[u64]| {
        let validators = stakes
            .iter()
            .enumerate()
            .map(|(i, s)| ValidatorSpec::numbered(i, *s))
            .collect();
        spoiled(|s| s.validators = validators)
    };
    let named = |name: &str| spoiled(|s| s.validators[1].name = name.into());
    check(vec![
        (stakes(&[]), &["validators: ", "at least one"]),
        (stakes(&[1; 513]), &["513", "512"]),
        (stakes(&[1; 257]), &["257", "tendermint", "256", "jolteon"]),
        (
            stakes(&[0, 0]),
            &["validators: ", "no validator has any stake", "1 or more"],
        ),
        (
            stakes(&[u64::MAX, u64::MAX]),
            &["36893488147419103230", "1152921504606846975"],
        ),
        (stakes(&[MAX_TOTAL_STAKE, 1]), &["1152921504606846976"]),
        (named(""), &["validators[1].name", "empty"]),
        (
            named("v1"),
            &["validators[1].name", "two validators", "\"v1\""],
        ),
        (named(&"x".repeat(65)), &["65 bytes", "64"]),
        (named(" a"), &["blanks"]),
        (named("a\u{7}b"), &["control"]),
        (
            spoiled(|s| s.twins = names(&["zoe"])),
            &["twins[0]", "\"zoe\"", "\"v1\""],
        ),
        (
            spoiled(|s| s.twins = names(&["v1", "v1"])),
            &["twins[1]", "twice"],
        ),
    ]);
    assert_eq!(validate(&stakes(&[MAX_TOTAL_STAKE - 1, 1])), Ok(()));
    assert_eq!(validate(&stakes(&[1; 128])), Ok(()));
}

#[test]
fn protocol() {
    let list = |l: &[&str]| spoiled(|s| s.protocol.proposer = ProposerSpec::List(names(l)));
    check(vec![
        (
            spoiled(|s| s.protocol.name = "paxos".into()),
            &["protocol.name", "\"paxos\"", "\"tendermint\""],
        ),
        (list(&[]), &["protocol.proposer.list", "at least one"]),
        (
            list(&["v1", "nobody"]),
            &["protocol.proposer.list[1]", "\"nobody\""],
        ),
        (list(&["v1"; 10_001]), &["10001", "10000"]),
        (
            spoiled(|s| s.protocol.block_interval_us = 0),
            &["protocol.block_interval_us", "at least 1"],
        ),
        (
            spoiled(|s| s.protocol.params = [("propose_timeout_us", 0)].into()),
            &["protocol.params.propose_timeout_us", "from 1 to"],
        ),
        (
            spoiled(|s| s.protocol.params = [("timeout_delta_us", MAX_DELAY + 1)].into()),
            &[
                "protocol.params.timeout_delta_us",
                "3600000000 microseconds",
            ],
        ),
        (
            spoiled(|s| s.protocol.params = [("epoch_us", 5)].into()),
            &["protocol.params.epoch_us", "no such parameter"],
        ),
        (
            spoiled(|s| s.protocol.resend_interval_us = 0),
            &["protocol.resend_interval_us"],
        ),
    ]);
}

#[test]
fn network() {
    let latency = |l: LatencySpec| spoiled(|s| s.network.latency = l);
    let cut = |cut: Cut| {
        spoiled(|s| {
            s.network.partitions = vec![PartitionSpec {
                from_us: 0,
                until_us: None,
                cut,
            }];
        })
    };
    let during = |from_us: u64, until: u64| {
        spoiled(|s| {
            s.network.partitions = vec![PartitionSpec {
                from_us,
                until_us: Some(until),
                cut: Cut::Groups(vec![names(&["v1"])]),
            }];
        })
    };
    let matrix = |us: Vec<Vec<u64>>| latency(LatencySpec::Matrix { us });
    let gst = |at_us, max_before_us, delta_us| {
        spoiled(|s| {
            s.network.gst = Some(GstSpec {
                at_us,
                max_before_us,
                delta_us,
            });
        })
    };
    check(vec![
        (
            spoiled(|s| s.network.loss_ppm = 1_000_001),
            &["network.loss_ppm", "1000000"],
        ),
        (
            spoiled(|s| s.network.duplicate_ppm = u32::MAX),
            &["network.duplicate_ppm"],
        ),
        (
            spoiled(|s| s.network.reorder_ppm = 2_000_000),
            &["network.reorder_ppm"],
        ),
        (
            spoiled(|s| s.network.reorder_by_us = u64::MAX),
            &["network.reorder_by_us"],
        ),
        (
            latency(LatencySpec::Constant { us: u64::MAX }),
            &["network.latency.constant.us", "3600 s"],
        ),
        (
            latency(LatencySpec::Uniform {
                min_us: 9,
                max_us: 8,
            }),
            &["network.latency.uniform", "Exchange"],
        ),
        (
            latency(LatencySpec::Normal {
                mean_us: 0,
                deviation_us: u64::MAX,
            }),
            &["network.latency.normal.deviation_us"],
        ),
        (
            latency(LatencySpec::LogNormal {
                median_us: 1,
                sigma_milli: 5_001,
            }),
            &["network.latency.log_normal.sigma_milli", "5000"],
        ),
        (
            matrix(vec![]),
            &["network.latency.matrix.us", "0 rows", "4 validators"],
        ),
        (
            matrix(vec![vec![1; 4], vec![1; 3], vec![], vec![]]),
            &["us[1]", "3 delays"],
        ),
        (matrix(vec![vec![u64::MAX; 4]; 4]), &["us[0][0]"]),
        (
            cut(Cut::Groups(vec![])),
            &["network.partitions[0].cut.groups", "nothing is cut"],
        ),
        (
            cut(Cut::Groups(vec![names(&["v9"])])),
            &["groups[0][0]", "\"v9\""],
        ),
        (
            cut(Cut::Groups(vec![names(&["v1"]), names(&["v2", "v1"])])),
            &["groups[1][1]", "two groups"],
        ),
        (
            cut(Cut::OneWay {
                from: vec![],
                to: names(&["v1"]),
            }),
            &["one_way", "nothing is cut"],
        ),
        (
            cut(Cut::OneWay {
                from: names(&["v1"]),
                to: names(&["x"]),
            }),
            &["one_way.to[0]", "\"x\""],
        ),
        (
            during(5, 5),
            &["network.partitions[0].until_us", "later end"],
        ),
        (
            during(MAX_TIME + 1, MAX_TIME + 2),
            &["network.partitions[0].from_us"],
        ),
        (gst(MAX_TIME + 1, 0, 0), &["network.gst.at_us"]),
        (gst(1, u64::MAX, 0), &["network.gst.max_before_us"]),
        (gst(1, 0, u64::MAX), &["network.gst.delta_us"]),
        (
            spoiled(|s| {
                s.network.partitions = vec![
                    PartitionSpec {
                        from_us: 0,
                        until_us: None,
                        cut: Cut::Groups(vec![names(&["v1"])]),
                    };
                    257
                ];
            }),
            &["257", "256"],
        ),
    ]);
}

#[test]
fn faults_and_adversary() {
    let crash = |validator: &str, at_us, restart_us| {
        spoiled(|s| {
            s.faults.crashes = vec![CrashSpec {
                validator: validator.into(),
                at_us,
                restart_us,
            }];
        })
    };
    let line = PuppetLine {
        at_us: 1,
        from: "v1".into(),
        to: names(&["v2"]),
        kind: "prevote".into(),
        height: 1,
        round: 1,
        value: ValueSpec::Nil,
        valid_round: None,
        wrong_signature: false,
    };
    let puppet = |change: &dyn Fn(&mut PuppetLine)| {
        let mut line = line.clone();
        change(&mut line);
        spoiled(|s| {
            s.adversary = AdversarySpec {
                who: Who::Names(names(&["v1"])),
                strategy: StrategySpec::Puppet { script: vec![line] },
            };
        })
    };
    assert_eq!(validate(&puppet(&|_| ())), Ok(()));
    check(vec![
        (
            spoiled(|s| s.faults.crashed = 5),
            &["faults.crashed", "at most 4"],
        ),
        (
            crash("eve", 0, None),
            &["faults.crashes[0].validator", "\"eve\""],
        ),
        (
            crash("v1", 5, Some(4)),
            &["faults.crashes[0].restart_us", "later"],
        ),
        (
            crash("v1", MAX_TIME + 1, None),
            &["faults.crashes[0].at_us"],
        ),
        (
            spoiled(|s| s.adversary.who = Who::Count(5)),
            &["adversary.who.count", "at most 4"],
        ),
        (
            spoiled(|s| s.adversary.who = Who::Names(names(&["eve"]))),
            &["adversary.who.names[0]", "\"eve\""],
        ),
        (
            spoiled(|s| s.adversary.strategy = StrategySpec::Delay { by_us: u64::MAX }),
            &["adversary.strategy.delay.by_us"],
        ),
        (
            puppet(&|l| l.from = "v2".into()),
            &["script[0].from", "who.names"],
        ),
        (puppet(&|l| l.to.clear()), &["script[0].to", "no receiver"]),
        (
            puppet(&|l| l.to = names(&["eve"])),
            &["script[0].to[0]", "\"eve\""],
        ),
        (
            puppet(&|l| l.kind = "shout".into()),
            &["script[0].kind", "\"shout\"", "\"precommit\""],
        ),
        (puppet(&|l| l.height = 0), &["script[0].height"]),
        (puppet(&|l| l.height = 1 << 32), &["script[0].height"]),
        (puppet(&|l| l.at_us = u64::MAX), &["script[0].at_us"]),
        (
            puppet(&|l| l.value = ValueSpec::Block(String::new())),
            &["script[0].value.block"],
        ),
        (
            puppet(&|l| {
                l.value = ValueSpec::Proposed {
                    height: 0,
                    round: 0,
                }
            }),
            &["script[0].value.proposed.height"],
        ),
    ]);
}

#[test]
fn work_execution_and_checks() {
    check(vec![
        (
            spoiled(|s| s.workload.tx_per_second = 1_001),
            &["workload.tx_per_second", "1000"],
        ),
        (
            spoiled(|s| s.workload.accounts = 0),
            &["workload.accounts", "2 to 10000"],
        ),
        (
            spoiled(|s| s.workload.accounts = 10_001),
            &["workload.accounts"],
        ),
        (
            spoiled(|s| s.execution.block_gas = 0),
            &["execution.block_gas"],
        ),
        (
            spoiled(|s| s.execution.block_gas = u64::MAX),
            &["execution.block_gas", "1000000000"],
        ),
        (
            spoiled(|s| s.execution.gas_per_second = 1),
            &["execution.gas_per_second", "13889"],
        ),
        (
            spoiled(|s| s.checks.stall_after_us = 0),
            &["checks.stall_after_us"],
        ),
        (
            spoiled(|s| s.checks.stall_after_us = u64::MAX),
            &["checks.stall_after_us"],
        ),
    ]);
}

#[test]
fn contracts() {
    let contract = |wasm: Option<&str>, sha256: Hash| {
        let wasm = wasm.map(Into::into);
        spoiled(|s| {
            s.contracts = vec![ContractSpec {
                name: "c".into(),
                sha256,
                wasm,
            }];
        })
    };
    let good = contract(Some("AGFzbQ=="), sha256(b"\0asm"));
    assert_eq!(validate(&good), Ok(()));
    let large = "AAAA".repeat(MAX_WASM_BYTES / 3 + 1);
    let mut twice = good.clone();
    twice.contracts.push(twice.contracts[0].clone());
    let mut many = good.clone();
    many.contracts = vec![good.contracts[0].clone(); 65];
    check(vec![
        (
            contract(None, Hash([1; 32])),
            &["contracts[0].sha256", "built-in", "0101"],
        ),
        (
            contract(Some("AGFzbQ=="), Hash::ZERO),
            &["contracts[0].wasm", "digest", "cd5d4935"],
        ),
        (
            contract(Some("!!"), Hash::ZERO),
            &["contracts[0].wasm", "base64"],
        ),
        (
            contract(Some(&large), Hash::ZERO),
            &["contracts[0].wasm", "3145728"],
        ),
        (twice, &["contracts[1].name", "two contracts"]),
        (many, &["contracts: 65", "64"]),
    ]);
}

#[test]
fn commands() {
    let heal = |at_us| TimedCommand {
        at_us,
        command: Command::Heal,
    };
    let submit = |from, action| {
        with_command(
            0,
            Command::Submit {
                from,
                action,
                gas_limit: None,
            },
        )
    };
    let call = |input| SubmitSpec::Call {
        address: Hash::ZERO,
        input,
        value: 0,
    };
    check(vec![
        (
            spoiled(|s| s.commands = vec![heal(5), heal(4)]),
            &["commands[1].at_us", "by time"],
        ),
        (
            spoiled(|s| s.commands = vec![heal(0); 10_001]),
            &["10001", "10000"],
        ),
        (
            with_command(MAX_TIME + 1, Command::Heal),
            &["commands[0].at_us"],
        ),
        (
            with_command(0, Command::SetLoss { ppm: 1_000_001 }),
            &["commands[0].command.set_loss.ppm"],
        ),
        (
            with_command(0, Command::SetBlockInterval { us: 0 }),
            &["commands[0].command.set_block_interval.us"],
        ),
        (
            with_command(0, Command::SetLatency(LatencySpec::Matrix { us: vec![] })),
            &["commands[0].command.set_latency.matrix.us"],
        ),
        (
            with_command(
                0,
                Command::SetReorder {
                    ppm: 0,
                    by_us: u64::MAX,
                },
            ),
            &["commands[0].command.set_reorder.by_us"],
        ),
        (
            with_command(0, Command::SetDuplicate { ppm: u32::MAX }),
            &["set_duplicate.ppm"],
        ),
        (
            with_command(
                0,
                Command::SetWorkload {
                    tx_per_second: 1_001,
                },
            ),
            &["set_workload"],
        ),
        (
            with_command(0, Command::SetCrashed { count: 9 }),
            &["set_crashed.count"],
        ),
        (
            with_command(
                0,
                Command::Crash {
                    validator: "x".into(),
                },
            ),
            &["crash.validator", "\"x\""],
        ),
        (
            with_command(
                0,
                Command::Restart {
                    validator: "x".into(),
                },
            ),
            &["restart.validator"],
        ),
        (
            with_command(
                0,
                Command::SetAdversary(AdversarySpec {
                    who: Who::Count(9),
                    ..AdversarySpec::default()
                }),
            ),
            &["commands[0].command.set_adversary.who.count"],
        ),
        (
            with_command(0, Command::Partition(Cut::Groups(vec![names(&["x"])]))),
            &["commands[0].command.partition.groups[0][0]"],
        ),
        (
            submit(10_000, SubmitSpec::Transfer { to: 0, amount: 1 }),
            &["submit.from", "0 to 7"],
        ),
        (
            submit(0, SubmitSpec::Transfer { to: 8, amount: 1 }),
            &["submit.action.transfer.to"],
        ),
        (
            submit(
                0,
                SubmitSpec::Deploy {
                    contract: "none".into(),
                    input: InputSpec::Text(String::new()),
                },
            ),
            &["submit.action.deploy.contract", "\"none\"", "`contracts`"],
        ),
        (
            submit(0, call(InputSpec::Hex("abc".into()))),
            &["submit.action.call.input.hex", "pairs"],
        ),
        (
            submit(0, call(InputSpec::Text("x".repeat(MAX_CALL_BYTES + 1)))),
            &["submit.action.call.input", "1048576"],
        ),
    ]);
}

#[test]
fn presets_can_run_and_have_their_own_names() {
    let presets = presets();
    let mut ids: Vec<&str> = presets.iter().map(|p| p.id).collect();
    for preset in &presets {
        assert_eq!(validate(&preset.scenario), Ok(()), "{}", preset.id);
        assert_eq!(preset.scenario.title, preset.title);
        assert!(!preset.look.contains('\n') && preset.look.ends_with('.'));
        assert!(!preset.group.is_empty(), "{}", preset.id);
        assert!(
            preset.title.len() < 60 && preset.look.len() < 200,
            "{}",
            preset.id
        );
    }
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), presets.len());
}

/// The shares the presets speak of: a fork needs `2 * quorum - total` of Byzantine stake.
#[test]
fn coalitions_are_where_they_say_they_are() {
    for (id, forks, a_third) in [
        ("below-third", false, false),
        ("exact-third", false, true),
        ("fork", true, true),
        ("amnesia", true, true),
    ] {
        let scenario = consensusforge_core::scenario::presets::find(id)
            .unwrap()
            .scenario;
        let total: u64 = scenario.validators.iter().map(|v| v.stake).sum();
        let Who::Names(liars) = &scenario.adversary.who else {
            panic!("{id} names its liars");
        };
        let bad: u64 = scenario
            .validators
            .iter()
            .filter(|v| liars.contains(&v.name))
            .map(|v| v.stake)
            .sum();
        // In units of a validator: a quorum is the least count of equal stakes above two thirds.
        let quorum = (1..)
            .find(|n| 3 * n * 100 > 2 * total)
            .map_or(0, |n| n * 100);
        assert_eq!(bad >= 2 * quorum - total, forks, "{id}");
        assert_eq!(3 * bad >= total, a_third, "{id}");
    }
}

#[test]
fn what_re_sending_puts_on_the_wire_is_bounded() {
    refused(
        &spoiled(|s| s.protocol.resend_interval_us = 1),
        &[
            "protocol.resend_interval_us",
            "4 validators",
            "at least 160",
        ],
    );
    let many = spoiled(|s| {
        s.validators = (0..128).map(|i| ValidatorSpec::numbered(i, 1)).collect();
        s.protocol.resend_interval_us = 100_000;
    });
    refused(&many, &["protocol.resend_interval_us", "128 validators"]);
    // A second is enough for as many as there can be.
    let most = spoiled(|s| {
        s.protocol.name = "jolteon".into();
        s.validators = (0..512).map(|i| ValidatorSpec::numbered(i, 1)).collect();
        s.protocol.resend_interval_us = 1_000_000;
    });
    assert_eq!(validate(&most), Ok(()));
    let switched_off = spoiled(|s| {
        s.protocol.resend = false;
        s.protocol.resend_interval_us = 1;
    });
    assert_eq!(validate(&switched_off), Ok(()));
}

#[test]
fn the_nodes_of_a_twin_have_names_of_their_own() {
    let named = |name: &str| {
        spoiled(|s| {
            s.validators[0].name = "a".into();
            s.validators[1].name = name.into();
            s.twins = vec!["a".into()];
        })
    };
    refused(&named("a'"), &["twins[0]", "\"a'\"", "rename"]);
    refused(&named("'a"), &["twins[0]", "\"'a\"", "rename"]);
    assert_eq!(validate(&named("b")), Ok(()));
    let crash = |validator: &str| {
        let mut scenario = named("b");
        scenario.faults.crashes = vec![CrashSpec {
            validator: validator.into(),
            at_us: 1,
            restart_us: None,
        }];
        scenario
    };
    for node in ["a", "a'", "'a"] {
        assert_eq!(validate(&crash(node)), Ok(()), "{node}");
    }
    refused(
        &crash("b'"),
        &["faults.crashes[0]", "one node of a twin", "\"b\""],
    );
}
