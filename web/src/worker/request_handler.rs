//! Answers the studio: what was typed becomes a command or a question, and every "no" a sentence at its
//! field.

use super::files::Files;
use crate::forms::{self, FormView, Kind};
use crate::model::{CoinSpec, Command, InputSpec, SubmitSpec};
use crate::protocol::studio::{Answer, Ask, At, CallDraft, Message};
use crate::words;
use consensusforge_core::session::studio::{PastState, StorageQuestion, check_proof};
use consensusforge_core::session::{Session, Slices, view::Problem};
use std::collections::BTreeMap;

/// Modules whose schemas are kept.
const MAX_SCHEMAS: usize = 64;

type Complaints = Vec<(At, String)>;

#[derive(Default)]
pub struct RequestHandler {
    /// By a module's hash.
    forms: BTreeMap<String, Vec<FormView>>,
}

/// What is left for the runner to do.
pub enum Outcome {
    Say(Answer),
    /// Apply this; an error of it belongs to the whole form.
    Do(Command),
    /// Say what comes of this, once it is done.
    Work(Slices<'static, Answer>),
}

impl RequestHandler {
    /// `then`: of a question about two states, the older one, where `session` has forgotten it.
    pub fn handle(
        &mut self,
        session: &Session,
        files: &Files,
        ask: Ask,
        then: Option<&PastState>,
    ) -> Outcome {
        let said = |result: Result<Answer, Problem>| {
            result.unwrap_or_else(|p| Answer::Complaints(vec![(At::Whole, p.sentence)]))
        };
        Outcome::Say(match ask {
            Ask::Card(code) => {
                let there = self.known(session, files, &code);
                said(there.map(|()| {
                    let forms = self.forms.get(&code).cloned();
                    Answer::Card(session.card(&code), forms.unwrap_or_default())
                }))
            }
            Ask::Schema { code, file, text } => self.schema(session, code, &file, &text),
            Ask::Send(draft) => match self.command(session, &draft) {
                Ok(command) => return Outcome::Do(command),
                Err(complaints) => Answer::Complaints(complaints),
            },
            Ask::Query { draft, place } => match self.message(&draft) {
                Ok(input) => {
                    let node = usize::from(place.validator);
                    let asking = session.ask_then(&draft.to, &input, node, place.height);
                    return Outcome::Work(Box::pin(async { Answer::Said(asking.await) }));
                }
                Err(complaints) => Answer::Complaints(complaints),
            },
            Ask::Storage(q) => said(
                session
                    .stored(&StorageQuestion {
                        contract: &q.contract,
                        node: usize::from(q.place.validator),
                        height: q.place.height,
                        since: q.since,
                        then,
                        find: &q.find,
                        skip: usize::try_from(q.skip).unwrap_or(usize::MAX),
                    })
                    .map(Answer::Storage),
            ),
            Ask::Prove {
                contract,
                key,
                place,
            } => said(
                session
                    .prove_stored(&contract, &key, usize::from(place.validator), place.height)
                    .map(Answer::Proof),
            ),
            Ask::Microscope { one, other, height } => {
                match session.microscope(usize::from(one), usize::from(other), height) {
                    Ok(looking) => {
                        return Outcome::Work(Box::pin(async {
                            Answer::Microscope(Box::new(looking.await))
                        }));
                    }
                    Err(problem) => said(Err(problem)),
                }
            }
            Ask::Check(text) => said(check_proof(&text).map(Answer::Proof)),
            Ask::People => Answer::People(session.people()),
            Ask::Store { from, contract } => match session.gas_limit(Some(&contract)) {
                Ok(gas_limit) => {
                    return Outcome::Do(Command::Submit {
                        from,
                        action: SubmitSpec::Store { contract },
                        gas_limit,
                    });
                }
                Err(problem) => Answer::Complaints(vec![(At::Whole, problem.sentence)]),
            },
            Ask::Faucet { to, coins } => match faucet(session, to, &coins) {
                Ok(command) => return Outcome::Do(command),
                Err(complaints) => Answer::Complaints(complaints),
            },
        })
    }

    /// Fetches what there is of a built-in contract.
    ///
    /// # Errors
    /// A sentence where its module cannot be had: no form could know what it reads.
    fn known(&mut self, session: &Session, files: &Files, code: &str) -> Result<(), Problem> {
        let modules = session.modules();
        let Some(module) = modules.iter().find(|m| m.builtin && m.sha256 == code) else {
            return Ok(());
        };
        files.for_contract(&module.name)?;
        if !self.forms.contains_key(code)
            && let Some(schema) = files.schema(&module.name)
        {
            self.schema(session, code.to_owned(), &module.name, &schema);
        }
        Ok(())
    }

    fn schema(&mut self, session: &Session, code: String, file: &str, text: &str) -> Answer {
        match forms::schema::forms(file, text) {
            Err(sentence) => Answer::Complaints(vec![(At::Whole, sentence)]),
            Ok(new) => {
                if self.forms.len() >= MAX_SCHEMAS && !self.forms.contains_key(&code) {
                    self.forms.pop_first();
                }
                let card = session.card(&code);
                let known = self.forms.entry(code).or_default();
                // A file of one message takes the place of what was known of that message.
                known.retain(|old| !new.iter().any(|n| n.kind == old.kind));
                known.extend(new);
                known.sort_by_key(|f| f.kind);
                Answer::Card(card, known.clone())
            }
        }
    }

