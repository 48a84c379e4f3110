//! What one client did, and the rules that hold at every step of every life.

use std::collections::{BTreeMap, VecDeque};

use rejoin::engine::Output;
use rejoin::engine::error::Error;
use rejoin::engine::io::SocketAction;
use rejoin::engine::room::command::{CallId, Command, Reply};
use rejoin::engine::room::event::{ConnectionState, Event, Reconnecting};
use rejoin::engine::time::Millis;
use rejoin::protocol::signal::{Ask, SignalRequest, SignalResponse, Told};
use rejoin::protocol::wire::Message as _;

use crate::seeds::number;
use crate::storm::agenda::{Happening, News};
use crate::storm::client::EPOCH;

/// Events that are kept for a failure, when it is traced. REJOIN_TRACE asks for more.
const TRACED: u64 = 60;

/// See the module.
#[derive(Debug, Default)]
pub struct Watch {
    pub state: ConnectionState,
    pub states: Vec<(Millis, ConnectionState)>,
    pub reconnecting: Vec<(Millis, Reconnecting)>,
    pub dials: Vec<Millis>,
    pub open_calls: Vec<u32>,
    pub settled: BTreeMap<u32, Result<Reply, Error>>,
    pub logs: Vec<(log::Level, String)>,
    pub disconnected: Option<i32>,
    /// Outputs of any kind so far.
    pub outputs: u64,
    /// When the next attempt may begin, by the client's clock.
    due: Option<Millis>,
    /// The app has not asked for a connection since the last one ended.
    ended: bool,
    trace: Option<VecDeque<String>>,
    traced: u64,
    /// A line that is worth telling only with another one.
    timer: Option<String>,
}

impl Watch {
    /// Keeps the last events, and prints them when the test fails.
    pub fn traced() -> Self {
        let mut watch = Self::default();
        watch.trace = Some(VecDeque::new());
        watch.traced = number("REJOIN_TRACE").unwrap_or(TRACED);
        watch
    }

    pub fn note(&mut self, line: impl FnOnce() -> String) {
        if let Some(trace) = &mut self.trace {
            trace.extend(self.timer.take());
            trace.push_back(line());
            while trace.len() as u64 > self.traced {
                trace.pop_front();
            }
        }
    }

    /// Pings and pongs are most of what happens and say nothing.
    fn note_input(&mut self, now: Millis, what: &Happening) {
        let line = || format!("{:>9} <- {}", now.since(EPOCH), brief(what));
        match what {
            _ if self.trace.is_none() => {}
            Happening::Timer => self.timer = Some(line()),
            Happening::News(_, News::Frame(frame)) if matches!(said(frame), Some(Told::PongResp(_))) => {}
            _ => {
                self.timer = None;
                self.note(line);
            }
        }
    }

    fn note_output(&mut self, now: Millis, output: &Output) {
        if self.trace.is_none() {
            return;
        }
        let text = match output {
            Output::Socket(SocketAction::Send(attempt, frame)) => match asked(frame) {
                Some(Ask::Ping(_) | Ask::PingReq(_)) => return,
                message => format!("{attempt:?} {message:?}"),
            },
            output => format!("{output:?}"),
        };
        self.note(|| format!("{:>9}    -> {}", now.since(EPOCH), cut(text)));
    }

    pub fn given(&mut self, now: Millis, what: &Happening) {
        self.note_input(now, what);
        if let Happening::Call(CallId(call), command) = what {
            self.open_calls.push(*call);
            if let Command::Connect { .. } = **command {
                self.ended = false;
            }
        }
    }

    pub fn saw(&mut self, now: Millis, clock: Millis, output: &Output) {
        self.note_output(now, output);
        self.outputs += 1;
        let acts = matches!(
            output,
            Output::Socket(_) | Output::Fetch(_) | Output::Peer(..) | Output::AskPolicy(..) | Output::Event(_)
        );
        assert!(!(acts && self.ended), "not quiet after the end: {output:?}");
        match output {
            Output::Socket(SocketAction::Dial(..)) => self.dialled(now, clock),
            Output::Settle(CallId(call), result) => {
                let open = self.open_calls.iter().position(|open| open == call);
                self.open_calls.swap_remove(open.unwrap_or_else(|| panic!("call {call} is settled but not open")));
                self.settled.insert(*call, result.clone());
            }
            Output::Event(event) => self.told(now, clock, event),
            Output::Log(level, line) => {
                assert!(!line.contains("eyJ"), "a token in the log: {line}");
                self.logs.push((*level, line.clone()));
            }
            _ => {}
        }
    }

    fn dialled(&mut self, now: Millis, clock: Millis) {
        self.dials.push(now);
        if matches!(self.state, ConnectionState::Reconnecting | ConnectionState::SignalReconnecting) {
            let due = self.due.take();
            assert!(due.is_some_and(|due| clock >= due), "an attempt at {clock:?}, which was announced for {due:?}");
        }
    }

    fn told(&mut self, now: Millis, clock: Millis, event: &Event) {
        match event {
            Event::StateChanged(state) => {
                self.state = *state;
                self.states.push((now, *state));
            }
            Event::Reconnecting(facts) => {
                self.due = facts.delay_ms.is_finite().then(|| clock.after(facts.delay_ms.ceil() as u64));
                self.reconnecting.push((now, facts.clone()));
            }
            Event::Disconnected { reason } => {
                self.disconnected = Some(*reason);
                self.ended = true;
            }
            _ => {}
        }
    }

    /// Lines of this level.
    pub fn lines(&self, level: log::Level) -> Vec<&str> {
        self.logs.iter().filter(|(each, _)| *each == level).map(|(_, line)| line.as_str()).collect()
    }

    /// When a connection that worked was lost.
    pub fn losses(&self) -> Vec<Millis> {
        let pairs = self.states.windows(2).filter(|pair| pair[0].1 == ConnectionState::Connected);
        pairs.map(|pair| pair[1].0).collect()
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        if let Some(trace) = self.trace.take().filter(|_| std::thread::panicking()) {
            eprintln!("the last events, at milliseconds:");
            trace.iter().for_each(|line| eprintln!("{line}"));
        }
    }
}

fn brief(what: &Happening) -> String {
    cut(match what {
        Happening::News(attempt, News::Frame(frame)) => format!("{attempt:?} {:?}", said(frame)),
        other => format!("{other:?}"),
    })
}

fn said(frame: &[u8]) -> Option<Told> {
    SignalResponse::decode(frame).ok()?.message
}

fn asked(frame: &[u8]) -> Option<Ask> {
    SignalRequest::decode(frame).ok()?.message
}

fn cut(mut text: String) -> String {
    let end = text.char_indices().nth(240).map_or(text.len(), |(at, _)| at);
    text.truncate(end);
    text
}
