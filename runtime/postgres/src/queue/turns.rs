//! Whose turn it is: tenants take turns, and within a tenant its order groups.
//!
//! A receive goes through the order groups, which begin with their tenant's name, in a circle, and stops when it has
//! enough. The next begins with the tenant behind the one that this stopped in, so what a tenant has in thousands of
//! groups is not in the way of the others; when it is that tenant's turn again, its own groups go on where they
//! left off.

use std::collections::BTreeMap;

/// Behind every order group, whoever has written it.
const END: &str = "\u{10ffff}";

/// Of so many tenants the places are kept; each makes the circle longer.
const MOST_PLACES: usize = 64;

/// A part of the circle: groups behind the first and up to the second.
pub(super) type Range = (String, String);

/// Where the next receive of a queue begins. Tenants are named as in a group, with a `/`, which sorts them as their
/// groups are.
#[derive(Debug, Default)]
pub(super) struct Turns {
    /// The tenant that the last receive stopped in.
    last: Option<String>,
    /// Of tenants that had more than was taken: the group taken last.
    places: BTreeMap<String, String>,
}

impl Turns {
    /// The circle, in parts.
    pub(super) fn circle(&self) -> Vec<Range> {
        let Some(last) = &self.last else { return vec![(String::new(), END.to_owned())] };
        let mut parts = Vec::new();
        let ahead = self.places.iter().filter(|(tenant, _)| *tenant > last);
        let behind = self.places.iter().filter(|(tenant, _)| *tenant <= last);
        arc(&mut parts, ahead, &end(last), END);
        arc(&mut parts, behind, "", &end(last));
        parts
    }

    /// Notes what a receive has taken: its groups in the order of the circle, and whether there may be more.
    ///
    /// In a queue without order a tenant's messages have an order of their own, and no places.
    pub(super) fn taken<'a>(
        &mut self,
        groups: impl Iterator<Item = &'a str>,
        may_be_more: bool,
        ordered: bool,
    ) {
        let Some(stop) = groups.last().filter(|_| may_be_more) else {
            // Everything that there was.
            *self = Self::default();
            return;
        };
        let tenant = stop.split_inclusive('/').next().unwrap_or_default();
        if ordered {
            self.places.insert(tenant.to_owned(), stop.to_owned());
            while self.places.len() > MOST_PLACES {
                self.places.pop_first();
            }
        }
        self.last = Some(tenant.to_owned());
    }
}

/// What is left of a circle behind a group.
pub(super) fn behind(circle: Vec<Range>, group: &str) -> Vec<Range> {
    let mut rest =
        circle.into_iter().skip_while(|(low, high)| group <= low.as_str() || group > high.as_str());
    let high = rest.next().map(|(_, high)| (group.to_owned(), high));
    high.into_iter().chain(rest).collect()
}

/// Behind the groups of a tenant: `0` follows `/`.
fn end(tenant: &str) -> String {
    format!("{}0", tenant.strip_suffix('/').unwrap_or(tenant))
}

/// Adds the parts from `low` to `high`, each tenant whose place is known from there on and then up to it.
fn arc<'a>(
    parts: &mut Vec<Range>,
    places: impl Iterator<Item = (&'a String, &'a String)>,
    low: &str,
    high: &str,
) {
    let mut low = low.to_owned();
    for (tenant, place) in places {
        parts.push((low, tenant.clone()));
        parts.push((place.clone(), end(tenant)));
        parts.push((tenant.clone(), place.clone()));
        low = end(tenant);
    }
    parts.push((low, high.to_owned()));
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes `max` groups of those there are, and answers them.
    fn take<'a>(turns: &mut Turns, groups: &[&'a str], max: usize) -> Vec<&'a str> {
        let mut taken = Vec::new();
        for (low, high) in turns.circle() {
            let within = |group: &&&str| **group > low.as_str() && **group <= high.as_str();
            let mut part: Vec<&str> = groups.iter().filter(within).copied().collect();
            part.sort_unstable();
            taken.extend(part);
        }
        let mut once = taken.clone();
        once.sort_unstable();
        let mut all = groups.to_vec();
        all.sort_unstable();
        assert_eq!(once, all, "the circle has each group once");
        taken.truncate(max);
        turns.taken(taken.iter().copied(), taken.len() == max, true);
        taken
    }

    #[test]
    fn what_is_left_of_a_circle_begins_behind_a_group() {
        let part = |low: &str, high: &str| (low.to_owned(), high.to_owned());
        let circle = vec![part("m", "z"), part("", "c"), part("c", "m")];
        assert_eq!(behind(circle.clone(), "b"), [part("b", "c"), part("c", "m")]);
        assert_eq!(behind(circle.clone(), "c"), [part("c", "c"), part("c", "m")]);
        assert_eq!(behind(circle, "n").len(), 3);
    }

    fn flood(tenant: &str) -> Vec<String> {
        (0..1000).map(|n| format!("{tenant}/{n:04}")).collect()
    }

    #[test]
    fn one_tenants_groups_take_turns() {
        let mut turns = Turns::default();
        let groups = ["a/1", "a/2", "a/3", "a/4"];
        let taken: Vec<_> = (0..4).map(|_| take(&mut turns, &groups, 3)).collect();
        assert_eq!(taken.concat(), ["a/1", "a/2", "a/3", "a/4"].repeat(3));
    }

    #[test]
    fn whoever_comes_new_is_served_at_once_whatever_another_has_waiting() {
        for newcomer in ["a/x", "n/x", "b-/x", "b0/x"] {
            let flood = flood("b");
            let mut groups: Vec<&str> = flood.iter().map(String::as_str).collect();
            let mut turns = Turns::default();
            assert_eq!(take(&mut turns, &groups, 10), groups[..10]);
            assert_eq!(take(&mut turns, &groups, 10), groups[10..20]);
            groups.push(newcomer);
            assert_eq!(take(&mut turns, &groups, 10)[0], newcomer);
        }
    }

    #[test]
    fn tenants_that_have_much_share_evenly_and_none_of_their_groups_starves() {
        let floods = [flood("b"), flood("d"), flood("d-")].concat();
        let mut groups: Vec<&str> = floods.iter().map(String::as_str).collect();
        let mut turns = Turns::default();
        let mut seen = BTreeMap::<&str, usize>::new();
        for _ in 0..300 {
            for group in take(&mut turns, &groups, 10) {
                *seen.entry(group).or_default() += 1;
            }
        }
        assert!(floods.iter().all(|group| seen[group.as_str()] == 1), "each had its turn once");
        groups.push("c/x");
        let rounds = (1..9).find(|_| take(&mut turns, &groups, 10).contains(&"c/x"));
        assert!(rounds <= Some(3), "{rounds:?}");
    }

    #[test]
    fn places_are_kept_of_a_few_tenants_only() {
        let mut turns = Turns::default();
        for n in 0..1000 {
            let group = format!("t{n}/g");
            turns.taken([group.as_str()].into_iter(), true, true);
            assert!(turns.circle().len() <= 3 * MOST_PLACES + 2);
        }
    }
}