    /// The bytes a contract is handed.
    fn message(&self, draft: &CallDraft) -> Result<InputSpec, Complaints> {
        match &draft.message {
            Message::Raw(input) => Ok(input.clone()),
            Message::Json(text) => forms::json::read(text)
                // As it was typed: numbers of any length and the order of keys are the sender's.
                .map(|_| InputSpec::Text(text.trim().to_owned()))
                .map_err(|sentence| vec![(At::Message, sentence)]),
            Message::Form { name, values } => {
                let all = self.forms.get(&draft.code);
                let form = all
                    .into_iter()
                    .flatten()
                    .find(|f| f.kind == draft.kind && f.name == *name);
                let Some(form) = form else {
                    let sentence =
                        format!("The form of “{name}” is no longer here: add the schema again.");
                    return Err(vec![(At::Whole, sentence)]);
                };
                forms::fill::fill(form, values)
                    .map(InputSpec::Text)
                    .map_err(|all| {
                        let at = |field: Option<u32>| field.map_or(At::Message, At::Field);
                        all.into_iter().map(|c| (at(c.field), c.sentence)).collect()
                    })
            }
        }
    }

    fn command(&self, session: &Session, draft: &CallDraft) -> Result<Command, Complaints> {
        let mut complaints = Vec::new();
        let input = self
            .message(draft)
            .map_err(|mut all| complaints.append(&mut all));
        let funds = coins(session, draft.from, &draft.funds)
            .map_err(|sentence| complaints.push((At::Funds, sentence)));
        let typed =
            gas(session, &draft.gas).map_err(|sentence| complaints.push((At::Gas, sentence)));
        let (Ok(input), Ok(funds), Ok(typed)) = (input, funds, typed) else {
            return Err(complaints);
        };
        let action = action(session, draft, input, funds)?;
        let storing = match &action {
            SubmitSpec::Deploy { contract, .. } => Some(contract.as_str()),
            _ => None,
        };
        let gas_limit = match typed {
            Some(gas) => Some(gas),
            None => session
                .gas_limit(storing)
                .map_err(|p| vec![(At::Gas, p.sentence)])?,
        };
        Ok(Command::Submit {
            from: draft.from,
            action,
            gas_limit,
        })
    }
}

fn action(
    session: &Session,
    draft: &CallDraft,
    msg: InputSpec,
    funds: Vec<CoinSpec>,
) -> Result<SubmitSpec, Complaints> {
    let contract = draft.to.clone();
    Ok(match draft.kind {
        Kind::Instantiate => {
            let card = session.card(&draft.code);
            match card.and_then(|c| c.code_id) {
                Some(code_id) => SubmitSpec::Instantiate {
                    code_id,
                    msg,
                    funds,
                    label: contract,
                    // Who makes it may give it other code later.
                    admin: Some(format!("user:{}", draft.from)),
                    salt: None,
                },
                None if funds.is_empty() => SubmitSpec::Deploy {
                    contract,
                    input: msg,
                },
                None => {
                    let sentence = "A deployment carries no coins: store the module first, then instantiate it.";
                    return Err(vec![(At::Funds, sentence.to_owned())]);
                }
            }
        }
        Kind::Migrate => {
            let code_id = draft.label.trim().parse().map_err(|_| {
                let sentence = "To which code? Store the new module: its card then names its id.";
                vec![(At::Label, sentence.to_owned())]
            })?;
            SubmitSpec::Migrate {
                contract,
                code_id,
                msg,
            }
        }
        Kind::Execute | Kind::Query => SubmitSpec::Execute {
            contract,
            msg,
            funds,
        },
    })
}

/// The gas limit as typed; none when nothing is.
fn gas(session: &Session, text: &str) -> Result<Option<u64>, String> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    let block = session.scenario().execution.block_gas;
    match words::whole(text) {
        Some(gas) if gas > block => Err(format!(
            "A block of this chain has {} gas, so none could hold a transaction that may use {}. Lower it, or raise the block's under “Rules of this chain”.",
            words::grouped(block),
            words::grouped(gas)
        )),
        Some(gas) => Ok(Some(gas)),
        None => Err(format!(
            "“{}” is no amount of gas: write a whole number, such as 1 000 000, or nothing for the usual limit.",
            text.trim()
        )),
    }
}

/// What goes along, held against what the sender owns.
fn coins(session: &Session, from: u16, text: &str) -> Result<Vec<CoinSpec>, String> {
    if text.trim().is_empty() {
        return Ok(Vec::new());
    }
    let coins = forms::coins::read(text, &session.denoms())?;
    let people = session.people();
    let sender = people.iter().find(|p| p.number == from);
    let mut specs = Vec::new();
    for (amount, denom) in &coins {
        let owned = sender.and_then(|s| s.coins.iter().find(|(_, d)| d == denom));
        let owned: u128 = owned.and_then(|(a, _)| a.parse().ok()).unwrap_or(0);
        if owned < *amount {
            return Err(format!(
                "The sender has {owned} {denom}, fewer than {amount}. The faucet gives some."
            ));
        }
        let amount = u64::try_from(*amount)
            .map_err(|_| format!("{amount} {denom} is more than one transaction carries."))?;
        specs.push(CoinSpec {
            denom: denom.clone(),
            amount,
        });
    }
    Ok(specs)
}

/// Who gives: the last account, which nobody acts with.
const GIVER: u16 = 7;

fn faucet(session: &Session, to: u16, text: &str) -> Result<Command, Complaints> {
    let wrong = |sentence: String| vec![(At::Funds, sentence)];
    let coins = coins(session, GIVER, text).map_err(wrong)?;
    if coins.is_empty() {
        return Err(wrong("How many? Such as 1000 gold.".into()));
    }
    Ok(Command::Submit {
        from: GIVER,
        action: SubmitSpec::Send {
            to: format!("user:{to}"),
            coins,
        },
        gas_limit: session.gas_limit(None).unwrap_or_default(),
    })
}
