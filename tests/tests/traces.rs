//! Saved traces: opened without their scenario they look, read and judge as the run did; and a file that
//! lies is taken as far as it makes sense.

use consensusforge_core::session::scenario::model::ParamValue;
use consensusforge_core::session::view::{LogQuery, VerdictKind};
use consensusforge_core::session::{Recorded, Session, presets};
use miniz_oxide::deflate::compress_to_vec_zlib;
use miniz_oxide::inflate::decompress_to_vec_zlib;
use proptest::prelude::*;
use std::sync::OnceLock;

fn run(preset: &str, until: u64) -> Session {
    let found = presets().into_iter().find(|p| p.id == preset);
    let mut session = Session::open(found.expect(preset).scenario).expect(preset);
    while !session.advance(until, 10_000).reached {}
    session
}

fn open(bytes: &[u8]) -> Recorded {
    match Session::open_trace(bytes, u64::MAX) {
        Ok(recorded) => recorded,
        Err(problem) => panic!("{}", problem.sentence),
    }
}

fn to_its_end(mut recorded: Recorded) -> Recorded {
    while !recorded.session.advance(recorded.end_us, 10_000).reached {}
    recorded
}

#[test]
fn a_saved_trace_looks_and_judges_as_the_run_did() {
    for preset in presets() {
        let live = run(&preset.id, 10_000_000);
        let (bytes, left_out) = live.save_trace();
        assert_eq!(left_out, "", "{}", preset.id);
        let recorded = to_its_end(open(&bytes));
        assert_eq!(recorded.complaints, Vec::<String>::new(), "{}", preset.id);
        let loaded = recorded.session;
        let (was, is) = (live.frame(), loaded.frame());
        assert_eq!(is.verdicts.len(), was.verdicts.len(), "{}", preset.id);
        for (is, was) in is.verdicts.iter().zip(&was.verdicts) {
            assert_eq!(
                (&is.monitor, is.kind, is.since_us),
                (&was.monitor, was.kind, was.since_us),
                "{}",
                preset.id
            );
            // A run knows the timers of its validators too; they stand in no trace.
            assert!(
                was.sentence.starts_with(&is.sentence),
                "{}: {} {}",
                preset.id,
                is.sentence,
                was.sentence
            );
        }
        assert_eq!(
            (is.now_us, is.caption),
            (was.now_us, was.caption),
            "{}",
            preset.id
        );
        assert_eq!(is.metrics.messages_by_kind, was.metrics.messages_by_kind);
        assert!(loaded.trace_lines().eq(live.trace_lines()), "{}", preset.id);
        assert_eq!(loaded.heights_csv(), live.heights_csv(), "{}", preset.id);
        assert_eq!(
            loaded.validators_csv(),
            live.validators_csv(),
            "{}",
            preset.id
        );
        let (a, b) = (loaded.chart(0, 100_000), live.chart(0, 100_000));
        assert_eq!(a.marks, b.marks, "{}", preset.id);
        assert_eq!(a.arrows.len(), b.arrows.len(), "{}", preset.id);
        for (i, w) in is.nodes.iter().zip(&was.nodes) {
            assert_eq!(
                (&i.name, i.stake, i.crashed, i.decided),
                (&w.name, w.stake, w.crashed, w.decided)
            );
        }
    }
}

#[test]
fn in_a_saved_trace_one_moves_and_searches_and_changes_nothing() {
    let live = run("happy", 8_000_000);
    let mut session = to_its_end(open(&live.save_trace().0)).session;
    while !session.seek(3_000_000, 1_000).reached {}
    assert_eq!(session.frame().now_us, 3_000_000);
    let mut there = run("happy", 3_000_000);
    assert_eq!(session.frame().verdicts, there.frame().verdicts);
    assert_eq!(session.flying(0, 1_000).len(), there.flying(0, 1_000).len());
    while !there.seek(8_000_000, 10_000).reached {}
    while !session.seek(u64::MAX, 10_000).reached {}
    assert_eq!(session.frame().now_us, 8_000_000, "time ends with the file");
    assert!(session.search(LogQuery::default()).len() > 1_000);
    let refused = session.apply(
        consensusforge_core::session::scenario::model::Command::Crash {
            validator: "v1".into(),
        },
    );
    assert!(refused.unwrap_err().sentence.contains("saved trace"));
    assert_eq!(session.link().fragment, "");
    // And saved again it is the same file, but for what its maker says of itself.
    let again = to_its_end(open(&session.save_trace().0));
    assert!(again.session.trace_lines().eq(session.trace_lines()));
}

