//! Believes what the chain tells it: writes down how much an account owns. A validator that lies about
//! balances writes something else, and the state roots part at that very read.
//!
//!     instantiate  {"denom": "forge"}
//!     execute      {"look": {"address": "forge1..."}}
//!     query        {"seen": {}}

use cosmwasm_std::{
    Binary, Deps, DepsMut, Env, MessageInfo, Response, StdResult, entry_point, from_json,
    to_json_binary,
};
use serde::{Deserialize, Serialize};

const DENOM: &[u8] = b"denom";
const SEEN: &[u8] = b"seen";

#[derive(Deserialize)]
pub struct InstantiateMsg {
    pub denom: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExecuteMsg {
    Look { address: String },
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QueryMsg {
    Seen {},
}

#[derive(Serialize, Deserialize)]
pub struct Seen {
    pub address: String,
    pub amount: String,
    /// How often it was another amount than at the look before.
    pub changes: u64,
    pub looks: u64,
}

#[entry_point]
pub fn instantiate(
    deps: DepsMut,
    _env: Env,
    _info: MessageInfo,
    msg: InstantiateMsg,
) -> StdResult<Response> {
    deps.storage.set(DENOM, msg.denom.as_bytes());
    Ok(Response::new())
}

#[entry_point]
pub fn execute(
    deps: DepsMut,
    _env: Env,
    _info: MessageInfo,
    msg: ExecuteMsg,
) -> StdResult<Response> {
    let ExecuteMsg::Look { address } = msg;
    let denom = String::from_utf8(deps.storage.get(DENOM).unwrap_or_default()).unwrap_or_default();
    let before: Option<Seen> = deps.storage.get(SEEN).map(from_json).transpose()?;
    let amount = deps.querier.query_balance(&address, denom)?.amount.to_string();
    let (changes, looks) = before.map_or((0, 0), |seen| {
        (seen.changes + u64::from(seen.amount != amount), seen.looks)
    });
    let seen = Seen {
        address,
        amount: amount.clone(),
        changes,
        looks: looks + 1,
    };
    deps.storage.set(SEEN, &to_json_binary(&seen)?);
    Ok(Response::new().add_attribute("amount", amount))
}

#[entry_point]
pub fn query(deps: Deps, _env: Env, msg: QueryMsg) -> StdResult<Binary> {
    match msg {
        QueryMsg::Seen {} => Ok(deps.storage.get(SEEN).unwrap_or_default().into()),
    }
}
