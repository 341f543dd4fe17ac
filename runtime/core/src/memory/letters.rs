//! Dead letters sent back.

use std::num::NonZeroU32;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use super::Memory;
use super::queue::{Stored, earlier};
use crate::ports::{
    Clock as _, DeadLetters, PortError, Redrive, RedriveState, Replay, Selection, check_rate,
};

/// The redrives and replays of all queues.
#[derive(Debug, Default)]
pub(super) struct Letters {
    redrives: Vec<(Redrive, Progress)>,
    replays: Vec<Replay>,
}

/// How far a redrive is.
#[derive(Clone, Copy, Debug)]
struct Progress {
    /// The dead letters that were there when it began are numbered less.
    end: u64,
    /// Up to when its rate is used up.
    paid: Timestamp,
}

impl Selection {
    fn has(&self, letter: &Stored) -> bool {
        let reason = letter.reason.as_deref().unwrap_or_default();
        self.ids.as_ref().is_none_or(|ids| ids.contains(&letter.id))
            && self.tenant.as_ref().is_none_or(|tenant| tenant == letter.tenant.as_str())
            && self.group.as_ref().is_none_or(|group| *group == letter.group)
            && self.reason.as_ref().is_none_or(|text| reason.contains(text))
            && self.sent_before.is_none_or(|time| letter.sent_at < time)
    }
}

impl Memory {
    fn with_redrive(
        &self,
        id: i64,
        work: impl FnOnce(&mut super::State, &mut (Redrive, Progress), Timestamp),
    ) -> Result<Redrive, PortError> {
        let now = self.clock.now();
        let state = &mut *self.lock();
        let mut redrives = std::mem::take(&mut state.letters.redrives);
        let found = redrives.iter_mut().find(|(redrive, _)| redrive.id == id);
        let answer = found.map(|found| {
            if found.0.state == RedriveState::Running {
                work(state, found, now);
            }
            found.0.clone()
        });
        state.letters.redrives = redrives;
        answer.ok_or_else(|| PortError::invalid(format!("redrive {id}"), "there is none"))
    }
}

#[async_trait]
impl DeadLetters for Memory {
    async fn start_redrive(
        &self,
        queue: &str,
        selection: &Selection,
        rate: Option<NonZeroU32>,
    ) -> Result<Redrive, PortError> {
        check_rate(rate)?;
        let now = self.clock.now();
        let mut state = self.lock();
        let mut before = state.letters.redrives.iter();
        if before.any(|(r, _)| r.queue == queue && r.state == RedriveState::Running) {
            return Err(PortError::under_way(queue));
        }
        let id = state.letters.redrives.len() as i64 + 1;
        let end = state.queues.entry(queue.to_owned()).or_default().next_dead();
        let redrive = Redrive {
            id,
            queue: queue.to_owned(),
            selection: selection.clone(),
            rate,
            state: RedriveState::Running,
            moved: 0,
            started_at: now,
            updated_at: now,
        };
        state.letters.redrives.push((redrive.clone(), Progress { end, paid: now }));
        Ok(redrive)
    }

    async fn step_redrive(&self, id: i64) -> Result<Redrive, PortError> {
        let stepped = self.with_redrive(id, |state, (redrive, progress), now| {
            let most = redrive.rate.map_or(u64::MAX, |rate| {
                let rate = u64::from(rate.get());
                let since = now.duration_since(progress.paid).as_millis().max(0) as u64;
                // No more than of one second, however long nobody took a step.
                let since = since.min(1000);
                let allowed = rate * since / 1000;
                let left = since - allowed * 1000 / rate;
                progress.paid = earlier(now, Duration::from_millis(left));
                allowed
            });
            let queue = state.queues.entry(redrive.queue.clone()).or_default();
            let (moved, rest) = queue.send_back(&redrive.selection, progress.end, most, now);
            redrive.moved += moved;
            redrive.updated_at = now;
            if !rest {
                redrive.state = RedriveState::Done;
            }
        })?;
        self.wake();
        Ok(stepped)
    }

    async fn cancel_redrive(&self, id: i64) -> Result<Redrive, PortError> {
        self.with_redrive(id, |_, (redrive, _), now| {
            redrive.state = RedriveState::Cancelled;
            redrive.updated_at = now;
        })
    }

    async fn redrives(&self, queue: &str, max: usize) -> Result<Vec<Redrive>, PortError> {
        let state = self.lock();
        let all = state.letters.redrives.iter().rev().map(|(redrive, _)| redrive);
        Ok(all.filter(|redrive| redrive.queue == queue).take(max).cloned().collect())
    }

    async fn replay(
        &self,
        queue: &str,
        id: &str,
        body: &str,
        by: &str,
    ) -> Result<Option<Replay>, PortError> {
        let now = self.clock.now();
        let replay = {
            let mut state = self.lock();
            let found = state.queues.entry(queue.to_owned()).or_default().replay(id, body, now);
            let replay = found.map(|(tenant, old)| Replay {
                queue: queue.to_owned(),
                message: id.to_owned(),
                tenant: tenant.to_string(),
                by: by.to_owned(),
                at: now,
                old_sha256: hex::encode(Sha256::digest(old)),
                new_sha256: hex::encode(Sha256::digest(body)),
            });
            state.letters.replays.extend(replay.clone());
            replay
        };
        self.wake();
        Ok(replay)
    }

    async fn replays(&self, queue: &str, max: usize) -> Result<Vec<Replay>, PortError> {
        let state = self.lock();
        let all = state.letters.replays.iter().rev().filter(|replay| replay.queue == queue);
        Ok(all.take(max).cloned().collect())
    }
}

impl Selection {
    /// Takes those of `letters` it selects and that are numbered below `end`, oldest first, `most` at the most.
    /// Answers them, and whether there are more.
    pub(super) fn take(
        &self,
        letters: &mut Vec<Stored>,
        end: u64,
        most: u64,
    ) -> (Vec<Stored>, bool) {
        let mut taken = Vec::new();
        let mut more = false;
        letters.retain(|letter| {
            let wanted = letter.dead.is_some_and(|dead| dead.number < end) && self.has(letter);
            if wanted && taken.len() as u64 == most {
                more = true;
            } else if wanted {
                taken.push(letter.clone());
                return false;
            }
            true
        });
        (taken, more)
    }
}
