//! Runs made for one thing that chance does not bring.

use consensusforge_core::session::scenario::Scenario;
use consensusforge_core::session::scenario::model::{
    CrashSpec, Cut, LatencySpec, PartitionSpec, ProposerSpec, ValidatorSpec, WorkloadSpec,
};

/// MonadBFT: the first block reaches v7 alone. Both who voted for it say so in their timeouts and crash, so that the
/// next leader is to propose a block that nobody has.
#[must_use]
pub fn lost_with_its_voters() -> Scenario {
    let mut scenario = Scenario {
        validators: (0..7).map(|i| ValidatorSpec::numbered(i, 10)).collect(),
        workload: WorkloadSpec {
            tx_per_second: 0,
            accounts: 2,
        },
        ..Scenario::default()
    };
    scenario.protocol.name = "monadbft".into();
    scenario.protocol.proposer = ProposerSpec::Rotation;
    scenario.network.latency = LatencySpec::Constant { us: 50_000 };
    let voters = ["v1", "v7"].map(String::from);
    scenario.network.partitions = vec![PartitionSpec {
        from_us: 0,
        until_us: Some(1_000_000),
        cut: Cut::Groups(vec![voters.to_vec()]),
    }];
    // After the first timer, of 1.8 s.
    scenario.faults.crashes = voters
        .map(|validator| CrashSpec {
            validator,
            at_us: 1_800_001,
            restart_us: Some(6_000_000),
        })
        .to_vec();
    // Or the block would be sent again before.
    scenario.protocol.resend_interval_us = 5_000_000;
    scenario
}
