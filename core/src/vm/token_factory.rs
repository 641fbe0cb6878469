//! Denominations that contracts make: messages of the token factory (`x/tokenfactory`, as on Osmosis), and
//! the descriptions the bank keeps of denominations. Plain data; the ledger acts on it.

use crate::types::{Address, Coin};
use borsh::{BorshDeserialize, BorshSerialize};

/// What a contract asks of the token factory. Its denominations are called
/// `factory/<creator>/<subdenomination>`; only the admin of one, at first its creator, may mint and burn it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum TokenMessage {
    /// A new denomination, whose admin is the sender.
    CreateDenom {
        /// The part of its name after `factory/<creator>/`; may be empty.
        subdenom: String,
    },
    /// To the sender unless an account is named.
    Mint {
        /// What is made.
        coin: Coin,
        /// Who gets it.
        to: Option<Address>,
    },
    /// From the sender unless an account is named.
    Burn {
        /// What is destroyed.
        coin: Coin,
        /// Whose it was.
        from: Option<Address>,
    },
    /// Nobody mints or burns any more when there is none.
    ChangeAdmin {
        /// Its whole name.
        denom: String,
        /// The next one.
        admin: Option<Address>,
    },
    /// Describes a denomination of the sender's.
    SetMetadata(DenomMetadata),
}

/// What such a message did.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum TokenEffect {
    /// A denomination exists now.
    Created {
        /// Its whole name.
        denom: String,
    },
    /// Coins were made.
    Minted,
    /// Coins were destroyed.
    Burned,
    /// Another may mint and burn, or nobody.
    AdminChanged,
    /// The description was written down.
    MetadataSet,
}

/// What a denomination is for people: the bank's `Metadata`.
#[derive(Clone, PartialEq, Eq, Debug, Default, BorshSerialize, BorshDeserialize)]
pub struct DenomMetadata {
    /// A sentence or so for people.
    pub description: String,
    /// Its units: the denomination itself first, then larger ones.
    pub units: Vec<DenomUnit>,
    /// The denomination itself.
    pub base: String,
    /// The unit people are shown.
    pub display: String,
    /// As people say it: "Cosmos Hub Atom".
    pub name: String,
    /// As exchanges write it: "ATOM".
    pub symbol: String,
    /// A document that says more; nothing here fetches it.
    pub uri: String,
    /// SHA-256 of that document, as its maker says.
    pub uri_hash: String,
}

/// A unit of 10^`exponent` of the denomination.
#[derive(Clone, PartialEq, Eq, Debug, Default, BorshSerialize, BorshDeserialize)]
pub struct DenomUnit {
    /// Name of the unit.
    pub denom: String,
    /// By how many decimal places it is larger.
    pub exponent: u32,
    /// Other names of it.
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
