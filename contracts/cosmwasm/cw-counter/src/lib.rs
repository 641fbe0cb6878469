//! Counts. The smallest contract that has every entry point a person would try first.
//!
//!     instantiate  {"start": 0}
//!     execute      {"add": {"by": 1}} | {"reset": {}}       (reset: who made it only)
//!     query        {"count": {}}
//!     migrate      {"note": "text"}

use cosmwasm_std::{
    Binary, Deps, DepsMut, Env, MessageInfo, Response, StdError, StdResult, entry_point, from_json,
    to_json_binary,
};
use serde::{Deserialize, Serialize};

const COUNT: &[u8] = b"count";
const OWNER: &[u8] = b"owner";
const NOTE: &[u8] = b"note";

#[derive(Deserialize)]
pub struct InstantiateMsg {
    #[serde(default)]
    pub start: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExecuteMsg {
    Add { by: u64 },
    Reset {},
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QueryMsg {
    Count {},
}

#[derive(Deserialize)]
pub struct MigrateMsg {
    pub note: String,
}

#[derive(Serialize)]
pub struct CountResponse {
    pub count: u64,
}

fn count(deps: Deps) -> StdResult<u64> {
    from_json(deps.storage.get(COUNT).unwrap_or_default())
}

#[entry_point]
pub fn instantiate(
    deps: DepsMut,
    _env: Env,
    info: MessageInfo,
    msg: InstantiateMsg,
) -> StdResult<Response> {
    deps.storage.set(COUNT, &to_json_binary(&msg.start)?);
    deps.storage.set(OWNER, info.sender.as_bytes());
    Ok(Response::new().add_attribute("count", msg.start.to_string()))
}

#[entry_point]
pub fn execute(
    deps: DepsMut,
    _env: Env,
    info: MessageInfo,
    msg: ExecuteMsg,
) -> StdResult<Response> {
    let next = match msg {
        ExecuteMsg::Add { by } => count(deps.as_ref())?
            .checked_add(by)
            .ok_or_else(|| StdError::msg("the count would be too large"))?,
        ExecuteMsg::Reset {} => {
            if deps.storage.get(OWNER).as_deref() != Some(info.sender.as_bytes()) {
                return Err(StdError::msg("only who made the counter may reset it"));
            }
            0
        }
    };
    deps.storage.set(COUNT, &to_json_binary(&next)?);
    Ok(Response::new().add_attribute("count", next.to_string()))
}

#[entry_point]
pub fn query(deps: Deps, _env: Env, msg: QueryMsg) -> StdResult<Binary> {
    match msg {
        QueryMsg::Count {} => to_json_binary(&CountResponse {
            count: count(deps)?,
        }),
    }
}

#[entry_point]
pub fn migrate(deps: DepsMut, _env: Env, msg: MigrateMsg) -> StdResult<Response> {
    deps.storage.set(NOTE, msg.note.as_bytes());
    Ok(Response::new().add_attribute("note", msg.note))
}
