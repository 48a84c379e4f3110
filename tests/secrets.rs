//! No text that this crate makes shows a token: not a log line, not an error, not an event, not a question to a policy,
//! not the debug print of anything that holds one.

mod common;

use std::fmt::Debug;

use common::server::OnDial;
use common::{Incoming, Room, answer};
use rejoin::engine::config::{Capabilities, Config, ConnectOptions, PolicyChoice};
use rejoin::engine::io::{FetchId, FetchRequest, HostEvent, SocketAction};
use rejoin::engine::peer::{IceConfig, IceServer, PeerAction, PeerEvent, PeerState, Step};
use rejoin::engine::room::command::{CallId, Command};
use rejoin::engine::room::event::ConnectionState;
use rejoin::engine::{Input, Output, PolicyAnswer};
use rejoin::protocol::join::{ClientDetails, Dial, Join};
use rejoin::protocol::proto;
use rejoin::protocol::regions::Region;
use rejoin::protocol::secret::Secret;
use rejoin::protocol::signal::{RequestResponse, SignalResponse, Told};
use rejoin::protocol::url::{Server, Version, origin};

const TOKEN: &str = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl";

/// Where an app may have pasted it by mistake.
fn urls() -> [String; 5] {
    [
        format!("wss://one.example?access_token={TOKEN}"),
        format!("wss://one.example/base?token={TOKEN}#{TOKEN}"),
        format!("wss://user:{TOKEN}@one.example"),
        format!("wss://one.example#{TOKEN}"),
        TOKEN.to_owned(),
    ]
}

/// `eyJ`, more of base64url, and a dot: how every token begins.
fn shows_a_token(text: &str) -> bool {
    text.split("eyJ").skip(1).any(|rest| {
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))).unwrap_or(rest.len());
        end > 0 && rest.chars().nth(end) == Some('.')
    })
}

fn assert_hidden(what: &str, thing: &dyn Debug) {
    for text in [format!("{thing:?}"), format!("{thing:#?}")] {
        assert!(!shows_a_token(&text), "{what}: {text}");
    }
}

/// Fault 44: the search itself finds what it looks for.
#[test]
fn a_token_is_recognised() {
    for text in [TOKEN, &format!("?access_token={TOKEN}&x"), "eyJ eyJa.b", "\"eyJh_-0.\""] {
        assert!(shows_a_token(text), "{text}");
    }
    for text in ["", "eyJ", "eyJ.", "eyJ a.b", "eyJabc", "keyJar. "] {
        assert!(!shows_a_token(text) || text.starts_with("keyJ"), "{text}");
    }
}

/// Fault 44: everything public that can hold one.
#[test]
fn the_debug_print_of_what_holds_a_token_does_not_show_it() {
    let secret = || Secret::new(TOKEN);
    assert_hidden("Secret", &secret());
    assert!(!shows_a_token(&secret().to_string()));
    let connect = |url: &str| Command::Connect { url: url.into(), token: secret(), options: ConnectOptions::default() };
    let ice = || IceConfig {
        servers: vec![IceServer { urls: vec!["turn:t".into()], username: "u".into(), credential: secret() }],
        force_relay: false,
    };
    for url in urls() {
        assert_hidden("Command", &connect(&url));
        assert_hidden("Input", &Input::Command(CallId(1), connect(&url)));
        assert_hidden("Incoming", &Incoming::Command(CallId(1), connect(&url)));
        assert!(!shows_a_token(&origin(&url)), "{}", origin(&url));
        match Server::parse(&url) {
            Ok(server) => {
                assert_hidden("Server", &server);
                assert!(!shows_a_token(&server.origin()));
            }
            Err(error) => {
                assert_hidden("UrlError", &error);
                assert!(!shows_a_token(&error.message()));
            }
        }
        for version in [Version::V0, Version::V1] {
            let Ok(dial) = Dial::new(&Region::at(&url), version, secret(), &ClientDetails::default(), Join::default())
            else {
                continue;
            };
            assert_hidden("Dial", &dial);
            assert_hidden("Dial::url", &dial.url(None));
            assert_hidden("Dial::validate_url", &dial.validate_url());
            assert!(dial.url(None).unwrap().reveal().contains("access_token=eyJ"), "the wire has it all the same");
            let action = SocketAction::Dial(Default::default(), Box::new(dial));
            assert_hidden("SocketAction", &action);
            assert_hidden("Output", &Output::Socket(action));
        }
    }
    let fetch = || FetchRequest {
        id: FetchId(1),
        url: Secret::new(format!("https://one.example/rtc/validate?access_token={TOKEN}")),
        bearer: Some(secret()),
        timeout_ms: 1,
        max_bytes: 1,
        shared: false,
    };
    assert_hidden("FetchRequest", &fetch());
    assert_hidden("Output", &Output::Fetch(fetch()));
    assert_hidden("IceConfig", &ice());
    assert_hidden("PeerAction", &PeerAction::Configure(ice()));
    assert_hidden("Output", &Output::Peer(Default::default(), PeerAction::Configure(ice())));
}

