//! Makes other contracts and learns their addresses from replies.
//!
//!     instantiate  {"code_id": 1}
//!     execute      {"make": {"label": "first", "msg": {"start": 5}}}
//!                  {"try": {"label": "perhaps", "msg": {}}}      a child that fails is noted, not fatal
//!     query        {"children": {}}

use cosmwasm_std::{
    Binary, Deps, DepsMut, Env, MessageInfo, Reply, Response, StdError, StdResult, SubMsg,
    SubMsgResult, WasmMsg, entry_point, from_json, to_json_binary,
};
use cw_utils::parse_instantiate_response_data;
use serde::{Deserialize, Serialize};

const FACTORY: &[u8] = b"factory";
const MAKE: u64 = 1;
const TRY: u64 = 2;

#[derive(Deserialize)]
pub struct InstantiateMsg {
    pub code_id: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExecuteMsg {
    Make { label: String, msg: CounterMsg },
    Try { label: String, msg: CounterMsg },
}

/// What a child is made with; of whatever code, it is handed on as it came.
#[derive(Serialize, Deserialize)]
pub struct CounterMsg {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start: Option<i64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QueryMsg {
    Children {},
}

#[derive(Serialize, Deserialize)]
pub struct Factory {
    pub code_id: u64,
    pub children: Vec<String>,
    pub failures: Vec<String>,
}

fn load(deps: Deps) -> StdResult<Factory> {
    from_json(deps.storage.get(FACTORY).unwrap_or_default())
}

#[entry_point]
pub fn instantiate(
    deps: DepsMut,
    _env: Env,
    _info: MessageInfo,
    msg: InstantiateMsg,
) -> StdResult<Response> {
    let factory = Factory {
        code_id: msg.code_id,
        children: Vec::new(),
        failures: Vec::new(),
    };
    deps.storage.set(FACTORY, &to_json_binary(&factory)?);
    Ok(Response::new())
}

#[entry_point]
pub fn execute(
    deps: DepsMut,
    env: Env,
    info: MessageInfo,
    msg: ExecuteMsg,
) -> StdResult<Response> {
    let code_id = load(deps.as_ref())?.code_id;
    let child = |label: String, msg: &CounterMsg| -> StdResult<WasmMsg> {
        Ok(WasmMsg::Instantiate {
            admin: Some(env.contract.address.to_string()),
            code_id,
            msg: to_json_binary(msg)?,
            funds: info.funds.clone(),
            label,
        })
    };
    let message = match msg {
        ExecuteMsg::Make { label, msg } => SubMsg::reply_on_success(child(label, &msg)?, MAKE),
        ExecuteMsg::Try { label, msg } => SubMsg::reply_always(child(label, &msg)?, TRY),
    };
    Ok(Response::new().add_submessage(message))
}

#[entry_point]
pub fn reply(deps: DepsMut, _env: Env, reply: Reply) -> StdResult<Response> {
    let mut factory = load(deps.as_ref())?;
    let response = match (reply.id, reply.result) {
        (MAKE | TRY, SubMsgResult::Ok(answer)) => {
            // The answer's address is protobuf, as chains give it.
            #[expect(deprecated, reason = "what contracts older than 2.0 read")]
            let data = answer.data.unwrap_or_default();
            let made = parse_instantiate_response_data(&data)
                .map_err(|e| StdError::msg(e.to_string()))?;
            factory.children.push(made.contract_address.clone());
            Response::new()
                .add_attribute("made", made.contract_address.clone())
                .set_data(made.contract_address.into_bytes())
        }
        (TRY, SubMsgResult::Err(why)) => {
            factory.failures.push(why.clone());
            Response::new().add_attribute("failed", why)
        }
        (_, SubMsgResult::Ok(_) | SubMsgResult::Err(_)) => {
            return Err(StdError::msg("a reply nobody asked for"));
        }
    };
    deps.storage.set(FACTORY, &to_json_binary(&factory)?);
    Ok(response)
}

#[entry_point]
pub fn query(deps: Deps, _env: Env, msg: QueryMsg) -> StdResult<Binary> {
    match msg {
        QueryMsg::Children {} => Ok(deps.storage.get(FACTORY).unwrap_or_default().into()),
    }
}
