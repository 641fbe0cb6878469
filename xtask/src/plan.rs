//! Which functions of a module leave it, and which constants with them.

use crate::linked::{Linked, Uses};
use crate::source::Source;
use anyhow::{Context, Result, ensure};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// Which functions leave, and where in the table each is found.
pub struct Plan {
    /// Functions that leave, with their places in the table: those they had, and one more for each
    /// that is called from what stays.
    pub moved: BTreeMap<u32, Vec<u32>>,
    /// Functions that stay and are called from what leaves.
    pub shared: Vec<u32>,
    /// Places in the table now.
    pub table: u64,
    /// Addresses of constants that leave, in order.
    pub places: Vec<Range<u32>>,
}

impl Plan {
    pub fn new(source: &Source, linked: &Linked, wanted: impl Fn(&str) -> bool) -> Result<Plan> {
        let graph = Graph::new(source, linked)?;
        let calls = &graph.calls;
        let wanted: BTreeSet<u32> = source
            .own()
            .filter(|f| source.names.get(f).is_some_and(|name| wanted(name)))
            .collect();
        let roots = source.exported.iter().chain(&graph.roots).copied();
        let first = graph.reached(roots.filter(|f| !wanted.contains(f)), &wanted);
        let mut moved: BTreeMap<u32, Vec<u32>> = source
            .own()
            .filter(|f| !first.functions.contains(f))
            .map(|f| (f, Vec::new()))
            .collect();
        let later = graph.reached(moved.keys().copied(), &BTreeSet::new());
        let places = leaving(linked, &first.data, &later.data);
        for (place, function) in &source.slots {
            if let Some(places) = moved.get_mut(function) {
                places.push(*place);
            }
        }
        let mut table = source.tables.first().context("there is no table")?.initial;
        // Whoever stays calls through the table, so what it calls needs a place there.
        let mut called: BTreeSet<u32> = calls
            .iter()
            .filter(|(caller, _)| !moved.contains_key(caller))
            .flat_map(|(_, called)| called.iter().copied())
            .collect();
        called.extend(&source.exported);
        for (function, places) in &mut moved {
            if places.is_empty() && called.contains(function) {
                places.push(u32::try_from(table)?);
                table += 1;
            }
        }
        let mut shared: Vec<u32> = moved
            .keys()
            .flat_map(|f| calls[f].iter().copied())
            .filter(|f| !moved.contains_key(f))
            .collect();
        shared.sort_unstable();
        shared.dedup();
        Ok(Plan {
            moved,
            shared,
            table,
            places,
        })
    }

    /// What leaves of the `length` bytes at `address`, as ranges of these.
    pub fn inside(&self, address: u32, length: usize) -> Vec<Range<usize>> {
        let whole = address..address + length as u32;
        self.places
            .iter()
            .filter(|p| whole.contains(&p.start))
            .map(|p| (p.start - address) as usize..(p.end.min(whole.end) - address) as usize)
            .collect()
    }
}

/// Who refers to whom.
struct Graph<'l> {
    linked: &'l Linked,
    calls: BTreeMap<u32, Vec<u32>>,
    by_name: BTreeMap<&'l str, u32>,
    /// What the linker said of a function.
    uses: BTreeMap<u32, &'l Uses>,
    /// Functions the linker did not know, made or renamed by wasm-bindgen, and the data they may refer to.
    guessed: BTreeMap<u32, Vec<usize>>,
    /// Of these, what can be called through the table.
    roots: Vec<u32>,
}

#[derive(Default)]
struct Reached {
    functions: BTreeSet<u32>,
    data: BTreeSet<usize>,
}

impl<'l> Graph<'l> {
    fn new(source: &Source, linked: &'l Linked) -> Result<Graph<'l>> {
        let mut graph = Graph {
            linked,
            calls: BTreeMap::new(),
            by_name: BTreeMap::new(),
            uses: BTreeMap::new(),
            guessed: BTreeMap::new(),
            roots: Vec::new(),
        };
        let slots: BTreeSet<u32> = source.slots.values().copied().collect();
        for function in source.own() {
            graph.calls.insert(function, source.calls(function)?);
            let known = source
                .names
                .get(&function)
                .and_then(|name| linked.functions.get_key_value(*name));
            match known {
                Some((name, uses)) => {
                    ensure!(
                        graph.by_name.insert(name, function).is_none(),
                        "two functions are called {name}"
                    );
                    graph.uses.insert(function, uses);
                }
                None => {
                    if slots.contains(&function) {
                        graph.roots.push(function);
                    }
                    graph
                        .guessed
                        .insert(function, source.guess(function, linked)?);
                }
            }
        }
        ensure!(
            graph.guessed.len() * 5 <= graph.calls.len(),
            "{} of {} functions are not among what was linked",
            graph.guessed.len(),
            graph.calls.len()
        );
        Ok(graph)
    }

    /// What is reached from `roots` without going through what is in `shut`.
    fn reached(&self, roots: impl Iterator<Item = u32>, shut: &BTreeSet<u32>) -> Reached {
        let mut reached = Reached::default();
        let mut functions: Vec<u32> = roots.collect();
        let mut data: Vec<usize> = Vec::new();
        loop {
            let uses = if let Some(function) = functions.pop() {
                if shut.contains(&function) || !reached.functions.insert(function) {
                    continue;
                }
                functions.extend(self.calls.get(&function).into_iter().flatten());
                data.extend(self.guessed.get(&function).into_iter().flatten());
                self.uses.get(&function).copied()
            } else if let Some(datum) = data.pop() {
                if !reached.data.insert(datum) {
                    continue;
                }
                Some(&self.linked.data[datum].uses)
            } else {
                return reached;
            };
            if let Some(uses) = uses {
                let named = uses.functions.iter();
                functions.extend(named.filter_map(|name| self.by_name.get(name.as_str())));
                data.extend(&uses.data);
            }
        }
    }
}

/// Where constants lie that only `later` reads. A byte that several share leaves with all of them.
fn leaving(linked: &Linked, first: &BTreeSet<usize>, later: &BTreeSet<usize>) -> Vec<Range<u32>> {
    let mut places: BTreeSet<u32> = BTreeSet::new();
    for datum in later.difference(first) {
        places.extend(linked.data[*datum].place.clone());
    }
    for (k, datum) in linked.data.iter().enumerate() {
        if first.contains(&k) || !later.contains(&k) {
            for place in datum.place.clone() {
                places.remove(&place);
            }
        }
    }
    let mut runs: Vec<Range<u32>> = Vec::new();
    for place in places {
        match runs.last_mut() {
            Some(run) if run.end == place => run.end += 1,
            _ => runs.push(place..place + 1),
        }
    }
    runs
}
