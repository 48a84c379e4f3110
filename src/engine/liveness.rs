//! Dead sockets that say nothing: pings, silence, probes and verdicts of one signalling socket.
//!
//! A verdict needs two facts: a reason to doubt (silence longer than the timeout, pongs missing for two intervals, or a
//! suspicion from outside) and a probe that a running timer sent and that stayed unanswered. The probe is sent so early
//! that both facts stand when the timeout ends. A timer that runs late proves only that the host was asleep: it probes
//! and never kills. Any inbound message is life, except where the doubt is about the way up: then only a pong is.
//!
//! It opens and closes nothing and owns no timer: [`Liveness::deadlines`] are for the session's table, and every call
//! answers at most one [`Action`]. The rules are those of the resilience page, section 2.

use crate::engine::time::Millis;

/// A silent server is not asked more often than this, whatever the app says.
const LEAST_IDLE_MS: u64 = 1_000;
/// A timer that runs later than this is late.
const LATE_MS: u64 = 1_000;
/// Suspicions probe no more often than this.
const SUSPICION_GAP_MS: u64 = 1_000;
/// Least patience with a probe after silence that a punctual timer saw.
const PROBE_MS: u64 = 2_000;
/// Least patience where the timer was late or the doubt came from outside: the path may be waking up as well.
const WAKING_PROBE_MS: u64 = 4_500;
/// Most patience with any probe.
const LONGEST_PROBE_MS: u64 = 5_000;
/// What is sent and only piles up for so long is a doubt.
const BUFFERED_MS: u64 = 5_000;
/// So many pongs missed are a doubt, whatever the server's timeout.
const MISSED_PONGS: u32 = 3;
/// A ping that stays unanswered for so many intervals is a missing pong.
const PONG_INTERVALS: u64 = 2;

/// How often to ping and how long silence may last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Periods {
    /// 0: no pings besides probes.
    pub interval_ms: u64,
    /// 0: silence is never doubted.
    pub timeout_ms: u64,
    /// The server named others, which were out of bounds.
    pub corrected: bool,
}

impl Periods {
    /// From the join's `ping_interval` and `ping_timeout` (seconds, 0: off), clamped to 1..60 s with a timeout of at
    /// least two intervals; `idle_timeout_ms` (1 s at least, or 0) counts where the server names no timeout.
    pub fn new(interval_s: i32, timeout_s: i32, idle_timeout_ms: u64) -> Self {
        let clamped = |s: i32| u64::try_from(s).ok().filter(|s| *s > 0).map(|s| s.min(60) * 1_000);
        let interval_ms = clamped(interval_s).unwrap_or(0);
        let idle_ms = if idle_timeout_ms > 0 { idle_timeout_ms.max(LEAST_IDLE_MS) } else { 0 };
        let timeout_ms = clamped(timeout_s).map_or(idle_ms, |timeout| timeout.max(2 * interval_ms));
        let is_odd = |s: i32| !(0..=60).contains(&s);
        let corrected =
            is_odd(interval_s) || is_odd(timeout_s) || (timeout_s > 0 && timeout_s < interval_s.saturating_mul(2));
        Self { interval_ms, timeout_ms, corrected }
    }
}

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Send a legacy `ping` with the timestamp, and a `ping_req` with both.
    Ping {
        /// To be echoed by the pong.
        timestamp: i64,
        /// Smoothed round trip, 0 before the first pong.
        rtt: i64,
    },
    /// The socket is dead.
    Dead(Verdict),
}

/// Why it is held to be dead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing came in, not even after a probe.
    Silent,
    /// Messages come in, but pongs are missing: what we send does not arrive.
    NoPongs,
}

/// When the three timers are to run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Deadlines {
    pub ping: Option<Millis>,
    pub silence: Option<Millis>,
    pub probe: Option<Millis>,
}

#[derive(Clone, Copy, Debug)]
struct Probe {
    since: Millis,
    /// When the verdict falls.
    due: Millis,
    /// When to ask once more, because one packet can be lost.
    again: Option<Millis>,
    needs_pong: bool,
}

#[derive(Clone, Copy, Debug)]
struct Open {
    periods: Periods,
    heard: Millis,
    pinged: Millis,
    /// Pings since the last pong.
    unanswered: u32,
    /// When the first of them was sent.
    asked: Option<Millis>,
    probe: Option<Probe>,
    suspected: Option<Millis>,
    /// When the last ping that was answered had been sent.
    reached: Millis,
    /// What has not left the host, and since when it only grows.
    buffered: Option<(u32, Millis)>,
}

