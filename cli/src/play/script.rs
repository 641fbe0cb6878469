//! What `contract run` reads: who there is, which further modules, and the steps.

use crate::failure::Failure;
use crate::source;
use consensusforge_core::base::digest::from_hex;
use consensusforge_core::types::bech32;
use consensusforge_core::vm::abi::cosmwasm::json::{self, JsonError};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use serde_json::value::RawValue;
use std::collections::{BTreeMap, BTreeSet};

/// Steps one script may hold, and blocks it may wait at once.
const MAX_STEPS: usize = 10_000;
const MAX_BLOCKS: u64 = 1_000_000_000;

/// Accounts, modules and steps. In a `msg`, `{alice}` inside a text stands for the `forge1...` address of the
/// account or contract of that name; in a `text`, for its 64 hex digits. An object in a `msg` whose only
/// field is `$base64` stands for that field's value as JSON in base64: a message inside a message.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Script {
    /// Accounts by name, with the coins each has at the start. Gas is free.
    #[serde(default)]
    pub accounts: BTreeMap<String, Vec<CoinInput>>,
    /// Further modules, as files named from the script's folder: code 2, 3, and so on. Code 1 is the
    /// module of the command line.
    #[serde(default)]
    pub modules: Vec<String>,
    #[serde(default)]
    pub profile: Rules,
    pub steps: Vec<Step>,
}

/// By which rules modules are admitted: `strict` takes what cosmwasm-vm takes, `modern` also
/// memory.copy and memory.fill.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Rules {
    Strict,
    #[default]
    Modern,
}

