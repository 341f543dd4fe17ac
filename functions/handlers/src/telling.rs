//! What people are told: the words, and to whom each text goes.

use events::{
    Anomaly, Delivery, HuntReport, Notification, Recipient, Settings, Severity, Zombie, money,
};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use twinhost::{Context, Document, HandlerResult};

use crate::text::{NAME, SENTENCE, count, line};

/// How many anomalies, zombies or gaps a digest names; the rest are counted.
const NAMED: usize = 10;

/// A text, whoever it is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Text {
    /// Names what is told, the same however often it is sent.
    pub(crate) about: String,
    pub(crate) title: String,
    pub(crate) lines: Vec<String>,
}

impl Text {
    /// Sends it on its way: a message for each address, and one for the chat if the tenant has one.
    pub(crate) fn tell(
        self,
        ctx: &Context,
        settings: &Settings,
        addresses: &[String],
    ) -> HandlerResult {
        let mails = addresses.iter().map(|address| Recipient::Mail { address: address.clone() });
        let chat = settings.slack_webhook.is_some().then_some(Recipient::Chat);
        for to in mails.chain(chat) {
            ctx.publish(&Notification::Delivery(Delivery {
                about: self.about.clone(),
                to,
                title: self.title.clone(),
                lines: self.lines.clone(),
            }))?;
        }
        Ok(())
    }
}

/// What is told of an anomaly at once.
pub(crate) fn anomaly(anomaly: &Anomaly, settings: &Settings) -> Text {
    let series = &anomaly.series;
    let mut lines = vec![
        line(&anomaly.what, SENTENCE),
        String::new(),
        format!("Cost: {}", cost(anomaly)),
        format!("Severity: {}", anomaly.severity),
        format!("Who: {}", line(&anomaly.actor, NAME)),
        format!("Where: account {}, {}", line(&series.account, NAME), line(&anomaly.region, NAME)),
        format!("Call: {} {}", line(&series.service, NAME), line(&series.action, NAME)),
        format!("When: {}", local(anomaly.at, settings)),
    ];
    if !anomaly.why.is_empty() {
        lines.push(String::new());
        lines.push("Why it stands out:".to_owned());
        lines
            .extend(anomaly.why.iter().take(NAMED).map(|why| format!("- {}", line(why, SENTENCE))));
    }
    if anomaly.suppressed_before > 0 {
        lines.push(String::new());
        lines.push(format!(
            "{} more like it were not told since the last one.",
            anomaly.suppressed_before
        ));
    }
    lines.push(String::new());
    lines.push(format!("Event: {}", line(&anomaly.event, NAME)));
    Text {
        about: format!("anomaly/{}", anomaly.key()),
        title: format!("{}: {}", word(anomaly.severity), line(&anomaly.what, NAME)),
        lines,
    }
}

/// What a day left behind.
#[derive(Clone, Debug, Default)]
pub(crate) struct Day {
    /// The day's anomalies.
    pub(crate) anomalies: Vec<Anomaly>,
    /// All zombies that are open now.
    pub(crate) zombies: Vec<Zombie>,
    /// The day's hunts.
    pub(crate) hunts: Vec<HuntReport>,
}

/// What is told of the days from `first` to `last`; `None` when there is nothing to tell.
pub(crate) fn digest(first: Date, last: Date, mut day: Day) -> Option<Text> {
    let when = if first == last { last.to_string() } else { format!("{first} to {last}") };
    let gaps: Vec<String> = day.hunts.iter().flat_map(gaps).collect();
    if day.anomalies.is_empty() && day.zombies.is_empty() && gaps.is_empty() {
        return None;
    }
    let mut parts = Vec::new();
    let mut lines = Vec::new();
    if !day.anomalies.is_empty() {
        day.anomalies.sort_by_key(|a| {
            (std::cmp::Reverse((a.severity, a.impact_micro_usd_per_hour.unwrap_or(0))), a.at)
        });
        parts.push(count(day.anomalies.len(), "anomaly", "anomalies"));
        lines.push(format!("Anomalies: {}", by_severity(&day.anomalies)));
        let told = |a: &Anomaly| {
            format!("{}: {} ({})", word(a.severity), line(&a.what, SENTENCE), cost(a))
        };
        lines.extend(named(&day.anomalies, told));
    }
    if !day.zombies.is_empty() {
        let is_new =
            |z: &Zombie| z.opened_at.is_some_and(|at| (first..=last).contains(&utc_date(at)));
        day.zombies.sort_by_key(|z| {
            (!is_new(z), std::cmp::Reverse(z.monthly_micro_usd.unwrap_or(0)), z.key())
        });
        parts.push(count(day.zombies.len(), "idle resource", "idle resources"));
        separate(&mut lines);
        let new = day.zombies.iter().filter(|z| is_new(z)).count();
        lines.push(format!("Idle resources: {}, {new} new", monthly(&day.zombies)));
        let told = |z: &Zombie| format!("{}{}", if is_new(z) { "new: " } else { "" }, zombie(z));
        lines.extend(named(&day.zombies, told));
    }
    if !gaps.is_empty() {
        parts.push("an incomplete hunt".to_owned());
        separate(&mut lines);
        lines.push("The hunt for idle resources did not see everything:".to_owned());
        lines.extend(named(&gaps, String::clone));
    }
    let title = format!("{} on {when} (UTC)", listed(&parts));
    Some(Text { about: format!("digest/{last}"), title, lines })
}

