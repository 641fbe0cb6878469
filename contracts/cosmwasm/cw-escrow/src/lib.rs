//! Coins held until both sides are happy. Who makes it is the buyer and pays in with it.
//!
//!     instantiate  {"seller": "forge1...", "arbiter": "forge1...", "ends": 100}     (with funds)
//!     execute      {"release": {}} | {"refund": {}}
//!     query        {"status": {}}
//!
//! Buyer or arbiter release to the seller; seller or arbiter refund the buyer, and after height `ends`
//! anybody may.

use cosmwasm_std::{
    BankMsg, Binary, Coin, Deps, DepsMut, Env, MessageInfo, Response, StdError, StdResult,
    entry_point, from_json, to_json_binary,
};
use serde::{Deserialize, Serialize};

const ESCROW: &[u8] = b"escrow";

#[derive(Deserialize)]
pub struct InstantiateMsg {
    pub seller: String,
    pub arbiter: String,
    #[serde(default)]
    pub ends: Option<u64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExecuteMsg {
    Release {},
    Refund {},
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QueryMsg {
    Status {},
}

#[derive(Serialize, Deserialize)]
pub struct Escrow {
    pub buyer: String,
    pub seller: String,
    pub arbiter: String,
    pub ends: Option<u64>,
    pub held: Vec<Coin>,
    /// Where the coins went.
    pub paid_to: Option<String>,
}

#[entry_point]
pub fn instantiate(
    deps: DepsMut,
    _env: Env,
    info: MessageInfo,
    msg: InstantiateMsg,
) -> StdResult<Response> {
    if info.funds.is_empty() {
        return Err(StdError::msg("an escrow without coins holds nothing: send some along"));
    }
    let escrow = Escrow {
        buyer: info.sender.into_string(),
        seller: deps.api.addr_validate(&msg.seller)?.into_string(),
        arbiter: deps.api.addr_validate(&msg.arbiter)?.into_string(),
        ends: msg.ends,
        held: info.funds,
        paid_to: None,
    };
    deps.storage.set(ESCROW, &to_json_binary(&escrow)?);
    Ok(Response::new().add_attribute("action", "open"))
}

#[entry_point]
pub fn execute(
    deps: DepsMut,
    env: Env,
    info: MessageInfo,
    msg: ExecuteMsg,
) -> StdResult<Response> {
    let mut escrow: Escrow = from_json(deps.storage.get(ESCROW).unwrap_or_default())?;
    if escrow.paid_to.is_some() {
        return Err(StdError::msg("the escrow has ended"));
    }
    let caller = info.sender.as_str();
    let (action, to) = match msg {
        ExecuteMsg::Release {} => {
            if caller != escrow.buyer && caller != escrow.arbiter {
                return Err(StdError::msg("only the buyer or the arbiter may release"));
            }
            ("release", escrow.seller.clone())
        }
        ExecuteMsg::Refund {} => {
            let over = escrow.ends.is_some_and(|ends| env.block.height > ends);
            if caller != escrow.seller && caller != escrow.arbiter && !over {
                return Err(StdError::msg("only the seller or the arbiter may refund"));
            }
            ("refund", escrow.buyer.clone())
        }
    };
    escrow.paid_to = Some(to.clone());
    // Written before the coins move: nothing that follows may find it open.
    deps.storage.set(ESCROW, &to_json_binary(&escrow)?);
    Ok(Response::new()
        .add_attribute("action", action)
        .add_attribute("to", to.clone())
        .add_message(BankMsg::Send {
            to_address: to,
            amount: escrow.held,
        }))
}

#[entry_point]
pub fn query(deps: Deps, _env: Env, msg: QueryMsg) -> StdResult<Binary> {
    match msg {
        QueryMsg::Status {} => Ok(deps.storage.get(ESCROW).unwrap_or_default().into()),
    }
}
