//! Each protocol in the mini network: progress, agreement, and what a cut or lost messages cost.

use consensusforge_core::base::random::{Purpose, Randomness, link};
use consensusforge_core::base::{MILLISECOND, Micros, SECOND};
use consensusforge_core::consensus::Protocol;
use consensusforge_core::consensus::streamlet::Streamlet;
use consensusforge_core::consensus::tendermint::Tendermint;
use consensusforge_tests::mini_network::{Link, MiniNetwork};

/// 20 to 80 ms, and a loss of `lost` in a million.
fn jitter(seed: u64, lost: u32) -> Link {
    let random = Randomness::new(seed);
    let mut k = 0;
    Box::new(move |from, to, _| {
        k += 1;
        let address = link(from as u16, to as u16);
        let lost = random.draw(Purpose::Loss, address, k).chance(lost);
        let mut delay = random.draw(Purpose::Latency, address, k);
        (!lost).then(|| delay.between(20 * MILLISECOND, 80 * MILLISECOND))
    })
}

/// The same without loss, but `node` is cut off in the given span.
fn cut(node: usize, from_time: Micros, to_time: Micros) -> Link {
    let mut inner = jitter(1, 0);
    Box::new(move |from, to, now| {
        let away = (from_time..to_time).contains(&now) && (from == node || to == node);
        inner(from, to, now).filter(|_| !away)
    })
}

fn run<P: Protocol>(stakes: &[u64], link: Link, gossip: Micros) -> MiniNetwork<P> {
    let mut network = MiniNetwork::<P>::new(
        stakes,
        P::Params::default(),
        500 * MILLISECOND,
        10 * MILLISECOND,
        link,
    );
    network.run(60 * SECOND, gossip);
    network
}

fn shortest<P: Protocol>(network: &MiniNetwork<P>) -> usize {
    network.chains.iter().map(Vec::len).min().unwrap_or(0)
}

#[test]
fn both_protocols_make_progress_and_agree() {
    let tendermint = run::<Tendermint>(&[1; 4], jitter(1, 0), 1_000 * SECOND);
    assert!(
        tendermint.agreed().len() > 60,
        "{}",
        tendermint.agreed().len()
    );
    assert!(shortest(&tendermint) > 60);
    let streamlet = run::<Streamlet>(&[1; 4], jitter(1, 0), 1_000 * SECOND);
    // One epoch a second; the last three are not final.
    assert!(
        streamlet.agreed().len() >= 56,
        "{}",
        streamlet.agreed().len()
    );
    assert!(shortest(&streamlet) >= 55);
}

#[test]
fn both_protocols_agree_when_a_fifth_of_all_messages_is_lost() {
    for seed in 0..4 {
        let stakes = [10, 20, 30, 20, 15, 5, 12];
        let tendermint = run::<Tendermint>(&stakes, jitter(seed, 200_000), SECOND);
        assert!(tendermint.agreed().len() > 10, "seed {seed}");
        let streamlet = run::<Streamlet>(&stakes, jitter(seed, 200_000), 300 * MILLISECOND);
        assert!(streamlet.agreed().len() > 10, "seed {seed}");
    }
}

#[test]
fn both_protocols_go_on_while_one_of_four_is_away_and_agree_with_it_later() {
    let away = || cut(2, 10 * SECOND, 30 * SECOND);
    let tendermint = run::<Tendermint>(&[1; 4], away(), SECOND);
    assert!(tendermint.agreed().len() > 30);
    // By certificates, one height each gossip.
    assert!(tendermint.chains[2].len() + 3 > tendermint.agreed().len());
    let streamlet = run::<Streamlet>(&[1; 4], away(), SECOND);
    assert!(
        streamlet.agreed().len() > 20,
        "{}",
        streamlet.agreed().len()
    );
}

#[test]
fn both_protocols_stall_below_a_quorum_and_go_on_after() {
    let halves = |until: Micros| -> Link {
        let mut inner = jitter(3, 0);
        Box::new(move |from, to, now| {
            inner(from, to, now).filter(|_| now >= until || from % 2 == to % 2)
        })
    };
    let stalled = run::<Tendermint>(&[1; 4], halves(u64::MAX), SECOND);
    assert_eq!(stalled.agreed().len(), 0);
    let healed = run::<Tendermint>(&[1; 4], halves(30 * SECOND), SECOND);
    assert!(shortest(&healed) > 25, "{}", shortest(&healed));
    let stalled = run::<Streamlet>(&[1; 4], halves(u64::MAX), SECOND);
    assert_eq!(stalled.agreed().len(), 0);
    let healed = run::<Streamlet>(&[1; 4], halves(30 * SECOND), SECOND);
    assert!(shortest(&healed) > 20, "{}", shortest(&healed));
}
