//! The token factory: denominations that contracts make, mint and burn, by the rules of Osmosis'
//! `x/tokenfactory`. Each has an admin, at first its creator, and the metadata the bank keeps.

use super::messages::coins_text;
use super::{Keeper, charge, spend};
use crate::base::limits::{MAX_DENOMS, MAX_METADATA_BYTES};
use crate::ledger::addresses::denoms_of;
use crate::ledger::message_error::MessageError;
use crate::ledger::receipt::CallTree;
use crate::ledger::state::Denom;
use crate::ledger::validity::check_denom;
use crate::types::{Address, Coin, bech32};
use crate::vm::error_code::{self, ErrorCode};
use crate::vm::gas::{CREATE_DENOM, DENOM_METADATA, TRANSFER};
use crate::vm::token_factory::{DenomMetadata, TokenEffect, TokenMessage};

/// Bytes of the part of a denomination's name that its creator chooses.
const MAX_SUBDENOM: usize = 44;

fn error<T>(code: ErrorCode, why: impl Into<String>) -> Result<T, MessageError> {
    Err(MessageError::new(code, why))
}

impl Keeper<'_> {
    pub(super) fn token(
        &mut self,
        from: &Address,
        message: TokenMessage,
        tree: &mut CallTree,
    ) -> Result<TokenEffect, MessageError> {
        match message {
            TokenMessage::CreateDenom { subdenom } => {
                charge(tree, CREATE_DENOM, 1)?;
                self.create_denom(from, &subdenom)
            }
            TokenMessage::Mint { coin, to } => {
                charge(tree, TRANSFER, 1)?;
                self.mint(from, coin, to)
            }
            TokenMessage::Burn { coin, from: whose } => {
                charge(tree, TRANSFER, 1)?;
                self.administered_denom(from, &coin.denom)?;
                let whose = whose.unwrap_or(*from);
                self.take(&whose, &coin)?;
                let (name, amount) = (bech32::encode(&whose), coins_text(&[coin]));
                self.announce(
                    "tf_burn",
                    &[("burn_from_address", &name), ("amount", &amount)],
                );
                Ok(TokenEffect::Burned)
            }
            TokenMessage::ChangeAdmin { denom, admin } => {
                charge(tree, TRANSFER, 1)?;
                let found = self.administered_denom(from, &denom)?;
                self.journal.set_denom(&denom, Denom { admin, ..found });
                let new = admin.as_ref().map(bech32::encode).unwrap_or_default();
                self.announce("change_admin", &[("denom", &denom), ("new_admin", &new)]);
                Ok(TokenEffect::AdminChanged)
            }
            TokenMessage::SetMetadata(metadata) => {
                let bytes = metadata.bytes();
                spend(
                    tree,
                    DENOM_METADATA.category,
                    DENOM_METADATA.gas(bytes as u64),
                )?;
                self.set_metadata(from, metadata, bytes)
            }
        }
    }

    fn create_denom(
        &mut self,
        creator: &Address,
        subdenom: &str,
    ) -> Result<TokenEffect, MessageError> {
        if subdenom.len() > MAX_SUBDENOM {
            return error(
                error_code::SUBDENOM_TOO_LONG,
                format!(
                    "the subdenomination has {} bytes: at most {MAX_SUBDENOM}",
                    subdenom.len()
                ),
            );
        }
        let denom = format!("{}{subdenom}", denoms_of(creator));
        if let Err(why) = check_denom(&denom) {
            return error(error_code::INVALID_DENOM, why.to_string());
        }
        if self.journal.denom(&denom).is_some() {
            return error(
                error_code::DENOM_EXISTS,
                format!("there is a denomination {denom} already"),
            );
        }
        let made = self.journal.denoms("").len();
        if made >= MAX_DENOMS {
            return error(
                error_code::INVALID_DENOM,
                format!("the token factory has made {made} denominations: at most {MAX_DENOMS}"),
            );
        }
        let fresh = Denom {
            admin: Some(*creator),
            metadata: DenomMetadata::fresh(&denom),
        };
        self.journal.set_denom(&denom, fresh);
        let name = bech32::encode(creator);
        self.announce(
            "create_denom",
            &[("creator", &name), ("new_token_denom", &denom)],
        );
        Ok(TokenEffect::Created { denom })
    }

    fn mint(
        &mut self,
        from: &Address,
        coin: Coin,
        to: Option<Address>,
    ) -> Result<TokenEffect, MessageError> {
        self.administered_denom(from, &coin.denom)?;
        let to = to.unwrap_or(*from);
        // No account overflows where the sum of all does not.
        if (self.journal.supply_of(&coin.denom))
            .checked_add(coin.amount)
            .is_none()
        {
            return error(
                error_code::INVALID_COINS,
                format!("all {} would be more than 2^128 - 1", coin.denom),
            );
        }
        self.give(&to, &coin)?;
        let (name, amount) = (bech32::encode(&to), coins_text(&[coin]));
        self.announce(
            "tf_mint",
            &[("mint_to_address", &name), ("amount", &amount)],
        );
        Ok(TokenEffect::Minted)
    }

    fn set_metadata(
        &mut self,
        from: &Address,
        metadata: DenomMetadata,
        bytes: usize,
    ) -> Result<TokenEffect, MessageError> {
        let denom = metadata.base.clone();
        let found = self.administered_denom(from, &denom)?;
        if bytes > MAX_METADATA_BYTES {
            return error(
                error_code::INVALID_REQUEST,
                format!("the metadata has {bytes} bytes: at most {MAX_METADATA_BYTES}"),
            );
        }
        let first = metadata.units.first();
        if first.is_none_or(|unit| unit.denom != denom || unit.exponent != 0) {
            return error(
                error_code::UNDEFINED,
                "the first unit of a denomination is the denomination itself, with exponent 0",
            );
        }
        if !metadata.units.iter().any(|u| u.denom == metadata.display) {
            return error(
                error_code::UNDEFINED,
                "the unit to display is none of the denomination's units",
            );
        }
        self.journal.set_denom(&denom, Denom { metadata, ..found });
        self.announce("set_denom_metadata", &[("denom", &denom)]);
        Ok(TokenEffect::MetadataSet)
    }

    /// A denomination of the token factory, if `from` is its admin.
    fn administered_denom(&self, from: &Address, denom: &str) -> Result<Denom, MessageError> {
        let shown: String = denom.chars().take(128).collect();
        match self.journal.denom(denom) {
            Some(found) if found.admin == Some(*from) => Ok(found),
            Some(_) => error(
                error_code::NOT_DENOM_ADMIN,
                format!("{} is not the admin of {shown}", bech32::encode(from)),
            ),
            None => error(
                error_code::NO_SUCH_DENOM,
                format!("the token factory has no denomination {shown}"),
            ),
        }
    }
}
