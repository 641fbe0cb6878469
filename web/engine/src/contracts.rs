//! Contracts of a run: modules, what a contract answers and stores, what became of transactions.

use crate::run::Run;
use crate::values::{About, Answer, Failure, Kind, bytes, give, small, text, whole_or_none};
use consensusforge_core::session::scenario::model::InputSpec;
use consensusforge_core::session::studio::{self, StorageQuestion};
use consensusforge_core::session::{file_of, slices};
use wasm_bindgen::prelude::*;

/// Under this name a module is looked at in a fork of the run that nobody sees.
const LOOKED_AT: &str = "looked-at";

/// Follows the text of a proof to its state root.
#[wasm_bindgen]
pub fn check_proof(proof: &JsValue) -> Answer {
    let found = studio::check_proof(&text(proof, "proof")?).about(Kind::Contract)?;
    give(&found)
}

#[wasm_bindgen]
impl Run {
    /// The gas limit of a transaction that names none and stores this module, or no module; `undefined`: the
    /// usual one.
    pub fn gas_limit(&self, storing: &JsValue) -> Answer<Option<u64>> {
        let storing = storing.as_string();
        self.session
            .gas_limit(storing.as_deref())
            .about(Kind::Contract)
    }

    pub fn modules(&self) -> Answer {
        give(&self.session.modules())
    }

    pub fn contracts(&self) -> Answer {
        give(&self.session.contracts())
    }

    pub fn receipts(&self) -> Answer {
        give(&self.session.receipts())
    }

    pub fn people(&self) -> Answer {
        give(&self.session.people())
    }

    /// What admission finds of a module, which this run does not take in.
    pub fn check(&self, wasm: &JsValue) -> Answer {
        let wasm = bytes(wasm, "wasm")?;
        let mut fork = self.session.fork();
        let module = fork.add_contract(LOOKED_AT, &wasm).about(Kind::Contract)?;
        give(&fork.card(&module.sha256))
    }

    pub fn add(&mut self, called: &JsValue, wasm: &JsValue) -> Answer {
        let called = text(called, "name")?;
        let wasm = bytes(wasm, "wasm")?;
        give(
            &self
                .session
                .add_contract(&called, &wasm)
                .about(Kind::Contract)?,
        )
    }

    /// The file of a sample contract that has to be taken in before it is added.
    pub fn sample_file(&self, sample: &JsValue) -> Answer<Option<String>> {
        Ok(file_of(&text(sample, "name")?).map(str::to_owned))
    }

    pub fn add_sample(&mut self, sample: &JsValue) -> Answer {
        let sample = text(sample, "name")?;
        give(&self.session.add_builtin(&sample).about(Kind::Contract)?)
    }

    /// Asks a contract; `message` is text or bytes.
    pub fn query(
        &self,
        contract: &JsValue,
        message: &JsValue,
        validator: &JsValue,
        height: &JsValue,
    ) -> Answer {
        let contract = text(contract, "contract")?;
        let message = match message.as_string() {
            Some(text) => InputSpec::Text(text),
            None => InputSpec::Hex(hex(&bytes(message, "msg")?)),
        };
        let node = self.node(validator)?;
        let height = whole_or_none(height, "height")?;
        let asking = self.session.ask_then(&contract, &message, node, height);
        give(&slices::finish(asking))
    }

    pub fn storage(
        &self,
        contract: &JsValue,
        validator: &JsValue,
        height: &JsValue,
        find: &JsValue,
        skip: &JsValue,
    ) -> Answer {
        let question = StorageQuestion {
            contract: &text(contract, "contract")?,
            node: self.node(validator)?,
            height: whole_or_none(height, "height")?,
            since: None,
            then: None,
            find: &text(find, "find")?,
            skip: small(skip, "skip", u32::MAX.into())?,
        };
        give(&self.session.stored(&question).about(Kind::Contract)?)
    }

    pub fn prove(
        &self,
        contract: &JsValue,
        key: &JsValue,
        validator: &JsValue,
        height: &JsValue,
    ) -> Answer {
        let contract = text(contract, "contract")?;
        let key = text(key, "key")?;
        let node = self.node(validator)?;
        let height = whole_or_none(height, "height")?;
        let proof = self.session.prove_stored(&contract, &key, node, height);
        give(&proof.about(Kind::Contract)?)
    }
}

impl Run {
    /// The node of this name; without a name, the first honest one that is up.
    fn node(&self, validator: &JsValue) -> Answer<usize> {
        if validator.is_undefined() || validator.is_null() {
            let nodes = self.session.frame().nodes;
            let honest = nodes.iter().position(|n| !n.byzantine && !n.crashed);
            return Ok(honest.unwrap_or(0));
        }
        let wanted = text(validator, "validator")?;
        let nodes = self.session.world().nodes;
        nodes.iter().position(|n| *n == wanted).ok_or_else(|| {
            Failure::argument(format!(
                "validator: nobody here is called \"{wanted}\"; there are: {}.",
                nodes.join(", ")
            ))
        })
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}
