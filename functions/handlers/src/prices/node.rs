//! Nodes of managed services. From the [hand table](super::HAND).

use super::look_up;

const CACHE: [(&str, i64); 14] = [
    ("cache.t3.micro", 17_000),
    ("cache.t3.small", 34_000),
    ("cache.t3.medium", 68_000),
    ("cache.t4g.micro", 16_000),
    ("cache.t4g.small", 32_000),
    ("cache.t4g.medium", 65_000),
    ("cache.m5.large", 156_000),
    ("cache.m5.xlarge", 311_000),
    ("cache.m6g.large", 149_000),
    ("cache.m6g.xlarge", 297_000),
    ("cache.r5.large", 216_000),
    ("cache.r5.xlarge", 431_000),
    ("cache.r6g.large", 206_000),
    ("cache.r6g.xlarge", 411_000),
];

const REDSHIFT: [(&str, i64); 5] = [
    ("dc2.large", 250_000),
    ("dc2.8xlarge", 4_800_000),
    ("ra3.xlplus", 1_086_000),
    ("ra3.4xlarge", 3_260_000),
    ("ra3.16xlarge", 13_040_000),
];

const SEARCH: [(&str, i64); 8] = [
    ("t3.small.search", 36_000),
    ("t3.medium.search", 73_000),
    ("m5.large.search", 142_000),
    ("m6g.large.search", 128_000),
    ("c5.large.search", 125_000),
    ("r5.large.search", 186_000),
    ("r6g.large.search", 167_000),
    ("r6g.xlarge.search", 335_000),
];

const KAFKA: [(&str, i64); 3] =
    [("kafka.t3.small", 45_600), ("kafka.m5.large", 210_000), ("kafka.m5.xlarge", 420_000)];

const MACHINE_LEARNING: [(&str, i64); 12] = [
    ("ml.t3.medium", 50_000),
    ("ml.t3.large", 100_000),
    ("ml.m5.large", 115_000),
    ("ml.m5.xlarge", 230_000),
    ("ml.m5.2xlarge", 461_000),
    ("ml.c5.xlarge", 204_000),
    ("ml.g4dn.xlarge", 736_000),
    ("ml.g5.xlarge", 1_408_000),
    ("ml.p3.2xlarge", 3_825_000),
    ("ml.p3.8xlarge", 14_688_000),
    ("ml.p3.16xlarge", 28_152_000),
    ("ml.p4d.24xlarge", 37_688_000),
];

/// One node of a managed service (`redshift`, `elasticache`, `es`, `kafka`, `sagemaker`), an hour.
#[must_use]
pub fn node(service: &str, node_type: &str) -> Option<i64> {
    match service {
        "elasticache" => look_up(&CACHE, node_type),
        "redshift" => look_up(&REDSHIFT, node_type),
        "es" => look_up(&SEARCH, &node_type.replace(".elasticsearch", ".search")),
        "kafka" => look_up(&KAFKA, node_type),
        "sagemaker" => look_up(&MACHINE_LEARNING, node_type),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_is_priced_by_its_service() {
        assert_eq!(node("redshift", "ra3.4xlarge"), Some(3_260_000));
        assert_eq!(node("es", "m5.large.elasticsearch"), Some(142_000));
        assert_eq!(node("kafka", "ra3.4xlarge"), None);
        assert_eq!(node("dax", "dax.r5.large"), None);
    }
}