#[test]
fn a_trace_that_has_lost_its_beginning_is_not_taken_for_a_broken_one() {
    let mut live = run("happy", 1_000_000);
    // Past the window of records; then back, which keeps only the newest before that point.
    while !live.advance(900_000_000, 50_000).reached {}
    while !live.seek(700_000_000, 50_000).reached {}
    let (bytes, told) = live.save_trace();
    assert!(told.contains("It begins at"), "{told}");
    let recorded = to_its_end(open(&bytes));
    assert_eq!(recorded.complaints, Vec::<String>::new());
    assert!(
        recorded.sentence.contains("beginning"),
        "{}",
        recorded.sentence
    );
    let verdicts = recorded.session.frame().verdicts;
    assert!(
        verdicts.iter().all(|v| v.kind == VerdictKind::Holds),
        "{verdicts:?}"
    );
}

/// A short trace of four validators, in its unpacked chunks.
fn parts() -> &'static (Vec<u8>, Vec<Vec<u8>>) {
    static PARTS: OnceLock<(Vec<u8>, Vec<Vec<u8>>)> = OnceLock::new();
    PARTS.get_or_init(|| {
        let bytes = run("happy", 1_200_000).save_trace().0;
        unpack(&bytes)
    })
}

/// The first bytes of a file, and its chunks unpacked.
fn unpack(bytes: &[u8]) -> (Vec<u8>, Vec<Vec<u8>>) {
    let (start, mut rest) = bytes.split_at(10);
    let mut chunks = Vec::new();
    while !rest.is_empty() {
        let size = u32::from_le_bytes(rest[..4].try_into().expect("four")) as usize;
        chunks.push(decompress_to_vec_zlib(&rest[8..8 + size]).expect("packed"));
        rest = &rest[8 + size..];
    }
    (start.to_vec(), chunks)
}

fn pack(start: &[u8], chunks: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = start.to_vec();
    for chunk in chunks {
        let packed = compress_to_vec_zlib(chunk, 1);
        bytes.extend((packed.len() as u32).to_le_bytes());
        bytes.extend((chunk.len() as u32).to_le_bytes());
        bytes.extend(packed);
    }
    bytes
}

/// A run of Simplex with the lowered quorum, cut into the unpacked chunks of its trace file.
fn lowered() -> (Session, Vec<u8>, Vec<Vec<u8>>) {
    let mut scenario = presets().remove(0).scenario;
    scenario.protocol.name = "simplex".into();
    let half = ParamValue::Choice("half".into());
    scenario.protocol.params.set("quorum", half);
    let mut live = Session::open(scenario).expect("possible");
    live.run_to(2_000_000);
    let bytes = live.save_trace().0;
    let (start, chunks) = unpack(&bytes);
    (live, start, chunks)
}

#[test]
fn a_saved_trace_shows_the_thresholds_of_its_run() {
    let (live, start, chunks) = lowered();
    assert_eq!((live.world().quorum, live.world().total), (201, 400));
    let recorded = to_its_end(open(&pack(&start, &chunks)));
    assert_eq!(recorded.complaints, Vec::<String>::new());
    let loaded = recorded.session.world();
    assert_eq!((loaded.quorum, loaded.total), (201, 400));
    assert_eq!(loaded.rules, live.world().rules);
    // Parameters that this program does not know: what holds with the defaults.
    let mut chunks = chunks;
    let at = chunks[0].windows(4).position(|w| w == b"half");
    let at = at.expect("the parameter");
    chunks[0][at..at + 4].copy_from_slice(b"many");
    let unknown = to_its_end(open(&pack(&start, &chunks))).session;
    assert_eq!(unknown.world().quorum, 267);
}