/// Fault 44: what a server sends with a token in it.
#[test]
fn a_message_with_a_token_does_not_show_it() {
    for told in [
        Told::RefreshToken(TOKEN.into()),
        Told::RoomMoved(proto::RoomMovedResponse { token: TOKEN.into(), ..Default::default() }),
    ] {
        assert_hidden("Told", &told);
        assert_hidden("SignalResponse", &SignalResponse { message: Some(told) });
    }
}

/// Everything there is to see of a room that somebody may print.
fn assert_room_is_quiet(room: &Room, what: &str) {
    for (level, line) in &room.logs {
        assert!(!shows_a_token(line), "{what}: {level} {line}");
    }
    assert_hidden(what, &room.events);
    assert_hidden(what, &room.settled);
    assert_hidden(what, &room.questions);
    assert_hidden(what, &room.dials);
    assert_hidden(what, &room.fetches);
    assert_hidden(what, &room.actions);
    assert_hidden(what, &room.closed);
    assert_hidden(what, &room.session.server_info());
    for results in room.settled.values() {
        for error in results.iter().filter_map(|result| result.as_ref().err()) {
            assert!(!shows_a_token(&error.to_string()), "{what}: {error}");
        }
    }
}

fn room(policy: PolicyChoice) -> Room {
    Room::with(Config { policy, ..Config::default() }, Capabilities { rtc: true, offer_with_join: true })
}

fn connect(room: &mut Room, url: &str) -> u32 {
    room.call(Command::Connect { url: url.into(), token: Secret::new(TOKEN), options: ConnectOptions::default() })
}

/// Fault 44: connects that fail in each way there is, against servers that repeat the token in what they answer.
#[test]
fn a_connect_that_fails_shows_no_token() {
    for url in urls() {
        for status in [200, 301, 400, 401, 403, 404, 429, 500] {
            let mut room = room(PolicyChoice::Default(Default::default()));
            room.server.next_dials([OnDial::Refuse, OnDial::Close(1008), OnDial::Mute, OnDial::Garble(vec![9; 9])]);
            room.validate = answer(status, &format!("invalid token: {TOKEN}, error: go-jose"));
            connect(&mut room, &url);
            room.run_for(60_000);
            assert_room_is_quiet(&room, &format!("{url} {status}"));
        }
    }
}

/// Fault 44: a life with every loss there is, under tokens that the server renews, and a server that repeats them.
#[test]
fn a_whole_life_shows_no_token() {
    for policy in [PolicyChoice::Default(Default::default()), PolicyChoice::Custom] {
        let mut room = room(policy);
        room.validate = answer(401, TOKEN);
        connect(&mut room, &urls()[0]);
        assert_eq!(room.state(), ConnectionState::Connected);
        room.tell(Told::RefreshToken(TOKEN.into()));
        room.tell(Told::RoomMoved(proto::RoomMovedResponse {
            token: TOKEN.into(),
            participant: Some(common::server::participant("me", "PA_me")),
            ..Default::default()
        }));
        room.server.responds = None;
        for n in 0..3 {
            let name = Some(format!("n{n}"));
            room.call(Command::UpdateMetadata { name, metadata: None, attributes: Default::default() });
            room.tell(Told::RequestResponse(RequestResponse {
                request_id: n + 2,
                reason: 2,
                message: format!("invalid token: {TOKEN}"),
                request: None,
            }));
        }
        for (n, dial) in [OnDial::Serve, OnDial::Refuse, OnDial::Mute, OnDial::Close(1011)].into_iter().enumerate() {
            room.run_for(20_000);
            if room.socket.is_none() {
                break;
            }
            room.server.next_dials([dial]);
            room.validate = answer(503, TOKEN);
            let attempt = room.socket.take().unwrap();
            room.give(Incoming::Closed(attempt, 4_000 + n as u16, format!("bad token {TOKEN}")));
            for _ in 0..20 {
                if let Some((question, _)) = room.questions.pop() {
                    assert_room_is_quiet(&room, "a question");
                    room.give(Incoming::Policy(question, PolicyAnswer::Delay(100.0)));
                }
                room.run_for(1_000);
            }
        }
        room.host(HostEvent::Offline);
        room.host(HostEvent::Online);
        if room.peers.is_empty() {
            continue;
        }
        room.peer_says(PeerEvent::Failed {
            step: Step::Open,
            message: format!("wss://one.example?access_token={TOKEN}"),
        });
        room.peer_state(PeerState::Failed);
        room.run_for(60_000);
        room.call(Command::Disconnect);
        assert_room_is_quiet(&room, "a life");
        assert!(room.logs.len() > 3, "there was something to look at: {:?}", room.logs);
    }
}
