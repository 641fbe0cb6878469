//! An open auction. Every bid is held by the contract; who is outbid is paid back at once.
//!
//!     instantiate  {"item": "a painting", "denom": "forge", "ends": 40}
//!     execute      {"bid": {}} with funds | {"close": {}} once the chain is past height `ends`
//!     query        {"auction": {}}

use cosmwasm_std::{
    BankMsg, Binary, Coin, Deps, DepsMut, Env, MessageInfo, Response, StdError, StdResult,
    entry_point, from_json, to_json_binary,
};
use serde::{Deserialize, Serialize};

const AUCTION: &[u8] = b"auction";

#[derive(Deserialize)]
pub struct InstantiateMsg {
    pub item: String,
    pub denom: String,
    pub ends: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExecuteMsg {
    Bid {},
    Close {},
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QueryMsg {
    Auction {},
}

#[derive(Serialize, Deserialize)]
pub struct Auction {
    pub seller: String,
    pub item: String,
    pub denom: String,
    pub ends: u64,
    pub best: Option<Bid>,
    pub closed: bool,
}

#[derive(Serialize, Deserialize)]
pub struct Bid {
    pub bidder: String,
    pub coin: Coin,
    pub height: u64,
}

fn load(deps: Deps) -> StdResult<Auction> {
    from_json(deps.storage.get(AUCTION).unwrap_or_default())
}

#[entry_point]
pub fn instantiate(
    deps: DepsMut,
    _env: Env,
    info: MessageInfo,
    msg: InstantiateMsg,
) -> StdResult<Response> {
    let auction = Auction {
        seller: info.sender.into_string(),
        item: msg.item,
        denom: msg.denom,
        ends: msg.ends,
        best: None,
        closed: false,
    };
    deps.storage.set(AUCTION, &to_json_binary(&auction)?);
    Ok(Response::new().add_attribute("action", "open"))
}

#[entry_point]
pub fn execute(
    deps: DepsMut,
    env: Env,
    info: MessageInfo,
    msg: ExecuteMsg,
) -> StdResult<Response> {
    let mut auction = load(deps.as_ref())?;
    let over = env.block.height > auction.ends;
    let response = match msg {
        ExecuteMsg::Bid {} if over => return Err(StdError::msg("the auction is over")),
        ExecuteMsg::Bid {} => {
            let [coin] = info.funds.as_slice() else {
                return Err(StdError::msg("a bid is one coin, sent along"));
            };
            if coin.denom != auction.denom {
                return Err(StdError::msg("this auction takes another denomination"));
            }
            let best = auction.best.take();
            if best.as_ref().is_some_and(|best| coin.amount <= best.coin.amount) {
                return Err(StdError::msg("there is a bid at least as high"));
            }
            let response = Response::new()
                .add_attribute("action", "bid")
                .add_attribute("bidder", info.sender.as_str())
                .add_attribute("amount", coin.amount.to_string());
            auction.best = Some(Bid {
                bidder: info.sender.into_string(),
                coin: coin.clone(),
                height: env.block.height,
            });
            match best {
                Some(outbid) => response.add_message(BankMsg::Send {
                    to_address: outbid.bidder,
                    amount: vec![outbid.coin],
                }),
                None => response,
            }
        }
        ExecuteMsg::Close {} if !over => {
            return Err(StdError::msg("the auction is still open"));
        }
        ExecuteMsg::Close {} if auction.closed => {
            return Err(StdError::msg("the auction was closed already"));
        }
        ExecuteMsg::Close {} => {
            auction.closed = true;
            let response = Response::new().add_attribute("action", "close");
            match &auction.best {
                Some(best) => response
                    .add_attribute("winner", &best.bidder)
                    .add_message(BankMsg::Send {
                        to_address: auction.seller.clone(),
                        amount: vec![best.coin.clone()],
                    }),
                None => response.add_attribute("winner", "nobody"),
            }
        }
    };
    deps.storage.set(AUCTION, &to_json_binary(&auction)?);
    Ok(response)
}

#[entry_point]
pub fn query(deps: Deps, _env: Env, msg: QueryMsg) -> StdResult<Binary> {
    match msg {
        QueryMsg::Auction {} => Ok(deps.storage.get(AUCTION).unwrap_or_default().into()),
    }
}
