//! Denominations that contracts make: messages of the token factory (`x/tokenfactory`, as on Osmosis), and
//! the descriptions the bank keeps of denominations. Plain data; the ledger acts on it.

use crate::types::{Address, Coin};
use borsh::{BorshDeserialize, BorshSerialize};

/// What a contract asks of the token factory. Its denominations are called
/// `factory/<creator>/<subdenomination>`; only the admin of one, at first its creator, may mint and burn it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum TokenMessage {
    CreateDenom {
        subdenom: String,
    },
    /// To the sender unless an account is named.
    Mint {
        coin: Coin,
        to: Option<Address>,
    },
    /// From the sender unless an account is named.
    Burn {
        coin: Coin,
        from: Option<Address>,
    },
    /// Nobody mints or burns any more when there is none.
    ChangeAdmin {
        denom: String,
        admin: Option<Address>,
    },
    SetMetadata(DenomMetadata),
}

/// What such a message did.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum TokenEffect {
    Created { denom: String },
    Minted,
    Burned,
    AdminChanged,
    MetadataSet,
}

/// What a denomination is for people: the bank's `Metadata`.
#[derive(Clone, PartialEq, Eq, Debug, Default, BorshSerialize, BorshDeserialize)]
pub struct DenomMetadata {
    pub description: String,
    pub units: Vec<DenomUnit>,
    /// The denomination itself.
    pub base: String,
    /// The unit people are shown.
    pub display: String,
    pub name: String,
    pub symbol: String,
    pub uri: String,
    pub uri_hash: String,
}

/// A unit of 10^`exponent` of the denomination.
#[derive(Clone, PartialEq, Eq, Debug, Default, BorshSerialize, BorshDeserialize)]
pub struct DenomUnit {
    pub denom: String,
    pub exponent: u32,
    pub aliases: Vec<String>,
}

impl DenomMetadata {
    /// Bytes it takes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        borsh::to_vec(self).map_or(usize::MAX, |encoded| encoded.len())
    }

    /// What the token factory writes down of a fresh denomination.
    #[must_use]
    pub fn fresh(denom: &str) -> DenomMetadata {
        DenomMetadata {
            units: vec![DenomUnit {
                denom: denom.into(),
                exponent: 0,
                aliases: Vec::new(),
            }],
            base: denom.into(),
            display: denom.into(),
            name: denom.into(),
            symbol: denom.into(),
            ..DenomMetadata::default()
        }
    }
}