#[test]
fn a_trace_of_version_2_still_opens() {
    let (live, mut start, mut chunks) = lowered();
    // Since version 3 the head is followed by the ids of rules and the parameters.
    let rules = live.world().rules;
    let ids: usize = rules.iter().map(|r| 4 + r.id.len()).sum();
    let params = chunks[0].windows(10).position(|w| w == b"{\"delta_us");
    let params = params.expect("the parameters");
    let keep = params - 4 - ids - 4;
    chunks[0].truncate(keep);
    start[8] = 2;
    let recorded = to_its_end(open(&pack(&start, &chunks)));
    assert_eq!(recorded.complaints, Vec::<String>::new());
    assert_eq!(recorded.session.world().quorum, 267);
    assert!(recorded.session.world().rules.is_empty());
    let told = |session: &Session| session.frame().metrics.height;
    assert_eq!(told(&recorded.session), told(&live));
}

/// The file with some bytes of its items replaced wherever they stand.
fn forged(old: &[u8], new: &[u8]) -> (Recorded, usize) {
    assert_eq!(old.len(), new.len());
    let (start, chunks) = parts();
    let mut chunks = chunks.clone();
    let mut times = 0;
    for chunk in &mut chunks[1..] {
        let mut k = 0;
        while k + old.len() <= chunk.len() {
            if chunk[k..].starts_with(old) {
                chunk[k..k + old.len()].copy_from_slice(new);
                times += 1;
            }
            k += 1;
        }
    }
    assert!(times > 0, "nothing to forge");
    (to_its_end(open(&pack(start, &chunks))), times)
}

#[test]
fn a_forged_block_is_not_what_its_signers_signed() {
    let live = run("happy", 1_200_000);
    let line = live
        .trace_lines()
        .find(|l| l.contains("\"proposal\"") && l.contains("\"sent\""))
        .expect("a proposal");
    let value: serde_json::Value = serde_json::from_str(&line).expect("JSON");
    let block: Vec<u8> = (0..64)
        .step_by(2)
        .map(|k| {
            u8::from_str_radix(&value["value"].as_str().expect("hex")[k..k + 2], 16).expect("hex")
        })
        .collect();
    let mut other = block.clone();
    other[5] ^= 1;
    let (recorded, _) = forged(&block, &other);
    let told = recorded.complaints.join("\n");
    assert!(
        told.contains("signature of message") && told.contains("is wrong"),
        "{told}"
    );
    // ChartCursor none the less.
    assert!(!recorded.session.chart(0, 10_000).arrows.is_empty());
}

#[test]
fn what_cannot_be_is_left_out_and_told() {
    let (start, chunks) = parts();
    // The first delivery: tag 1 in a record (tag 1), after its instant. Its sending is taken away by
    // cutting the file's items in two and dropping the first chunk of items.
    let whole = to_its_end(open(&pack(start, chunks)));
    assert_eq!(whole.complaints, Vec::<String>::new());
    let (head, items) = (&chunks[0], &chunks[1]);
    let broken = pack(start, &[head.clone(), items[..items.len() / 2].to_vec()]);
    let told = to_its_end(open(&broken)).complaints.join("\n");
    assert!(
        told.contains("cannot be read") || told.contains("has no end"),
        "{told}"
    );
    // Cut off between two chunks.
    let cut = pack(start, &chunks[..1]);
    assert!(
        open(&cut)
            .complaints
            .iter()
            .any(|c| c.contains("has no end"))
    );
    // In the middle of one.
    let bytes = pack(start, chunks);
    let told = open(&bytes[..bytes.len() - 9]).complaints.join("\n");
    assert!(told.contains("in the middle of a chunk"), "{told}");
}