/// Watches one socket after the other.
#[derive(Clone, Debug, Default)]
pub struct Liveness {
    open: Option<Open>,
    rtt_ms: Option<f64>,
    told_of_correction: bool,
}

impl Liveness {
    /// A socket said its first message. True when its periods are the first that were out of bounds: worth a warning.
    pub fn open(&mut self, now: Millis, periods: Periods) -> bool {
        self.open = Some(Open {
            periods,
            heard: now,
            pinged: now,
            unanswered: 0,
            asked: None,
            probe: None,
            suspected: None,
            reached: Millis::default(),
            buffered: None,
        });
        periods.corrected && !std::mem::replace(&mut self.told_of_correction, true)
    }

    /// The socket is gone or given up. What comes for it later does nothing.
    pub fn close(&mut self) {
        self.open = None;
    }

    /// Smoothed round trip, `None` before the first pong.
    pub fn rtt_ms(&self) -> Option<f64> {
        self.rtt_ms
    }

    /// When something came in last on the socket that is watched.
    pub fn heard(&self) -> Option<Millis> {
        self.open.map(|open| open.heard)
    }

    /// What was sent before then has arrived: a ping that followed it was answered.
    pub fn reached(&self) -> Millis {
        self.open.map_or(Millis::default(), |open| open.reached)
    }

    /// When to call [`Liveness::on_timer`].
    pub fn deadlines(&self) -> Deadlines {
        let Some(open) = &self.open else { return Deadlines::default() };
        let doubts = [self.silent_at(open), self.unanswered_at(open)];
        Deadlines {
            ping: (open.periods.interval_ms > 0).then(|| open.pinged.after(open.periods.interval_ms)),
            silence: doubts.into_iter().flatten().min().filter(|_| open.probe.is_none()),
            probe: open.probe.map(|probe| probe.again.unwrap_or(probe.due)),
        }
    }

    /// When to doubt that anything still comes in.
    fn silent_at(&self, open: &Open) -> Option<Millis> {
        let timeout = open.periods.timeout_ms;
        (timeout > 0).then(|| open.heard.after(self.early(timeout)))
    }

    /// When to doubt that what we send still arrives: messages come in, but no pong.
    fn unanswered_at(&self, open: &Open) -> Option<Millis> {
        let Periods { interval_ms, timeout_ms, .. } = open.periods;
        let patience = timeout_ms.saturating_sub(interval_ms).max(PONG_INTERVALS * interval_ms);
        let asked = open.asked.filter(|_| interval_ms > 0 && timeout_ms > 0)?;
        Some(asked.after(self.early(patience)))
    }

    /// So long before `ms` are over that a probe's patience ends with them.
    fn early(&self, ms: u64) -> u64 {
        ms.saturating_sub(self.patience_ms(PROBE_MS).min(ms / 2))
    }

    /// Four round trips, but at least `least`.
    fn patience_ms(&self, least: u64) -> u64 {
        let four_rtt = (self.rtt_ms.unwrap_or(0.0) * 4.0).min(LONGEST_PROBE_MS as f64) as u64;
        least.max(four_rtt).min(LONGEST_PROBE_MS)
    }

    /// Something came in. Answers a ping that is due, because a hidden page's timers hardly run.
    pub fn on_message(&mut self, now: Millis) -> Option<Action> {
        let open = self.open.as_mut()?;
        open.heard = now;
        if open.probe.is_some_and(|probe| !probe.needs_pong) {
            open.probe = None;
        }
        self.ping_if_due(now)
    }

    /// A pong came in; `timestamp` is what it echoes, where it does.
    pub fn on_pong(&mut self, now: Millis, timestamp: Option<i64>) -> Option<Action> {
        let open = self.open.as_mut()?;
        open.unanswered = 0;
        open.asked = None;
        open.probe = None;
        open.buffered = None;
        let sent = timestamp.and_then(|ms| u64::try_from(ms).ok()).map(Millis).filter(|sent| *sent <= now);
        open.reached = open.reached.max(sent.unwrap_or_default());
        if let Some(sample) = sent.map(|sent| now.since(sent)).filter(|ms| *ms <= 60_000) {
            let sample = sample as f64;
            self.rtt_ms = Some(self.rtt_ms.map_or(sample, |rtt| rtt + (sample - rtt) / 8.0));
        }
        self.on_message(now)
    }