#[derive(Clone, Debug, PartialEq, Eq)]
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CoinInput {
    pub denom: String,
    /// A whole number up to 2^128 - 1, as text.
    pub amount: String,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Step {
    /// Makes a contract of stored code.
    Instantiate {
        /// Name of the account that signs, here and below.
        by: String,
        /// 1 unless given.
        #[serde(default = "one")]
        code_id: u64,
        /// The message, as JSON. A contract of the own ABI takes `text` or `hex` instead.
        #[serde(default, deserialize_with = "as_written")]
        #[schemars(with = "Option<Value>")]
        msg: Option<Box<RawValue>>,
        #[serde(default)]
        text: Option<String>,
        #[serde(default)]
        hex: Option<String>,
        #[serde(default)]
        funds: Vec<CoinInput>,
        /// Who may migrate it: an account, a contract or an address. Without it, nobody may.
        #[serde(default)]
        admin: Option<String>,
        #[serde(default)]
        label: String,
        /// 1 to 64 bytes: the address then depends on code, sender and salt alone.
        #[serde(default)]
        salt: Option<String>,
        /// What later steps call the contract.
        #[serde(default, rename = "as")]
        name: Option<String>,
        /// Gas limit; 40 million unless given.
        #[serde(default = "gas")]
        gas: u64,
    },
    /// Calls a contract, which is named as above or by its address.
    Execute {
        by: String,
        contract: String,
        #[serde(default, deserialize_with = "as_written")]
        #[schemars(with = "Option<Value>")]
        msg: Option<Box<RawValue>>,
        #[serde(default)]
        text: Option<String>,
        #[serde(default)]
        hex: Option<String>,
        #[serde(default)]
        funds: Vec<CoinInput>,
        #[serde(default = "gas")]
        gas: u64,
    },
    /// Queries a contract. Nothing changes and nobody signs.
    Query {
        contract: String,
        #[serde(default, deserialize_with = "as_written")]
        #[schemars(with = "Option<Value>")]
        msg: Option<Box<RawValue>>,
        #[serde(default)]
        text: Option<String>,
        #[serde(default)]
        hex: Option<String>,
    },
    /// Gives a contract other code.
    Migrate {
        by: String,
        contract: String,
        code_id: u64,
        #[serde(default, deserialize_with = "as_written")]
        #[schemars(with = "Option<Value>")]
        msg: Option<Box<RawValue>>,
        #[serde(default)]
        text: Option<String>,
        #[serde(default)]
        hex: Option<String>,
        #[serde(default = "gas")]
        gas: u64,
    },
    /// Hands a contract to another admin: an account, a contract or an address.
    UpdateAdmin {
        by: String,
        contract: String,
        admin: String,
    },
    /// Leaves a contract without an admin for ever.
    ClearAdmin { by: String, contract: String },
    /// The chain itself calls a contract's `sudo`, as governance would. Nobody signs and nobody pays.
    Sudo {
        contract: String,
        #[serde(default, deserialize_with = "as_written")]
        #[schemars(with = "Option<Value>")]
        msg: Option<Box<RawValue>>,
        #[serde(default)]
        text: Option<String>,
        #[serde(default)]
        hex: Option<String>,
        #[serde(default = "gas")]
        gas: u64,
    },
    /// Pays an account or a contract.
    Send {
        by: String,
        to: String,
        funds: Vec<CoinInput>,
    },
    /// Lets blocks go by, one a second.
    Wait { blocks: u64 },
}

/// `null` is a message too.
fn as_written<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Box<RawValue>>, D::Error> {
    Box::<RawValue>::deserialize(from).map(Some)
}

fn one() -> u64 {
    1
}

/// Gas limit of a step that names none.
pub fn gas() -> u64 {
    40_000_000
}

/// Reads a script and looks through it: what remains can be played, though steps may fail.
pub fn read(name: &str) -> Result<Script, Failure> {
    let bytes = source::read_bytes(name)?;
    // Serde would take a list for an object, field by field.
    if bytes.trim_ascii_start().first() == Some(&b'[') {
        return Err(Failure::input(
            "the script does not fit: a list stands where an object with `steps` is expected. \
             `consensusforge schema contract-script` describes it.",
        ));
    }
    // Of two keys serde would keep the last, and of what is nested too deep it names every level. What is no
    // JSON at all it can place better.
    if let Err(why) = json::parse(&bytes)
        && !matches!(why, JsonError::NotJson { .. })
    {
        return Err(Failure::input(format!("the script {why}.")));
    }
    let mut json = serde_json::Deserializer::from_slice(&bytes);
    let script: Script = serde_path_to_error::deserialize(&mut json).map_err(|e| {
        Failure::input(format!(
            "the script does not fit at {}: {}. `consensusforge schema contract-script` describes it.",
            e.path(),
            e.inner()
        ))
    })?;
    json.end()
        .map_err(|e| Failure::input(format!("unexpected text after the script: {e}.")))?;
    if script.steps.len() > MAX_STEPS {
        return Err(Failure::input(format!(
            "{} steps are too many; at most {MAX_STEPS} are taken. Split the script.",
            script.steps.len()
        )));
    }
    validate(&script)?;
    Ok(script)
}

fn validate(script: &Script) -> Result<(), Failure> {
    for (name, coins) in &script.accounts {
        check_name(name).map_err(|why| Failure::input(format!("accounts: {why}.")))?;
        check_coins(coins).map_err(|why| Failure::input(format!("accounts.{name}{why}.")))?;
    }
    let mut contracts = BTreeSet::new();
    for (i, step) in script.steps.iter().enumerate() {
        check_step(script, &mut contracts, step)
            .map_err(|why| Failure::input(format!("steps[{i}].{}.{why}.", step.name())))?;
    }
    Ok(())
}

impl Step {
    pub fn name(&self) -> &'static str {
        match self {
            Step::Instantiate { .. } => "instantiate",
            Step::Execute { .. } => "execute",
            Step::Query { .. } => "query",
            Step::Migrate { .. } => "migrate",
            Step::UpdateAdmin { .. } => "update_admin",
            Step::ClearAdmin { .. } => "clear_admin",
            Step::Sudo { .. } => "sudo",
            Step::Send { .. } => "send",
            Step::Wait { .. } => "wait",
        }
    }

    /// What it says to a contract.
    pub fn message_input(&self) -> MessageInput<'_> {
        match self {
            Step::Instantiate { msg, text, hex, .. }
            | Step::Execute { msg, text, hex, .. }
            | Step::Query { msg, text, hex, .. }
            | Step::Migrate { msg, text, hex, .. }
            | Step::Sudo { msg, text, hex, .. } => MessageInput {
                msg: msg.as_deref(),
                text: text.as_deref(),
                hex: hex.as_deref(),
            },
            Step::UpdateAdmin { .. }
            | Step::ClearAdmin { .. }
            | Step::Send { .. }
            | Step::Wait { .. } => MessageInput::default(),
        }
    }
}

