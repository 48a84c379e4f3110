//! The end of a session, by the app or for good: every call is settled, and nothing is left behind.

use crate::engine::error::{Code, Error};
use crate::engine::history::What;
use crate::engine::link::Hangup;
use crate::engine::peer::{Channel, PeerAction};
use crate::engine::room::command::{CallId, Reply};
use crate::engine::room::event::{ConnectionState, Event};
use crate::engine::room::joining::Stage;
use crate::engine::room::session::Session;
use crate::engine::timers::Timer;
use crate::protocol::proto;
use crate::protocol::proto::DisconnectReason;
use crate::protocol::signal::Ask;
use crate::protocol::text::text;

/// A `disconnect()` waits so long for data to arrive.
const FAREWELL_MS: u64 = 1_000;

impl Session {
    /// The app leaves. Idempotent.
    /// Data that was accepted arrives before the leave: a server forgets what comes from somebody who has left. A second
    /// call does not wait for it.
    pub(super) fn disconnect(&mut self, call: CallId) {
        if self.farewell.is_none() && matches!(self.stage, Stage::Live) && self.data.on_its_way(self.now) {
            self.farewell = Some(call);
            self.data.closed(Channel::Reliable);
            self.peer(PeerAction::Finish);
            return self.timers.set(Timer::Farewell, self.now.after(FAREWELL_MS));
        }
        self.leave();
        self.settle(call, Ok(Reply::Done));
    }

    pub(super) fn leave(&mut self) {
        if !matches!(self.stage, Stage::Idle) {
            let error = self.left_by_app();
            self.end(DisconnectReason::ClientInitiated as i32, error, Hangup::Leave);
        }
    }

    pub(super) fn left_by_app(&self) -> Error {
        let code = if self.connecting.is_some() { Code::Cancelled } else { Code::SessionEnded };
        Error::new(code, "the app disconnected the room")
    }

    /// The server, or the evidence, says that there is no way back.
    pub(super) fn end_refused(&mut self, reason: i32, error: Error) {
        self.log(log::Level::Error, text!("the session ended: ", error.message));
        self.end(reason, error, Hangup::Ended);
    }

    /// Ends the session: open calls fail with this error, timers, socket, fetch and peer are gone, the room says so.
    pub(super) fn end(&mut self, reason: i32, error: Error, why: Hangup) {
        if why != Hangup::Ended {
            self.say_leave();
        }
        self.hang_up(why);
        self.stop_validating();
        self.forget_way();
        self.end_plugins();
        self.record(What::Disconnected, &error.message);
        self.close_peer();
        self.liveness.close();
        self.timers.clear();
        self.stage = Stage::Idle;
        self.episode = None;
        self.steadiness = Default::default();
        self.give_up_left_ms = None;
        self.queue.clear();
        self.settle_all(error);
        if let Some(call) = self.farewell.take() {
            self.settle(call, Ok(Reply::Done));
        }
        self.joined = None;
        let events = self.roster.clear();
        self.tell(events);
        self.set_state(ConnectionState::Disconnected);
        self.emit(Event::Disconnected { reason });
    }

    /// Tells the server that this client does not come back to the session, if there is a session to tell it in.
    pub(super) fn say_leave(&mut self) {
        if self.link.is_live() {
            self.send(Ask::Leave(proto::LeaveRequest {
                reason: DisconnectReason::ClientInitiated as i32,
                action: proto::leave_request::Action::Disconnect as i32,
                ..Default::default()
            }));
        }
    }

    /// A call that waits for what is over now learns that it is over.
    fn settle_all(&mut self, error: Error) {
        let mut calls = self.connecting.take().map(|connecting| connecting.calls).unwrap_or_default();
        self.settle_prepared();
        for (call, _) in self.requests.fail_all(&error) {
            calls.push(call);
        }
        calls.append(&mut self.publications.clear());
        calls.append(&mut self.data.end());
        for call in calls {
            self.settle(call, Err(error.clone()));
        }
    }
}
