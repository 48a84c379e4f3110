//! livekit-client's names of simulated scenarios.

use crate::engine::room::command::Scenario;
use crate::protocol::proto::simulate_scenario::Scenario as Message;
use crate::protocol::text::text;

/// What is to be done, one or two things in order; the message says why a name or its argument is refused.
pub fn by_name(name: &str, argument: Option<f64>) -> Result<(Scenario, Option<Scenario>), String> {
    let one = |scenario| Ok((scenario, None));
    let server = |message| one(Scenario::Server(message));
    match name {
        "signal-reconnect" => one(Scenario::SignalReconnect),
        "resume-reconnect" => one(Scenario::ResumeReconnect),
        "full-reconnect" => one(Scenario::FullReconnect),
        "disconnect-signal-on-resume" => one(Scenario::DisconnectSignalOnResume { no_messages: false }),
        "disconnect-signal-on-resume-no-messages" => one(Scenario::DisconnectSignalOnResume { no_messages: true }),
        "fail-on-v1-path" => one(Scenario::FailOnV1Path),
        "speaker" => server(Message::SpeakerUpdate(3)),
        "node-failure" => server(Message::NodeFailure(true)),
        "server-leave" => server(Message::ServerLeave(true)),
        "migration" => server(Message::Migration(true)),
        "leave-full-reconnect" => server(Message::LeaveRequestFullReconnect(true)),
        // The protocol is chosen when the transport is made anew: TCP is 1, TLS is 2.
        "force-tcp" => Ok((Scenario::Server(Message::SwitchCandidateProtocol(1)), Some(Scenario::FullReconnect))),
        "force-tls" => Ok((Scenario::Server(Message::SwitchCandidateProtocol(2)), Some(Scenario::FullReconnect))),
        "subscriber-bandwidth" => match argument {
            Some(bits) if bits >= 0.0 => server(Message::SubscriberBandwidth(bits as i64)),
            _ => Err("simulateScenario: subscriber-bandwidth needs a number of bits per second".to_owned()),
        },
        _ => Err(text!("simulateScenario: there is no scenario \"", name, "\"")),
    }
}