/// A message in one of three ways; none is `{}`.
#[derive(Clone, Copy, Debug, Default)]
pub struct MessageInput<'a> {
    pub msg: Option<&'a RawValue>,
    pub text: Option<&'a str>,
    pub hex: Option<&'a str>,
}

impl MessageInput<'_> {
    fn check(self) -> Result<(), String> {
        let given = [self.msg.is_some(), self.text.is_some(), self.hex.is_some()];
        if given.iter().filter(|g| **g).count() > 1 {
            return Err("msg: give one of `msg`, `text` and `hex`".into());
        }
        if let Some(hex) = self.hex {
            from_hex(hex).map_err(|why| format!("hex: {why}"))?;
        }
        Ok(())
    }
}

/// Says which field of a step is wrong and how.
fn check_step<'a>(
    script: &'a Script,
    contracts: &mut BTreeSet<&'a str>,
    step: &'a Step,
) -> Result<(), String> {
    let signer = |by: &str| {
        if script.accounts.contains_key(by) {
            return Ok(());
        }
        let known: Vec<&str> = script.accounts.keys().map(String::as_str).collect();
        Err(format!(
            "by: there is no account {by:?}; `accounts` names {}",
            if known.is_empty() {
                "none".to_owned()
            } else {
                known.join(", ")
            }
        ))
    };
    let target = |field: &str, name: &str, contracts: &BTreeSet<&str>| {
        if script.accounts.contains_key(name)
            || contracts.contains(name)
            || bech32::decode(name).is_ok()
        {
            return Ok(());
        }
        Err(format!(
            "{field}: {name:?} is no account, no contract that a step above makes with `as`, and no \
             address"
        ))
    };
    let funds = |coins: &[CoinInput]| check_coins(coins).map_err(|why| format!("funds{why}"));
    step.message_input().check()?;
    match step {
        Step::Instantiate {
            by,
            funds: paid,
            admin,
            name,
            ..
        } => {
            signer(by)?;
            funds(paid)?;
            if let Some(admin) = admin {
                target("admin", admin, contracts)?;
            }
            if let Some(name) = name {
                check_name(name).map_err(|why| format!("as: {why}"))?;
                if script.accounts.contains_key(name) || !contracts.insert(name) {
                    return Err(format!("as: the name {name:?} is taken"));
                }
            }
            Ok(())
        }
        Step::Execute {
            by,
            contract,
            funds: paid,
            ..
        } => {
            signer(by)?;
            target("contract", contract, contracts)?;
            funds(paid)
        }
        Step::Query { contract, .. } | Step::Sudo { contract, .. } => {
            target("contract", contract, contracts)
        }
        Step::Migrate { by, contract, .. } | Step::ClearAdmin { by, contract } => {
            signer(by)?;
            target("contract", contract, contracts)
        }
        Step::UpdateAdmin {
            by,
            contract,
            admin,
        } => {
            signer(by)?;
            target("contract", contract, contracts)?;
            target("admin", admin, contracts)
        }
        Step::Send {
            by,
            to,
            funds: paid,
        } => {
            signer(by)?;
            target("to", to, contracts)?;
            funds(paid)
        }
        Step::Wait { blocks } if *blocks > MAX_BLOCKS => Err(format!(
            "blocks: {blocks} are too many; at most {MAX_BLOCKS} go by at once"
        )),
        Step::Wait { .. } => Ok(()),
    }
}

fn check_name(name: &str) -> Result<(), String> {
    let fine = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if name.is_empty() || name.len() > 64 || !name.chars().all(fine) {
        return Err(format!(
            "{name:?} is no name: 1 to 64 letters, digits, `-` or `_`"
        ));
    }
    Ok(())
}

/// Says, behind the list's name, which coin is wrong and how.
fn check_coins(coins: &[CoinInput]) -> Result<(), String> {
    for (i, coin) in coins.iter().enumerate() {
        let digits = !coin.amount.is_empty() && coin.amount.bytes().all(|b| b.is_ascii_digit());
        if !digits || coin.amount.parse::<u128>().is_err() {
            return Err(format!(
                "[{i}].amount: {:?} is no whole number from 0 to 2^128 - 1",
                coin.amount
            ));
        }
    }
    Ok(())
}
