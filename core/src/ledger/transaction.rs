//! Executing one transaction: the fee, the act, the receipt.

use super::addresses;
use super::chain::Chain;
use super::contract::{Call, ExecutionContext};
use super::error::TransactionError;
use super::journal::Journal;
use super::keeper::{Commit, Keeper, spend};
use super::message_error::MessageError;
use super::prices;
use super::receipt::{CallTree, GasReport, Receipt};
use super::state::{Account, CodeInfo, Contract};
use super::validity::{max_fee, sender};
use crate::base::digest::sha256;
use crate::types::transaction::NATIVE_DENOM;
use crate::types::{Action, Address, Coin, Header, SignedTransaction};
use crate::vm::gas::{Category, GasUse, UPLOAD};
use crate::vm::{Entry, Message, MessageEffect, Refusal, error_code, gzip};
use std::borrow::Cow;
use std::sync::Arc;

/// What a transaction's action gave, before anything is paid or rolled back.
#[derive(Default)]
struct ActionResult {
    /// What it answers.
    data: Vec<u8>,
    created: Option<Address>,
    code_id: Option<u64>,
}

impl ActionResult {
    fn of(effect: MessageEffect) -> ActionResult {
        let (data, created) = match effect {
            MessageEffect::Executed { data } | MessageEffect::Migrated { data } => (data, None),
            MessageEffect::Instantiated { address, data, .. } => (data, Some(address)),
            MessageEffect::Nothing
            | MessageEffect::Sent
            | MessageEffect::Burned
            | MessageEffect::AdminChanged
            | MessageEffect::AdminCleared
            | MessageEffect::Token(_) => (None, None),
        };
        ActionResult {
            data: data.unwrap_or_default(),
            created,
            code_id: None,
        }
    }
}

/// Reserves the whole fee, acts, takes the act back if it failed, and pays: the proposer for gas used,
/// the sender the rest. What an account loses another gains, in every denomination, unless a contract
/// burns it.
pub(super) async fn execute(
    chain: &Chain,
    context: ExecutionContext<'_>,
    journal: &mut Journal,
    header: &Header,
    tx: &SignedTransaction,
) -> Receipt {
    let t = &tx.transaction;
    let from = sender(t);
    if let Err(why) = reserve(journal, tx) {
        return Receipt {
            tx: tx.id(),
            result: Err(why.to_string()),
            gas_used: 0,
            gas: GasReport::default(),
            events: Vec::new(),
            created: None,
            code_id: None,
            calls: None,
            storage: Vec::new(),
        };
    }
    let intrinsic = prices::intrinsic(tx);
    let before = journal.savepoint();
    let mut calls = None;
    let result = match t.gas_limit.checked_sub(intrinsic) {
        Some(gas) => {
            let mut keeper = Keeper::new(context, journal);
            act(&mut keeper, tx, gas, &mut calls)
                .await
                .map_err(|error| error.text)
        }
        None => Err(format!(
            "the gas limit {} is below the {intrinsic} this transaction costs",
            t.gas_limit
        )),
    };
    if result.is_err() {
        journal.roll_back(before);
    }
    let burnt = calls.as_ref().map_or(0, |tree: &CallTree| tree.gas_used);
    let own = intrinsic.min(t.gas_limit);
    let used = own.saturating_add(burnt).min(t.gas_limit);
    let price = u128::from(t.gas_price);
    let rest = u128::from(t.gas_limit - used) * price;
    journal.reserved = 0;
    // Neither can overflow: both were the sender's, and genesis keeps a supply within u128.
    journal.give(&from, NATIVE_DENOM, rest);
    journal.give(
        &chain.fee_account(header),
        NATIVE_DENOM,
        u128::from(used) * price,
    );
    let (events, storage) = journal.settle();
    let (result, act) = match result {
        Ok(act) => (Ok(act.data.clone()), act),
        Err(why) => (Err(why), ActionResult::default()),
    };
    Receipt {
        tx: tx.id(),
        result,
        gas_used: used,
        gas: GasReport {
            transaction: own,
            contract: calls.as_ref().map_or_else(GasUse::default, CallTree::total),
        },
        events,
        created: act.created,
        code_id: act.code_id,
        calls,
        storage,
    }
}

