//! The EC2 table.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::PriceList;

/// Where the EC2 table comes from; the date is that of the file.
pub const EC2: PriceList = PriceList {
    source: "AWS price list as published in karpenter-provider-aws",
    version: "2026-07-20",
};

/// The table as it was published: USD an hour, Linux, on demand, as decimals in text.
const FILE: &str = include_str!("ec2_us_east_1.json");

#[derive(Deserialize)]
struct File<'a> {
    #[serde(borrow)]
    prices: HashMap<&'a str, &'a str>,
}

static TABLE: LazyLock<HashMap<&str, i64>> = LazyLock::new(|| {
    // A damaged file is caught by this module's tests; in the field it would make prices unknown.
    let Ok(file) = serde_json::from_str::<File<'_>>(FILE) else { return HashMap::new() };
    file.prices.into_iter().filter_map(|(name, usd)| Some((name, micro_usd(usd)?))).collect()
});

/// An EC2 instance of a type, Linux, on demand, an hour.
#[must_use]
pub fn instance(instance_type: &str) -> Option<i64> {
    TABLE.get(instance_type).copied()
}

/// Reads a decimal number of dollars exactly; `None` for anything else, and below a micro-USD.
pub(crate) fn micro_usd(usd: &str) -> Option<i64> {
    let (whole, fraction) = usd.split_once('.').unwrap_or((usd, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let fraction = fraction.trim_end_matches('0');
    if whole.is_empty() || !digits(whole) || !digits(fraction) || fraction.len() > 6 {
        return None;
    }
    let whole: i64 = whole.parse().ok()?;
    let fraction: i64 = format!("{fraction:0<6}").parse().ok()?;
    whole.checked_mul(1_000_000)?.checked_add(fraction)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_table_has_a_price() {
        let file: File<'_> = serde_json::from_str(FILE).unwrap();
        assert_eq!(file.prices.len(), TABLE.len());
        assert!(TABLE.len() > 1_000, "{}", TABLE.len());
        assert!(TABLE.values().all(|price| *price > 0));
    }

    #[test]
    fn known_types_have_their_price_and_unknown_ones_none() {
        assert_eq!(instance("t3.micro"), Some(10_400));
        assert_eq!(instance("p2.xlarge"), Some(900_000));
        assert_eq!(instance("x9.mega"), None);
        assert_eq!(instance(""), None);
    }

    #[test]
    fn the_date_and_source_are_those_of_the_file() {
        let file: serde_json::Value = serde_json::from_str(FILE).unwrap();
        assert_eq!(file["generated"], EC2.version);
        assert_eq!(file["region"], super::super::REGION);
        assert!(file["source"].as_str().unwrap().starts_with(EC2.source));
    }

    #[test]
    fn dollars_are_read_without_floats() {
        for (usd, micro) in [
            ("0.102000", Some(102_000)),
            ("48.744380", Some(48_744_380)),
            ("3", Some(3_000_000)),
            ("0.1", Some(100_000)),
            ("0.0000001", None),
            ("0.00000100", Some(1)),
            ("-1", None),
            ("1e3", None),
            ("", None),
            (".5", None),
            ("99999999999999999999", None),
        ] {
            assert_eq!(micro_usd(usd), micro, "{usd}");
        }
    }
}