#[test]
fn absurd_sizes_are_refused_by_name_before_anything_is_made_of_them() {
    let (start, chunks) = parts();
    let refused = |bytes: &[u8]| match Session::open_trace(bytes, 0) {
        Ok(_) => panic!("taken"),
        Err(problem) => problem.sentence,
    };
    let mut huge = start.clone();
    huge.extend(8u32.to_le_bytes());
    huge.extend(u32::MAX.to_le_bytes());
    huge.extend([0; 8]);
    assert!(
        refused(&huge).contains("claims 4294967295 unpacked bytes: at most 1048576"),
        "{}",
        refused(&huge)
    );
    assert!(refused(b"hello").contains("not a trace file"));
    let mut newer = start.clone();
    newer[8] = 9;
    newer.extend(&pack(&[], chunks));
    assert!(refused(&newer).contains("version 9"));
    assert!(refused(&vec![0; (32 << 20) + 1]).contains("33554433 bytes: at most 33554432"));
    // A bomb: a chunk that unpacks to more than it says.
    let packed = compress_to_vec_zlib(&vec![0; 50 << 20], 9);
    let mut bomb = start.clone();
    bomb.extend((packed.len() as u32).to_le_bytes());
    bomb.extend(1_000u32.to_le_bytes());
    bomb.extend(&packed);
    assert!(refused(&bomb).contains("does not unpack to the size it names"));
    // Four billion validators in a list of none.
    let mut head = chunks[0].clone();
    let at = head
        .windows(4)
        .position(|w| w == [4, 0, 0, 0])
        .expect("four validators");
    head[at..at + 4].copy_from_slice(&u32::MAX.to_le_bytes());
    refused(&pack(start, &[head, chunks[1].clone()]));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    /// Whatever is changed in the items of a file, it is opened, gone through, searched and exported
    /// without a panic, or refused with a sentence.
    #[test]
    fn mutated_files_never_panic(
        changes in proptest::collection::vec((0usize..2, 0usize..1 << 20, any::<u8>()), 1..24),
        cut in 0usize..1 << 20,
        shorten in any::<bool>(),
    ) {
        let (start, chunks) = parts();
        let mut chunks = chunks.clone();
        for (chunk, at, byte) in changes {
            let chunk = &mut chunks[chunk];
            let n = chunk.len();
            chunk[at % n] = byte;
        }
        if shorten {
            let n = chunks[1].len();
            chunks[1].truncate(cut % n);
        }
        through(&pack(start, &chunks));
    }

    #[test]
    fn mutated_bytes_never_panic(changes in proptest::collection::vec((any::<usize>(), any::<u8>()), 1..12)) {
        let (start, chunks) = parts();
        let mut bytes = pack(start, chunks);
        let n = bytes.len();
        for (at, byte) in changes {
            bytes[at % n] = byte;
        }
        through(&bytes);
    }
}

fn through(bytes: &[u8]) {
    use consensusforge_core::session::export::Format;
    let Ok(mut recorded) = Session::open_trace(bytes, 40) else {
        return;
    };
    assert!(recorded.complaints.len() <= 51);
    let end = recorded.end_us;
    let session = &mut recorded.session;
    for to in [end / 2, 0, end] {
        while !session.seek(to, 10_000).reached {}
        let _ = session.frame();
        let _ = session.flying(0, 100);
        let _ = session.chart(0, 1_000);
    }
    let _ = session.series(0);
    let _ = session.heights_csv();
    let index = session.search(LogQuery {
        text: "prevote 1 abcd v2".into(),
        ..LogQuery::default()
    });
    let _ = session.log_page(&index, 0, 50);
    let index = session.search(LogQuery::default());
    let _ = session.log_page(&index, 0, usize::MAX);
    for format in Format::ALL {
        let _ = session.export(format, 0, u64::MAX);
    }
    let _ = session.save_trace();
}