/// Counts the nonce and takes the whole fee. Fails only in a block that [`super::check_block`] refuses.
fn reserve(journal: &mut Journal, tx: &SignedTransaction) -> Result<(), TransactionError> {
    let t = &tx.transaction;
    let from = sender(t);
    let mut account: Account = journal.account(&from);
    if account.nonce != t.nonce {
        return Err(TransactionError::Nonce {
            found: t.nonce,
            next: account.nonce,
        });
    }
    let fee = max_fee(t);
    let held = account.balance(NATIVE_DENOM);
    let (Some(left), Some(nonce)) = (held.checked_sub(fee), t.nonce.checked_add(1)) else {
        return Err(TransactionError::Fee { fee, held });
    };
    account.nonce = nonce;
    account.set_balance(NATIVE_DENOM, left);
    journal.set_account(from, account);
    journal.reserved = fee;
    Ok(())
}

/// What went to a contract leaves its tree in `calls`, also when it failed.
async fn act(
    keeper: &mut Keeper<'_>,
    tx: &SignedTransaction,
    gas: u64,
    calls: &mut Option<CallTree>,
) -> Result<ActionResult, MessageError> {
    let (to, coins) = match &tx.transaction.action {
        Action::Transfer { to, coin } => (to, std::slice::from_ref(coin)),
        Action::Send { to, coins } => (to, coins.as_slice()),
        Action::Call { .. }
        | Action::Deploy { .. }
        | Action::Store { .. }
        | Action::Instantiate { .. }
        | Action::Execute { .. }
        | Action::Migrate { .. }
        | Action::SetAdmin { .. } => {
            // Boxed: a block of transfers needs no room for all that calls keep.
            return Box::pin(call_contracts(keeper, tx, gas, calls)).await;
        }
    };
    // Its price is the transaction's own.
    keeper.move_coins(&sender(&tx.transaction), to, coins)?;
    Ok(ActionResult::default())
}

async fn call_contracts(
    keeper: &mut Keeper<'_>,
    tx: &SignedTransaction,
    gas: u64,
    calls: &mut Option<CallTree>,
) -> Result<ActionResult, MessageError> {
    let t = &tx.transaction;
    let from = sender(t);
    let message = match &t.action {
        // Done without contracts.
        Action::Transfer { .. } | Action::Send { .. } => return Ok(ActionResult::default()),
        Action::Call {
            contract,
            input,
            funds,
        } => {
            if keeper.journal.contract(contract).is_none() {
                return Err(MessageError::new(
                    error_code::NO_SUCH_CONTRACT,
                    format!("there is no contract at {contract}"),
                ));
            }
            let call = Call::new(Entry::Call, from, *contract, input.clone());
            return direct(keeper, call, Commit::Nothing, funds.as_ref(), gas, calls).await;
        }
        Action::Deploy { wasm, input, funds } => {
            return deploy(
                keeper,
                t.nonce,
                &from,
                wasm,
                input,
                funds.as_ref(),
                gas,
                calls,
            )
            .await;
        }
        Action::Store { wasm } => return store(keeper, &from, wasm, gas, calls),
        Action::Instantiate {
            code_id,
            admin,
            label,
            input,
            funds,
            salt,
        } => Message::Instantiate {
            admin: *admin,
            code_id: *code_id,
            input: input.clone(),
            funds: funds.clone(),
            label: label.clone(),
            salt: salt.clone(),
        },
        Action::Execute {
            contract,
            input,
            funds,
        } => Message::Execute {
            contract: *contract,
            input: input.clone(),
            funds: funds.clone(),
        },
        Action::Migrate {
            contract,
            code_id,
            input,
        } => Message::Migrate {
            contract: *contract,
            code_id: *code_id,
            input: input.clone(),
        },
        Action::SetAdmin {
            contract,
            admin: Some(admin),
        } => Message::UpdateAdmin {
            contract: *contract,
            admin: *admin,
        },
        Action::SetAdmin {
            contract,
            admin: None,
        } => Message::ClearAdmin {
            contract: *contract,
        },
    };
    let (result, tree) = keeper.deliver(&from, message, gas).await;
    *calls = Some(tree);
    Ok(ActionResult::of(result?))
}

