//! Delays, losses and cuts.

use super::text::time;
use super::{
    Checked, Names, delay, distinct_nodes, few, instant, known_node, quote, require, span,
};
use crate::base::limits::{MAX_PARTITIONS, MAX_SIGMA_MILLI};
use crate::base::random::MILLION;
use crate::model::{Cut, LatencySpec, NetworkSpec};
use std::collections::BTreeSet;

pub(super) fn check(network: &NetworkSpec, names: &Names) -> Checked {
    latency("network.latency", &network.latency, names)?;
    share("network.loss_ppm", network.loss_ppm)?;
    share("network.duplicate_ppm", network.duplicate_ppm)?;
    share("network.reorder_ppm", network.reorder_ppm)?;
    delay("network.reorder_by_us", network.reorder_by_us)?;
    few(
        "network.partitions",
        network.partitions.len(),
        MAX_PARTITIONS,
        "partitions",
    )?;
    for (i, partition) in network.partitions.iter().enumerate() {
        let place = format!("network.partitions[{i}]");
        instant(&format!("{place}.from_us"), partition.from_us)?;
        span(
            &format!("{place}.until_us"),
            partition.from_us,
            partition.until_us,
        )?;
        cut(&format!("{place}.cut"), &partition.cut, names)?;
    }
    if let Some(gst) = &network.gst {
        instant("network.gst.at_us", gst.at_us)?;
        delay("network.gst.max_before_us", gst.max_before_us)?;
        delay("network.gst.delta_us", gst.delta_us)?;
    }
    Ok(())
}

pub(super) fn share(place: &str, ppm: u32) -> Checked {
    require(ppm <= MILLION, place, || {
        format!(
            "{ppm} parts in a million are more than all messages; give at most {MILLION} (100 %)."
        )
    })
}

pub(super) fn latency(place: &str, latency: &LatencySpec, names: &Names) -> Checked {
    match latency {
        LatencySpec::Constant { us } => delay(&format!("{place}.constant.us"), *us),
        LatencySpec::Uniform { min_us, max_us } => {
            let place = format!("{place}.uniform");
            delay(&format!("{place}.max_us"), *max_us)?;
            require(min_us <= max_us, &place, || {
                format!(
                    "the least delay, {}, is above the greatest, {}. Exchange them.",
                    time(*min_us),
                    time(*max_us)
                )
            })
        }
        LatencySpec::Normal {
            mean_us,
            deviation_us,
        } => {
            delay(&format!("{place}.normal.mean_us"), *mean_us)?;
            delay(&format!("{place}.normal.deviation_us"), *deviation_us)
        }
        LatencySpec::LogNormal {
            median_us,
            sigma_milli,
        } => {
            delay(&format!("{place}.log_normal.median_us"), *median_us)?;
            let place = format!("{place}.log_normal.sigma_milli");
            require(*sigma_milli <= MAX_SIGMA_MILLI, &place, || {
                format!(
                    "sigma {sigma_milli} thousandths is too wide; at most {MAX_SIGMA_MILLI}. Give a \
                     smaller one."
                )
            })
        }
        LatencySpec::Matrix { us } => matrix(&format!("{place}.matrix.us"), us, names),
    }
}

fn matrix(place: &str, rows: &[Vec<u64>], names: &Names) -> Checked {
    let n = names.count();
    require(rows.len() == n, place, || {
        format!(
            "the matrix has {} rows and there are {n} validators; give one row for each.",
            rows.len()
        )
    })?;
    for (i, row) in rows.iter().enumerate() {
        require(row.len() == n, &format!("{place}[{i}]"), || {
            format!(
                "this row has {} delays and there are {n} validators; give one for each, 0 for itself.",
                row.len()
            )
        })?;
        for (j, us) in row.iter().enumerate() {
            delay(&format!("{place}[{i}][{j}]"), *us)?;
        }
    }
    Ok(())
}

pub(super) fn cut(place: &str, cut: &Cut, names: &Names) -> Checked {
    match cut {
        Cut::Groups(groups) => {
            let place = format!("{place}.groups");
            require(groups.iter().any(|g| !g.is_empty()), &place, || {
                "no group names a validator, so nothing is cut; name some.".into()
            })?;
            few(&place, groups.len(), names.count() + 1, "groups")?;
            let mut seen = BTreeSet::new();
            for (i, group) in groups.iter().enumerate() {
                for (j, name) in group.iter().enumerate() {
                    let place = format!("{place}[{i}][{j}]");
                    known_node(&place, name, names)?;
                    require(seen.insert(name.as_str()), &place, || {
                        format!(
                            "{} is in two groups, or twice in one; name it once.",
                            quote(name)
                        )
                    })?;
                }
            }
            Ok(())
        }
        Cut::OneWay { from, to } => {
            let place = format!("{place}.one_way");
            require(!from.is_empty() && !to.is_empty(), &place, || {
                "one side is empty, so nothing is cut; name at least one validator on each.".into()
            })?;
            distinct_nodes(&format!("{place}.from"), from, names)?;
            distinct_nodes(&format!("{place}.to"), to, names)
        }
    }
}