/// The first of `all` in words, and how many more there are.
fn named<T>(all: &[T], told: impl Fn(&T) -> String) -> Vec<String> {
    let mut lines: Vec<String> =
        all.iter().take(NAMED).map(|one| format!("- {}", told(one))).collect();
    if all.len() > NAMED {
        lines.push(format!("- and {} more", all.len() - NAMED));
    }
    lines
}

/// `2 high, 1 low`.
fn by_severity(anomalies: &[Anomaly]) -> String {
    let counted = Severity::ALL.into_iter().rev().filter_map(|severity| {
        let n = anomalies.iter().filter(|anomaly| anomaly.severity == severity).count();
        (n > 0).then(|| format!("{n} {severity}"))
    });
    counted.collect::<Vec<_>>().join(", ")
}

/// What zombies cost together, and for how many that is not known.
fn monthly(zombies: &[Zombie]) -> String {
    let known = zombies.iter().filter_map(|zombie| zombie.monthly_micro_usd);
    let sum = money::usd(known.fold(0, i64::saturating_add));
    match zombies.iter().filter(|zombie| zombie.monthly_micro_usd.is_none()).count() {
        0 => format!("{sum} a month"),
        unknown => format!("{sum} a month and {unknown} of unknown cost"),
    }
}

/// A zombie in a line.
fn zombie(zombie: &Zombie) -> String {
    let resource = &zombie.resource;
    let id = resource.id.as_deref().or(resource.arn.as_deref()).unwrap_or("unknown");
    let name = zombie.evidence.get("name").map(|name| format!(" ({})", line(name, NAME)));
    let cost = match zombie.monthly_micro_usd {
        Some(cost) => format!("{} a month", money::usd(cost)),
        None => "unknown cost".to_owned(),
    };
    format!(
        "{} {}{} in account {}, {}: {cost}",
        zombie.rule.replace('_', " "),
        line(id, NAME),
        name.unwrap_or_default(),
        line(&resource.account, NAME),
        line(&resource.region, NAME),
    )
}

/// What a hunt did not see.
fn gaps(report: &HuntReport) -> impl Iterator<Item = String> + '_ {
    let account = line(&report.account_id, NAME);
    report.missing.iter().map(move |gap| format!("account {account}, {}", line(gap, SENTENCE)))
}

/// `$9.00 an hour, $6570.00 a month`.
fn cost(anomaly: &Anomaly) -> String {
    let Some(hour) = anomaly.impact_micro_usd_per_hour else {
        return if anomaly.attempt { "none".into() } else { "unknown".into() };
    };
    let month = anomaly.impact_micro_usd_per_month.unwrap_or_else(|| money::per_month(hour));
    let amount = format!("{} an hour, {} a month", money::usd(hour), money::usd(month));
    if anomaly.attempt { format!("none; it would have been {amount}") } else { amount }
}

/// A severity at the head of a line.
const fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "Info",
        Severity::Low => "Low",
        Severity::Medium => "Medium",
        Severity::High => "High",
        Severity::Critical => "Critical",
    }
}

/// A time where the tenant is; in UTC if their zone is not known here.
fn local(at: Timestamp, settings: &Settings) -> String {
    let zone = TimeZone::get(&settings.time_zone).unwrap_or(TimeZone::UTC);
    at.to_zoned(zone).strftime("%Y-%m-%d %H:%M %Z").to_string()
}

/// The day of a time.
pub(crate) fn utc_date(at: Timestamp) -> Date {
    at.to_zoned(TimeZone::UTC).date()
}

/// An empty line between two parts.
fn separate(lines: &mut Vec<String>) {
    if !lines.is_empty() {
        lines.push(String::new());
    }
}

/// `a`, `a and b`, `a, b and c`.
fn listed(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [one] => one.clone(),
        [rest @ .., last] => format!("{} and {last}", rest.join(", ")),
    }
}
