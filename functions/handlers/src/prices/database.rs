//! RDS. From the [hand table](super::HAND).

/// Classes in one zone, an hour: `mysql` and `mariadb`, then `postgres`.
///
/// Other engines carry licences or prices of their own and are not listed.
const CLASSES: [(&str, i64, i64); 39] = [
    ("db.t3.micro", 17_000, 18_000),
    ("db.t3.small", 34_000, 36_000),
    ("db.t3.medium", 68_000, 72_000),
    ("db.t3.large", 136_000, 145_000),
    ("db.t3.xlarge", 272_000, 290_000),
    ("db.t3.2xlarge", 544_000, 579_000),
    ("db.t4g.micro", 16_000, 16_000),
    ("db.t4g.small", 32_000, 32_000),
    ("db.t4g.medium", 65_000, 65_000),
    ("db.t4g.large", 129_000, 129_000),
    ("db.t4g.xlarge", 258_000, 258_000),
    ("db.t4g.2xlarge", 517_000, 517_000),
    ("db.m5.large", 171_000, 178_000),
    ("db.m5.xlarge", 342_000, 356_000),
    ("db.m5.2xlarge", 684_000, 712_000),
    ("db.m5.4xlarge", 1_368_000, 1_424_000),
    ("db.m5.8xlarge", 2_736_000, 2_848_000),
    ("db.m5.12xlarge", 4_104_000, 4_272_000),
    ("db.m5.16xlarge", 5_472_000, 5_696_000),
    ("db.m5.24xlarge", 8_208_000, 8_544_000),
    ("db.m6g.large", 152_000, 159_000),
    ("db.m6g.xlarge", 304_000, 318_000),
    ("db.m6g.2xlarge", 608_000, 636_000),
    ("db.m6g.4xlarge", 1_216_000, 1_272_000),
    ("db.r5.large", 240_000, 250_000),
    ("db.r5.xlarge", 480_000, 500_000),
    ("db.r5.2xlarge", 960_000, 1_000_000),
    ("db.r5.4xlarge", 1_920_000, 2_000_000),
    ("db.r5.8xlarge", 3_840_000, 4_000_000),
    ("db.r5.12xlarge", 5_760_000, 6_000_000),
    ("db.r5.16xlarge", 7_680_000, 8_000_000),
    ("db.r5.24xlarge", 11_520_000, 12_000_000),
    ("db.r6g.large", 215_000, 225_000),
    ("db.r6g.xlarge", 430_000, 450_000),
    ("db.r6g.2xlarge", 859_000, 899_000),
    ("db.r6g.4xlarge", 1_718_000, 1_798_000),
    ("db.r6g.8xlarge", 3_437_000, 3_597_000),
    ("db.r6g.12xlarge", 5_155_000, 5_395_000),
    ("db.r6g.16xlarge", 6_874_000, 7_194_000),
];

/// A database instance in one zone, an hour, without storage.
#[must_use]
pub fn database(class: &str, engine: &str) -> Option<i64> {
    let (_, mysql, postgres) = CLASSES.iter().find(|(known, ..)| *known == class)?;
    match engine {
        "mysql" | "mariadb" => Some(*mysql),
        "postgres" => Some(*postgres),
        _ => None,
    }
}

/// A GB of a database's storage, a month; provisioned operations (`io1`, `io2`) have rules of their own.
#[must_use]
pub fn database_storage_month(kind: &str) -> Option<i64> {
    match kind {
        "gp2" | "gp3" => Some(115_000),
        "standard" => Some(100_000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_is_priced_by_engine_and_a_licensed_engine_is_unknown() {
        assert_eq!(database("db.t3.micro", "mysql"), Some(17_000));
        assert_eq!(database("db.t3.micro", "postgres"), Some(18_000));
        assert_eq!(database("db.t3.micro", "sqlserver-se"), None);
        assert_eq!(database("db.x9.large", "mysql"), None);
    }
}
