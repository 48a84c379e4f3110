//! A room's life one step at a time: for tests that look, or cut, between any two of them.

use rejoin::engine::Input;
use rejoin::engine::room::command::{CallId, Command};
use rejoin::engine::time::Millis;

use super::{Incoming, Room};

impl Room {
    /// Makes a call that is handed in with the next step; its number is what [`Room::result`] takes.
    pub fn ask(&mut self, command: Command) -> u32 {
        self.calls += 1;
        self.incoming.push_back(Incoming::Command(CallId(self.calls), command));
        self.calls
    }

    /// The current socket will have closed by the next step.
    pub fn lose_socket(&mut self, code: u16) {
        let attempt = self.socket.take().expect("there is no socket to lose");
        self.closing = Some(attempt);
        self.incoming.push_back(Incoming::Closed(attempt, code, String::new()));
    }

    /// The next thing that happens, or the next timer up to `end`; false when there is neither.
    pub fn step(&mut self, end: Millis) -> bool {
        if let Some(incoming) = self.incoming.pop_front() {
            self.take_in(incoming);
        } else {
            match self.session.deadline() {
                Some((at, _)) if at <= end => {
                    self.now = self.now.max(at);
                    self.session.handle(self.now, Input::Timeout);
                    self.carry_out();
                }
                _ => {
                    self.now = end;
                    return false;
                }
            }
        }
        true
    }
}