    /// So many bytes of what was sent have not left the host. True when that has only grown for too long.
    pub fn on_buffered(&mut self, now: Millis, bytes: u32) -> bool {
        let Some(open) = self.open.as_mut() else { return false };
        let since = open.buffered.filter(|(before, _)| bytes > *before).map_or(now, |(_, since)| since);
        open.buffered = (bytes > 0).then_some((bytes, since));
        bytes > 0 && now.since(since) >= BUFFERED_MS
    }

    /// Something outside casts doubt on the socket (back online, visible again, ICE disconnected, ...).
    pub fn suspect(&mut self, now: Millis) -> Option<Action> {
        let open = self.open.as_mut()?;
        if open.suspected.is_some_and(|at| now.since(at) < SUSPICION_GAP_MS) {
            return None;
        }
        open.suspected = Some(now);
        self.probe(now, WAKING_PROBE_MS, false)
    }

    /// What a server answers at once stays unanswered. Where pings are on, only a pong lays that doubt to rest.
    pub fn suspect_way_up(&mut self, now: Millis) -> Option<Action> {
        let needs_pong = self.open?.periods.interval_ms > 0;
        self.probe(now, WAKING_PROBE_MS, needs_pong)
    }

    /// Runs whatever is due. Calling it too early, or without need, does nothing.
    pub fn on_timer(&mut self, now: Millis) -> Option<Action> {
        let Deadlines { ping, silence, probe } = self.deadlines();
        let late = |due: Millis| now.since(due) > LATE_MS;
        let is_due = |at: &Millis| *at <= now;
        if let Some(due) = probe.filter(is_due) {
            return self.on_probe_timer(now, late(due));
        }
        if let Some(due) = silence.filter(is_due) {
            let patience = if late(due) { WAKING_PROBE_MS } else { PROBE_MS };
            let silent = self.open.as_ref().and_then(|open| self.silent_at(open)).is_some_and(|at| at <= now);
            return self.probe(now, patience, !silent);
        }
        let interval = self.open.map_or(0, |open| open.periods.interval_ms);
        match ping.filter(is_due) {
            // Two intervals without a ping: the host slept.
            Some(due) if now.since(due) > interval => self.suspect(now),
            Some(_) => self.ping_if_due(now),
            None => None,
        }
    }

    fn on_probe_timer(&mut self, now: Millis, late: bool) -> Option<Action> {
        let open = self.open.as_mut()?;
        let probe = open.probe.as_mut()?;
        if late {
            // Begun anew, also where its verdict is still to come: what was to be asked once more is overdue, and a
            // deadline that stays in the past would wake the host over and over.
            let needs_pong = probe.needs_pong;
            open.probe = None;
            return self.probe(now, WAKING_PROBE_MS, needs_pong);
        }
        if probe.again.take().is_some() {
            return self.ping(now);
        }
        let silent = open.heard <= probe.since;
        Some(Action::Dead(if silent { Verdict::Silent } else { Verdict::NoPongs }))
    }

    /// Asks for a sign of life. A doubt that is being looked into already is not asked about again, unless its probe is
    /// overdue.
    fn probe(&mut self, now: Millis, patience_ms: u64, needs_pong: bool) -> Option<Action> {
        let due = now.after(self.patience_ms(patience_ms));
        let open = self.open.as_mut()?;
        if open.probe.is_some_and(|probe| now <= probe.due) {
            return None;
        }
        let again = (patience_ms == WAKING_PROBE_MS).then(|| now.after(PROBE_MS));
        open.probe = Some(Probe { since: now, due, again, needs_pong });
        self.ping(now)
    }

    fn ping_if_due(&mut self, now: Millis) -> Option<Action> {
        let open = self.open.as_ref()?;
        let interval = open.periods.interval_ms;
        if interval == 0 || now < open.pinged.after(interval) {
            return None;
        }
        if open.unanswered >= MISSED_PONGS && open.probe.is_none() {
            return self.probe(now, WAKING_PROBE_MS, true);
        }
        self.ping(now)
    }

    fn ping(&mut self, now: Millis) -> Option<Action> {
        let open = self.open.as_mut()?;
        open.pinged = now;
        open.unanswered = open.unanswered.saturating_add(1);
        open.asked.get_or_insert(now);
        let timestamp = i64::try_from(now.0).unwrap_or(i64::MAX);
        Some(Action::Ping { timestamp, rtt: self.rtt_ms.unwrap_or(0.0) as i64 })
    }
}

#[cfg(test)]
#[path = "liveness_tests.rs"]
mod tests;
