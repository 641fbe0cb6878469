//! Gas: one price list. One gas is one WebAssembly operator (about a nanosecond natively, five in a
//! browser); the host's prices are multiples of that, by what they cost all validators.

use serde::{Deserialize, Serialize};

/// What gas was spent on, for the report next to the total.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Category {
    /// Operators and bulk copies executed by the contract.
    Operators,
    /// Making an instance: links, data segments.
    Start,
    /// Pages of linear memory: those of a fresh instance, and those it grows by.
    Memory,
    /// Crossing from contract to chain, input and output.
    HostCalls,
    /// Reading storage.
    StorageRead,
    /// Writing storage.
    StorageWrite,
    /// Sending coins.
    Transfers,
    /// Events.
    Events,
    /// Elliptic curves.
    Crypto,
    /// Questions to the chain and to other contracts.
    Queries,
    /// What a contract asks to be done after its call.
    Messages,
}

/// Gas by category.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct GasUse {
    /// WebAssembly operators.
    pub operators: u64,
    /// Fresh instances.
    pub start: u64,
    /// Memory.
    #[serde(default)]
    pub memory: u64,
    /// Calls of the chain, and the bytes that go in and out.
    pub host_calls: u64,
    /// Reading storage.
    pub storage_read: u64,
    /// Writing storage.
    pub storage_write: u64,
    /// Sending coins.
    pub transfers: u64,
    /// Events.
    pub events: u64,
    /// Elliptic curves.
    #[serde(default)]
    pub crypto: u64,
    /// Queries.
    #[serde(default)]
    pub queries: u64,
    /// Messages.
    #[serde(default)]
    pub messages: u64,
}

impl GasUse {
    /// Adds gas to a category.
    pub fn add(&mut self, category: Category, gas: u64) {
        let slot = match category {
            Category::Operators => &mut self.operators,
            Category::Start => &mut self.start,
            Category::Memory => &mut self.memory,
            Category::HostCalls => &mut self.host_calls,
            Category::StorageRead => &mut self.storage_read,
            Category::StorageWrite => &mut self.storage_write,
            Category::Transfers => &mut self.transfers,
            Category::Events => &mut self.events,
            Category::Crypto => &mut self.crypto,
            Category::Queries => &mut self.queries,
            Category::Messages => &mut self.messages,
        };
        *slot = slot.saturating_add(gas);
    }

    /// Adds another's parts to these.
    pub fn merge(&mut self, other: &GasUse) {
        for (category, gas) in other.parts() {
            self.add(category, gas);
        }
    }

    /// Each category with its gas.
    #[must_use]
    pub fn parts(&self) -> [(Category, u64); 11] {
        [
            (Category::Operators, self.operators),
            (Category::Start, self.start),
            (Category::Memory, self.memory),
            (Category::HostCalls, self.host_calls),
            (Category::StorageRead, self.storage_read),
            (Category::StorageWrite, self.storage_write),
            (Category::Transfers, self.transfers),
            (Category::Events, self.events),
            (Category::Crypto, self.crypto),
            (Category::Queries, self.queries),
            (Category::Messages, self.messages),
        ]
    }

    /// All categories together.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.parts()
            .iter()
            .fold(0, |sum, (_, part)| sum.saturating_add(*part))
    }
}

/// One line of the price list: `base` plus `per_unit` for every begun `unit` (bytes or pages).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Price {
    /// What it is for, as documents write it.
    pub what: &'static str,
    /// Where it is counted.
    pub category: Category,
    /// Gas each time.
    pub base: u64,
    /// Gas for each `unit` units, rounded up.
    pub per_unit: u64,
    /// How many bytes or things make a unit.
    pub unit: u64,
}

impl Price {
    pub(super) const fn new(
        what: &'static str,
        category: Category,
        base: u64,
        per_unit: u64,
        unit: u64,
    ) -> Price {
        Price {
            what,
            category,
            base,
            per_unit,
            unit,
        }
    }

    /// Gas for `amount` bytes or pages.
    #[must_use]
    pub fn gas(&self, amount: u64) -> u64 {
        self.base
            .saturating_add(self.per_unit.saturating_mul(amount.div_ceil(self.unit)))
    }
}

/// Bytes one gas copies in `memory.copy`, `memory.fill` and new memory.
pub const COPIED_PER_GAS: u32 = 64;
/// `memory.grow` on top of its bytes. A refused growth costs the host a walk through its limits, so
/// at the price of one operator a loop of them took seconds for a block's gas.
pub const MEMORY_GROW: u8 = u8::MAX;

/// An operator that may end a block, where operators are weighted as cosmwasm-vm does.
pub const BLOCK_END: u8 = 14;

/// A fresh instance.
pub const START: Price = Price::new("a fresh instance", Category::Start, 1_000, 0, 1);
/// A page of memory of a fresh instance.
pub const START_PAGE: Price = Price::new(
    "memory, a 64 KiB page",
    Category::Memory,
    0,
    65_536 / COPIED_PER_GAS as u64,
    1,
);
/// The data of a fresh instance.
pub const START_DATA: Price = Price::new("its data segments", Category::Start, 0, 1, 16);
/// A segment costs more than its bytes: 10,000 empty ones are still 10,000 bounds checks.
pub const START_SEGMENT: Price = Price::new("each data segment", Category::Start, 0, 20, 1);
/// Any call of the chain.
pub const HOST_CALL: Price = Price::new("any call of the chain", Category::HostCalls, 100, 0, 1);
/// Bytes that go in or out.
pub const COPY: Price = Price::new("bytes in or out", Category::HostCalls, 0, 1, 16);
/// The answer of a call.
pub const OUTPUT: Price = Price::new("output", Category::HostCalls, 0, 1, 1);
/// Reading a value.
pub const GET: Price = Price::new("get", Category::StorageRead, 1_000, 3, 1);
/// Writing a value.
pub const SET: Price = Price::new("set", Category::StorageWrite, 2_000, 30, 1);
/// Removing a value.
pub const DEL: Price = Price::new("del", Category::StorageWrite, 1_000, 3, 1);
/// Asking for a balance.
pub const BALANCE: Price = Price::new("balance", Category::StorageRead, 1_000, 0, 1);
/// Sending coins.
pub const TRANSFER: Price = Price::new("transfer", Category::Transfers, 3_000, 0, 1);
/// Emitting an event.
pub const EVENT: Price = Price::new("emit", Category::Events, 500, 10, 1);
/// An entry of the state, and one more in the list of whoever owns some.
pub const CREATE_DENOM: Price = Price::new(
    "a denomination of the token factory",
    Category::Transfers,
    200_000,
    0,
    1,
);
/// Writing down what a denomination is.
pub const DENOM_METADATA: Price = Price::new(
    "metadata of a denomination",
    Category::StorageWrite,
    2_000,
    30,
    1,
);
/// Paid by the transaction that uploads, before the module is looked at: validating and translating
/// take 30 to 100 ns a byte natively.
pub const UPLOAD: Price = Price::new("an upload", Category::Start, 100_000, 40, 1);

/// The whole list, for documents and the page.
pub const PRICES: [Price; 14] = [
    START,
    START_PAGE,
    START_DATA,
    START_SEGMENT,
    HOST_CALL,
    COPY,
    OUTPUT,
    GET,
    SET,
    DEL,
    BALANCE,
    TRANSFER,
    EVENT,
    UPLOAD,
];
