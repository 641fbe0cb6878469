//! Burns gas, to see who pays.
//!
//!     instantiate  {}
//!     execute      {"burn": {}}                            all that the call has
//!                  {"spin": {"turns": 1000}}               a given number of turns
//!                  {"contain": {"gas_limit": 1000}}        burns in a message of its own that may use
//!                                                          this much, and goes on
//!     query        {"burn": {}}

use cosmwasm_std::{
    Binary, Deps, DepsMut, Env, MessageInfo, Reply, Response, StdResult, SubMsg, SubMsgResult,
    WasmMsg, entry_point, to_json_binary,
};
use serde::{Deserialize, Serialize};
use std::hint::black_box;

const CONTAINED: &[u8] = b"contained";

#[derive(Deserialize)]
pub struct InstantiateMsg {}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExecuteMsg {
    Burn {},
    Spin { turns: u64 },
    Contain { gas_limit: u64 },
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QueryMsg {
    Burn {},
}

fn spin(turns: u64) {
    for turn in 0..turns {
        black_box(turn);
    }
}

#[entry_point]
pub fn instantiate(
    _deps: DepsMut,
    _env: Env,
    _info: MessageInfo,
    _msg: InstantiateMsg,
) -> StdResult<Response> {
    Ok(Response::new())
}

#[entry_point]
pub fn execute(
    _deps: DepsMut,
    env: Env,
    _info: MessageInfo,
    msg: ExecuteMsg,
) -> StdResult<Response> {
    match msg {
        ExecuteMsg::Burn {} => {
            spin(u64::MAX);
            Ok(Response::new())
        }
        ExecuteMsg::Spin { turns } => {
            spin(turns);
            Ok(Response::new())
        }
        ExecuteMsg::Contain { gas_limit } => {
            let burn = WasmMsg::Execute {
                contract_addr: env.contract.address.into_string(),
                msg: to_json_binary(&ExecuteMsg::Burn {})?,
                funds: Vec::new(),
            };
            Ok(Response::new()
                .add_submessage(SubMsg::reply_always(burn, 1).with_gas_limit(gas_limit)))
        }
    }
}

#[entry_point]
pub fn reply(deps: DepsMut, _env: Env, reply: Reply) -> StdResult<Response> {
    let what = match reply.result {
        SubMsgResult::Ok(_) => "it came back".to_string(),
        SubMsgResult::Err(why) => why,
    };
    deps.storage.set(CONTAINED, what.as_bytes());
    Ok(Response::new().add_attribute("contained", what))
}

#[entry_point]
pub fn query(_deps: Deps, _env: Env, msg: QueryMsg) -> StdResult<Binary> {
    match msg {
        QueryMsg::Burn {} => {
            spin(u64::MAX);
            Ok(Binary::default())
        }
    }
}
