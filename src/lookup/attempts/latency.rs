//! Latencies as buckets, which can be counted and added up.

/// Buckets per doubling of a latency: an answer is at most a ninth too high.
const PER_DOUBLING: f64 = 6.0;

/// The bucket of a latency.
pub(super) fn bucket(ms: u32) -> i64 {
    ((f64::from(ms) + 1.0).log2() * PER_DOUBLING).ceil() as i64
}

/// The longest latency of a bucket.
pub(super) fn upper(bucket: i64) -> u32 {
    ((bucket as f64 / PER_DOUBLING).exp2() - 1.0).round() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_latency_is_told_at_most_an_eighth_too_high() {
        for ms in [0, 1, 2, 3, 7, 15, 80, 333, 1000, 15_000, 900_000] {
            let told = upper(bucket(ms));
            assert!(told + 1 >= ms && f64::from(told) <= f64::from(ms + 1) * 1.125 + 1.0, "{ms} is told as {told}");
        }
    }
}