/// The module a person uploads, unpacked. What it has more than what was sent is paid for as an upload.
fn admitted(
    keeper: &Keeper<'_>,
    wasm: &Arc<[u8]>,
    tree: &mut CallTree,
) -> Result<Arc<[u8]>, MessageError> {
    let refused = |refusal: Refusal| MessageError::new(error_code::CREATE_FAILED, refusal.text);
    let module = match gzip::unpack(wasm).map_err(refused)? {
        Cow::Borrowed(_) => wasm.clone(),
        Cow::Owned(module) => {
            let more = module.len().saturating_sub(wasm.len()) as u64;
            let price = UPLOAD.gas(more).saturating_sub(UPLOAD.gas(0));
            spend(tree, Category::Start, price)?;
            module.into()
        }
    };
    keeper.context().engine.admit(&module).map_err(refused)?;
    Ok(module)
}

fn store(
    keeper: &mut Keeper<'_>,
    from: &Address,
    wasm: &Arc<[u8]>,
    gas: u64,
    calls: &mut Option<CallTree>,
) -> Result<ActionResult, MessageError> {
    let mut tree = CallTree::new("store", gas);
    let module = admitted(keeper, wasm, &mut tree);
    tree.failed = module.as_ref().err().map(|error| error.text.clone());
    // Nothing to show where nothing was spent.
    *calls = (tree.gas_used > 0).then_some(tree);
    let module = module?;
    let code = CodeInfo {
        hash: sha256(&module),
        creator: *from,
    };
    let code_id = keeper.journal.store(code, &module);
    Ok(ActionResult {
        data: code_id.to_string().into_bytes(),
        created: None,
        code_id: Some(code_id),
    })
}

#[expect(clippy::too_many_arguments, reason = "the parts of one action")]
async fn deploy(
    keeper: &mut Keeper<'_>,
    nonce: u64,
    from: &Address,
    wasm: &Arc<[u8]>,
    input: &[u8],
    funds: Option<&Coin>,
    gas: u64,
    calls: &mut Option<CallTree>,
) -> Result<ActionResult, MessageError> {
    // Deployed with its code, a module is what was sent: who packs it stores it first.
    keeper
        .context()
        .engine
        .admit(wasm)
        .map_err(|refusal| MessageError::new(error_code::CREATE_FAILED, refusal.text))?;
    let address = addresses::deployed(from, nonce);
    let contract = Contract {
        code: sha256(wasm),
        creator: *from,
    };
    if keeper.journal.contract(&address).is_some() {
        return Err(MessageError::new(
            error_code::DUPLICATE,
            format!("there is a contract at {address} already"),
        ));
    }
    keeper.journal.keep_code(contract.code, wasm);
    let call = Call {
        code: Some(contract.code),
        ..Call::new(Entry::Init, *from, address, input.to_vec())
    };
    let commit = Commit::Create(contract, None);
    let act = direct(keeper, call, commit, funds, gas, calls).await?;
    Ok(ActionResult {
        created: Some(address),
        ..act
    })
}

/// A person's call in the old form: one coin along, and no word of the chain's among the events.
async fn direct(
    keeper: &mut Keeper<'_>,
    call: Call,
    commit: Commit,
    funds: Option<&Coin>,
    gas: u64,
    calls: &mut Option<CallTree>,
) -> Result<ActionResult, MessageError> {
    let funds: Vec<Coin> = funds
        .filter(|c| c.amount > 0)
        .cloned()
        .into_iter()
        .collect();
    keeper.move_coins(&call.sender, &call.contract, &funds)?;
    let (result, tree) = keeper.call(Call { funds, ..call }, commit, gas).await;
    *calls = Some(tree);
    Ok(ActionResult::of(result?))
}
