//! From a scenario to a world at time 0.

use super::node::{Computed, Node, Past};
use super::queue::Queue;
use super::store::Store;
use super::users::{ENDOWMENT, SECOND_DENOM, USERS, Users, user, user_address};
use super::wire::UNSIGNED_KINDS;
use super::{Adversary, Fixed, ScheduledEvent, World};
use crate::adversary::{Line, Plan, Value, strategy};
use crate::base::random::{Purpose, Randomness};
use crate::base::{Hash, SECOND, hash_of};
use crate::consensus::proposer::{Rule, Schedule};
use crate::consensus::{Corruptible, Environment, ParamError, Role, read_params};
use crate::ledger::error::GenesisError;
use crate::ledger::{Chain, ExecutorKind, Genesis, Ledger, Mempool, Workload, workload};
use crate::model::{
    AdmissionSpec, Cut, LatencySpec, ParamsSpec, ProposerSpec, Scenario, StrategySpec, ValueSpec,
};
use crate::network::{Conditions, Cuts, Gst, Latency, Links, Network};
use crate::trace::{Head, KindInfo, Receivers, RunDigest, Trace};
use crate::types::keys::Signable;
use crate::types::transaction::NATIVE_DENOM;
use crate::types::{
    Block, Coin, Header, Keypair, NodeId, Slot, Validator, ValidatorId, ValidatorSet,
    ValidatorSetError, ValidatorSets,
};
use crate::vm::{Profile, WasmEngine};
use serde_json::{Map, Value as Json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A scenario that was found possible, with the modules it names.
#[derive(Clone, Debug)]
pub struct Setup {
    /// What is run.
    pub scenario: Scenario,
    /// Bytes of the scenario's contracts by name.
    pub contracts: BTreeMap<String, Arc<[u8]>>,
}

/// The engine's word for a scenario's rules of admission.
#[must_use]
pub fn profile(admission: AdmissionSpec) -> Profile {
    match admission {
        AdmissionSpec::Strict => Profile::Strict,
        AdmissionSpec::Modern => Profile::Modern,
    }
}

/// Why there is no world for a scenario. [`validate`](crate::scenario::validate()) finds most of it before, with its
/// place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BuildError {
    /// No protocol of that name.
    #[error("{}", crate::consensus::registry::unknown(.0))]
    UnknownProtocol(String),
    /// Stakes that make no set.
    #[error(transparent)]
    Validators(#[from] ValidatorSetError),
    /// A parameter that the protocol does not take.
    #[error("{}: {}", .0.field, .0.sentence)]
    Parameter(ParamError),
    /// Accounts or contracts that cannot be there at the beginning.
    #[error(transparent)]
    Genesis(#[from] GenesisError),
}

/// Builds the world of `setup` under protocol `P`.
///
/// # Errors
/// [`BuildError`].
pub fn build<P: Corruptible>(setup: &Setup) -> Result<World<P>, BuildError> {
    let scenario = &setup.scenario;
    let randomness = Randomness::new(scenario.seed);
    let names: Vec<String> = scenario.validators.iter().map(|v| v.name.clone()).collect();
    let keys: Vec<Keypair> = (0..names.len())
        .map(|i| key(&randomness, 0, i as u64))
        .collect();
    let public: Vec<_> = keys.iter().map(Keypair::public).collect();
    let all = scenario.validators.iter().zip(&public).enumerate();
    let set =
        ValidatorSet::of(
            all.filter(|(_, (v, _))| v.stake > 0)
                .map(|(i, (v, key))| Validator {
                    id: ValidatorId(i as u16),
                    key: *key,
                    stake: v.stake,
                }),
        )?;
    let chain_id = hash_of(
        "consensusforge/chain",
        &set.iter().map(|v| (v.key, v.stake)).collect::<Vec<_>>(),
    );
    let node_validators = nodes(scenario, &names);
    let params: P::Params =
        read_params(&given(&scenario.protocol.params)).map_err(BuildError::Parameter)?;

    let chain = Chain {
        id: chain_id,
        validators: ValidatorSets::new(set),
        engine: Arc::new(WasmEngine::with_profile(profile(
            scenario.execution.admission,
        ))),
        everywhere: scenario.execution.everywhere,
    };
    let state = genesis(scenario).build(&chain.engine)?;
    let root = state.root();
    let genesis_block = Block::new(
        Header {
            chain: chain_id,
            height: 0,
            round: 0,
            proposer: ValidatorId(0),
            parent: Hash::ZERO,
            time: 0,
            executed: Hash::ZERO,
            state_root: root,
            transactions: Hash::ZERO,
            salt: 0,
            extension: Default::default(),
        },
        Vec::new(),
    );
    let tip = genesis_block.id();
    let mut store = Store::default();
    let nodes: Vec<Node<P>> = node_validators
        .iter()
        .enumerate()
        .map(|(i, validator)| {
            let id = NodeId(i as u16);
            store.give(id, &genesis_block);
            let computed = Computed {
                position: 0,
                state: state.clone(),
                root,
            };
            Node {
                id,
                validator: *validator,
                machine: P::new(tip, &params),
                up: true,
                life: 0,
                armed: BTreeSet::new(),
                tip,
                tip_height: 0,
                progress: 0,
                past: imbl::OrdMap::unit(0, Past::new(&computed, 0)),
                computed: BTreeMap::from([(tip, computed)]),
                executor: ExecutorKind::Honest,
                mempool: Mempool::default(),
                busy_until: 0,
                wanted: BTreeMap::new(),
                helped: BTreeMap::new(),
                relay: i as u16,
                proved: BTreeMap::new(),
                evidence: Vec::new(),
            }
        })
        .collect();

    let protocol = &scenario.protocol;
    let mut ledger = Ledger::new(chain);
    ledger.everywhere = scenario.execution.everywhere;
    let workload_accounts = scenario.workload.accounts.max(1);
    let stream = Workload::new(chain_id, randomness.clone(), usize::from(workload_accounts));
    let order = |purpose| permutation(&randomness, purpose, names.len());
    let fixed = Fixed {
        chain: chain_id,
        byzantine_order: order(Purpose::ChooseByzantine),
        crash_order: order(Purpose::ChooseCrashed),
        keys,
        public,
        seed: scenario.seed,
        resend: protocol
            .resend
            .then_some(protocol.resend_interval_us.max(1)),
        gas_per_second: scenario.execution.gas_per_second,
        block_gas: scenario.execution.block_gas,
        everywhere: scenario.execution.everywhere,
        workload_accounts,
        names,
        everybody: Arc::new(Receivers::Others(
            u16::try_from(nodes.len().saturating_sub(1)).unwrap_or(u16::MAX),
        )),
    };
    let count = nodes.len();
    let head = head::<P>(scenario, &params, &node_validators, tip, &fixed);
    let mut world = World {
        signatures: Arc::default(),
        environment: Environment {
            proposers: Schedule::new(proposer_rule(
                &protocol.proposer,
                scenario.seed,
                &fixed.names,
            )),
            params,
            block_interval: protocol.block_interval_us.max(1),
        },
        now: 0,
        steps: 0,
        trigger: None,
        queue: Queue::default(),
        network: network(scenario, &fixed.names, &node_validators, randomness, count),
        store,
        ledger,
        changes: Default::default(),
        adversary: Adversary {
            plan: Plan::Coalition,
            members: Vec::new(),
            strategy: strategy(&Plan::Coalition),
            era: 0,
            own_blocks: BTreeMap::new(),
        },
        trace: Trace::new(head),
        digest: RunDigest::default(),
        commands: scenario.commands.iter().cloned().collect(),
        packets: BTreeMap::new(),
        proposed: BTreeMap::new(),
        tx_per_second: 0,
        workload_era: 0,
        users: Users::new(stream),
        contracts: setup.contracts.clone(),
        awaited: BTreeMap::new(),
        full: false,
        effects: Vec::new(),
        nodes,
        fixed: Arc::new(fixed),
    };
    world.set_adversary(&scenario.adversary);
    world.set_workload(scenario.workload.tx_per_second);
    world.schedule_faults(scenario);
    for i in 0..count {
        world.queue.push(0, ScheduledEvent::Start(NodeId(i as u16)));
    }
    world.schedule_first_lines();
    Ok(world)
}

impl<P: Corruptible> World<P> {
    fn schedule_faults(&mut self, scenario: &Scenario) {
        if scenario.faults.crashed > 0 {
            let count = scenario.faults.crashed;
            self.command(&crate::model::Command::SetCrashed { count });
        }
        for crash in &scenario.faults.crashes {
            for node in self.named(&crash.validator) {
                self.queue.push(crash.at_us, ScheduledEvent::Crash(node));
                if let Some(at) = crash.restart_us {
                    self.queue.push(at, ScheduledEvent::Restart(node));
                }
            }
        }
    }
}

/// Validator `i`'s key, drawn from the run's seed: the one of the beginning is `generation` 0.
pub(super) fn key(randomness: &Randomness, generation: u64, i: u64) -> Keypair {
    let mut draw = randomness.draw(Purpose::Keys, generation, i);
    let mut secret = [0; 32];
    for part in secret.chunks_mut(8) {
        part.copy_from_slice(&draw.u64().to_le_bytes());
    }
    Keypair::from_secret(secret)
}

/// The validator of each node: one each, then the twins.
fn nodes(scenario: &Scenario, names: &[String]) -> Vec<ValidatorId> {
    let twins = scenario
        .twins
        .iter()
        .filter_map(|t| names.iter().position(|n| n == t));
    (0..names.len())
        .chain(twins)
        .map(|i| ValidatorId(i as u16))
        .collect()
}

fn genesis(scenario: &Scenario) -> Genesis {
    let native = || Coin {
        denom: NATIVE_DENOM.into(),
        amount: ENDOWMENT,
    };
    let second = || Coin {
        denom: SECOND_DENOM.into(),
        amount: ENDOWMENT,
    };
    let workers = u64::from(scenario.workload.accounts.max(1));
    let accounts = (0..workers).map(|i| (workload::address(i), vec![native()]));
    let users = (0..USERS).map(|i| (Hash(user(i).public().0), vec![native(), second()]));
    let more = scenario.accounts.iter().map(|account| {
        let coins = account.coins.iter().map(|c| Coin {
            denom: c.denom.clone(),
            amount: u128::from(c.amount),
        });
        (user_address(account.user), coins.collect())
    });
    Genesis {
        accounts: accounts.chain(users).chain(more).collect(),
        contracts: Vec::new(),
    }
}

/// All validators in an order drawn from the seed (Fisher and Yates).
fn permutation(randomness: &Randomness, purpose: Purpose, n: usize) -> Vec<ValidatorId> {
    let mut order: Vec<ValidatorId> = (0..n as u16).map(ValidatorId).collect();
    for i in (1..n).rev() {
        let j = randomness.draw(purpose, 0, i as u64).below(i as u64 + 1) as usize;
        order.swap(i, j);
    }
    order
}

/// The protocol's own parameters as the scenario gives them, for [`read_params`].
#[must_use]
pub fn given(params: &ParamsSpec) -> Map<String, Json> {
    match serde_json::to_value(params) {
        Ok(Json::Object(fields)) => fields,
        Ok(_) | Err(_) => Map::new(),
    }
}

fn head<P: Corruptible>(
    scenario: &Scenario,
    params: &P::Params,
    nodes: &[ValidatorId],
    genesis: Hash,
    fixed: &Fixed,
) -> Head {
    let (info, conflict) = (P::info(params), P::conflict(params));
    let own = info.kinds.iter().map(|k| KindInfo {
        name: k.name,
        role: k.role,
    });
    let chatter = UNSIGNED_KINDS.iter().map(|name| KindInfo {
        name,
        role: Role::Other,
    });
    Head {
        protocol: info.name,
        validators: scenario
            .validators
            .iter()
            .map(|v| (v.name.clone(), v.stake))
            .collect(),
        nodes: nodes.to_vec(),
        kinds: own.chain(chatter).collect(),
        steps: info.steps,
        timers: info.timers,
        rules: info.rules,
        params: serde_json::to_string(params).unwrap_or_default(),
        rounds: info.rounds,
        certificates: info.certificate,
        bound: info.bound,
        conflict,
        skip: P::SKIP,
        keeps: P::KEEPS,
        waits: P::waits(params),
        genesis,
        chain: fixed.chain,
        domain: P::Message::DOMAIN,
        keys: fixed.public.clone(),
        tips: Vec::new(),
        stall_after: scenario.checks.stall_after_us.max(SECOND / 1_000),
    }
}

fn network(
    scenario: &Scenario,
    names: &[String],
    nodes: &[ValidatorId],
    randomness: Randomness,
    count: usize,
) -> Network {
    let spec = &scenario.network;
    let mut cuts = Cuts::default();
    for partition in &spec.partitions {
        cuts.add(
            partition.from_us,
            partition.until_us,
            cut(&partition.cut, names, nodes),
        );
    }
    let conditions = Conditions {
        latency: latency(&spec.latency, nodes),
        loss_ppm: spec.loss_ppm,
        duplicate_ppm: spec.duplicate_ppm,
        reorder_ppm: spec.reorder_ppm,
        reorder_by: spec.reorder_by_us,
        gst: spec.gst.map(|g| Gst {
            at: g.at_us,
            max_before: g.max_before_us,
            delta: g.delta_us,
        }),
    };
    Network::new(conditions, cuts, randomness, count)
}

/// A matrix by validator becomes one by node.
pub(super) fn latency(spec: &LatencySpec, nodes: &[ValidatorId]) -> Latency {
    match spec {
        LatencySpec::Constant { us } => Latency::Constant(*us),
        LatencySpec::Uniform { min_us, max_us } => Latency::Uniform {
            min: *min_us,
            max: *max_us,
        },
        LatencySpec::Normal {
            mean_us,
            deviation_us,
        } => Latency::Normal {
            mean: *mean_us,
            deviation: *deviation_us,
        },
        LatencySpec::LogNormal {
            median_us,
            sigma_milli,
        } => Latency::LogNormal {
            median: *median_us,
            sigma_milli: *sigma_milli,
        },
        LatencySpec::Matrix { us } => {
            let at = |a: &ValidatorId, b: &ValidatorId| {
                us.get(a.index()).and_then(|r| r.get(b.index())).copied()
            };
            let row = |a| nodes.iter().map(|b| at(a, b).unwrap_or(0)).collect();
            Latency::Matrix(Arc::new(nodes.iter().map(row).collect()))
        }
    }
}

/// The nodes a name means: `a` all nodes of a validator, `'a` the first and `a'` the second of a twin.
pub(super) fn nodes_named(name: &str, names: &[String], nodes: &[ValidatorId]) -> Vec<NodeId> {
    let of = |name: &str, fits: &dyn Fn(usize) -> bool| -> Vec<NodeId> {
        let validator = names.iter().position(|n| n == name);
        let own = nodes.iter().enumerate();
        own.filter(|(i, v)| Some(v.index()) == validator && fits(*i))
            .map(|(i, _)| NodeId(i as u16))
            .collect()
    };
    if names.iter().any(|n| n == name) {
        of(name, &|_| true)
    } else if let Some(twin) = name.strip_suffix('\'') {
        of(twin, &|i| i >= names.len())
    } else if let Some(twin) = name.strip_prefix('\'') {
        of(twin, &|i| i < names.len())
    } else {
        Vec::new()
    }
}

pub(super) fn cut(spec: &Cut, names: &[String], nodes: &[ValidatorId]) -> Links {
    let of = |list: &[String]| -> Vec<NodeId> {
        let mut all: Vec<NodeId> = list
            .iter()
            .flat_map(|name| nodes_named(name, names, nodes))
            .collect();
        all.sort_unstable();
        all.dedup();
        all
    };
    match spec {
        Cut::Groups(groups) => {
            // Who is in no group makes group 0. A twin's node that is named by itself goes where that says.
            let mut group = vec![0; nodes.len()];
            let named = groups.iter().zip(1u16..);
            let named = named.flat_map(|(members, i)| members.iter().map(move |name| (name, i)));
            let (whole, single): (Vec<_>, Vec<_>) =
                named.partition(|(name, _)| names.contains(name));
            for (name, i) in whole.into_iter().chain(single) {
                for node in nodes_named(name, names, nodes) {
                    group[node.index()] = i;
                }
            }
            Links::Groups(group)
        }
        Cut::OneWay { from, to } => Links::OneWay {
            from: of(from),
            to: of(to),
        },
    }
}

/// Whose turn it is, as a scenario says it.
#[must_use]
pub fn proposer_rule(spec: &ProposerSpec, seed: u64, names: &[String]) -> Rule {
    match spec {
        ProposerSpec::Priority => Rule::Priority,
        ProposerSpec::Rotation => Rule::Rotation,
        ProposerSpec::Draw => Rule::Draw { seed },
        ProposerSpec::List(list) => Rule::List(
            list.iter()
                .filter_map(|n| names.iter().position(|m| m == n))
                .map(|i| ValidatorId(i as u16))
                .collect(),
        ),
    }
}

pub(super) fn plan(spec: &StrategySpec, names: &[String], nodes: &[ValidatorId]) -> Plan {
    // Of a twin that is named as a whole the first node acts.
    let node = |name: &String| nodes_named(name, names, nodes).first().copied();
    match spec {
        StrategySpec::Coalition => Plan::Coalition,
        StrategySpec::Silent => Plan::Silent,
        StrategySpec::Delay { by_us } => Plan::Delay { by: *by_us },
        StrategySpec::WrongRoot => Plan::WrongRoot,
        StrategySpec::WrongAnswers => Plan::WrongAnswers,
        StrategySpec::Censor { users } => Plan::Censor {
            users: users.clone(),
        },
        StrategySpec::Amnesia => Plan::Amnesia,
        StrategySpec::Puppet { script } => Plan::Puppet {
            script: script
                .iter()
                .filter_map(|line| {
                    Some(Line {
                        at: line.at_us,
                        from: node(&line.from)?,
                        to: line.to.iter().filter_map(node).collect(),
                        kind: line.kind.clone(),
                        slot: Slot {
                            height: line.height,
                            round: line.round,
                        },
                        value: match &line.value {
                            ValueSpec::Nil => Value::Nil,
                            ValueSpec::Block(label) => Value::Own(label.clone()),
                            ValueSpec::InvalidBlock(label) => Value::Invalid(label.clone()),
                            ValueSpec::BlockOn {
                                label,
                                height,
                                round,
                            } => Value::On(
                                label.clone(),
                                Slot {
                                    height: *height,
                                    round: *round,
                                },
                            ),
                            ValueSpec::Proposed { height, round } => Value::Proposed(Slot {
                                height: *height,
                                round: *round,
                            }),
                        },
                        valid_round: line.valid_round,
                        forged: line.wrong_signature,
                    })
                })
                .collect(),
        },
    }
}
