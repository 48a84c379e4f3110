//! Name, metadata and attributes: settled by what the server says or by what the room shows, once and in time.

mod common;

use common::Room;
use common::server::participant;
use rejoin::engine::error::Code;
use rejoin::engine::room::command::{Command, Reply, Scenario};
use rejoin::engine::room::event::ConnectionState;
use rejoin::protocol::map::Map;
use rejoin::protocol::proto;
use rejoin::protocol::signal::Ask;
use rejoin::protocol::signal::Told;

fn named(name: &str) -> Command {
    Command::UpdateMetadata { name: Some(name.into()), metadata: None, attributes: Map::new() }
}

fn show(room: &mut Room, name: &str, version: u32) {
    let mut me = participant("me", "PA_me");
    me.name = name.into();
    me.version = version;
    room.tell(Told::Update(proto::ParticipantUpdate { participants: vec![me] }));
}

#[test]
fn the_room_shows_what_was_set_when_the_call_is_done() {
    let mut room = Room::connected();
    let call = room.call(named("Ada"));
    assert_eq!(room.result(call), None, "an OK is not the state yet");
    show(&mut room, "Ada", 1);
    assert_eq!(room.result(call), Some(&Ok(Reply::Done)));
    assert_eq!(room.session.roster().local().unwrap().info.name, "Ada");
}

#[test]
fn a_server_that_never_answers_is_a_timeout_unless_the_state_shows_it() {
    let mut room = Room::connected();
    room.server.responds = None;
    let shown = room.call(named("Ada"));
    show(&mut room, "Ada", 1);
    assert_eq!(room.result(shown), Some(&Ok(Reply::Done)));
    let lost = room.call(named("Bob"));
    room.run_for(5_999);
    assert_eq!(room.result(lost), None, "a probe is answered, the answer may follow");
    room.run_for(1);
    assert_eq!(room.error(lost).code, Code::SignalRequest);
}

/// A socket that died without a word, with a request and a track on it; `alive`: whether the server is still heard.
fn asked_into_the_void(alive: bool) {
    let mut room = Room::connected();
    room.run_for(62_000);
    (room.server.pongs, room.server.publishes, room.server.responds) = (false, false, None);
    let (start, name, track) = (room.now, room.call(named("Ada")), room.publish("mic"));
    while room.closed.is_empty() && room.now.since(start) < 60_000 {
        room.run_for(500);
        if alive && room.closed.is_empty() {
            let participants = vec![participant("bob", "PA_bob")];
            room.tell(Told::Update(proto::ParticipantUpdate { participants }));
        }
    }
    assert!(room.now.since(start) <= 10_000, "what stays unanswered is a doubt: {} ms", room.now.since(start));
    (room.server.pongs, room.server.publishes, room.server.responds) = (true, true, Some(0));
    room.run_until(ConnectionState::Connected, 10_000);
    show(&mut room, "Ada", 1);
    room.run_for(1_000);
    assert_eq!(room.result(name), Some(&Ok(Reply::Done)));
    assert!(matches!(room.result(track), Some(Ok(Reply::Published(_)))), "{:?}", room.result(track));
}

#[test]
fn what_is_asked_into_a_socket_that_is_dead_already_is_asked_again() {
    asked_into_the_void(false);
    asked_into_the_void(true);
}

#[test]
fn a_server_that_answers_nothing_but_pings_is_a_timeout_and_stays() {
    let mut room = Room::connected();
    room.run_for(62_000);
    (room.server.publishes, room.server.responds) = (false, None);
    let (name, track) = (room.call(named("Ada")), room.publish("mic"));
    room.run_for(10_100);
    assert_eq!((room.error(name).code, room.error(track).code), (Code::SignalRequest, Code::Timeout));
    assert!(room.closed.is_empty());
}

#[test]
fn a_refusal_is_an_error_with_its_reason() {
    let mut room = Room::connected();
    room.server.responds = Some(proto::request_response::Reason::NotAllowed as i32);
    let call = room.call(named("Ada"));
    assert_eq!((room.error(call).code, room.error(call).request_reason), (Code::SignalRequest, Some(2)));
}

#[test]
fn what_is_so_already_is_done_at_once() {
    let mut room = Room::connected();
    room.server.responds = None;
    show(&mut room, "Ada", 1);
    let call = room.call(named("Ada"));
    assert_eq!(room.result(call), Some(&Ok(Reply::Done)));
}

#[test]
fn what_is_so_already_is_not_done_while_something_else_is_on_its_way() {
    let mut room = Room::connected();
    room.server.responds = None;
    show(&mut room, "Ada", 1);
    let calls = [named("Bob"), named("Ada")].map(|command| room.call(command));
    room.forget();
    room.drop_socket(1006);
    room.run_until(ConnectionState::Connected, 20_000);
    let names = room.sent_like(|ask| match ask {
        Ask::UpdateMetadata(update) => Some(update.name.clone()),
        _ => None,
    });
    assert_eq!(names, ["Bob", "Ada"]);
    show(&mut room, "Bob", 2);
    show(&mut room, "Ada", 3);
    assert!(calls.iter().all(|call| room.result(*call) == Some(&Ok(Reply::Done))));
}

#[test]
fn more_than_is_kept_is_refused_and_nothing_else_is() {
    let mut room = Room::connected();
    room.server.responds = None;
    room.call(Command::Simulate(Scenario::SignalReconnect));
    let calls: Vec<u32> = (0..1_001).map(|n| room.call(named(&format!("n{n}")))).collect();
    assert_eq!(room.error(calls[1_000]).code, Code::QueueFull);
    room.forget();
    room.run_until(ConnectionState::Connected, 1_000);
    let sent = |room: &Room| {
        room.sent_like(|ask| match ask {
            Ask::UpdateMetadata(update) => Some(update.name.clone()),
            _ => None,
        })
    };
    assert_eq!(sent(&room).len(), 50, "livekit-server ends who sends them all at once");
    room.run_for(450);
    assert_eq!(sent(&room).len(), 250);
    room.run_for(1_550);
    let all = sent(&room);
    assert_eq!((all.len(), all[0].as_str(), all[999].as_str()), (1_000, "n0", "n999"));
}

#[test]
fn what_is_asked_for_while_connected_is_bounded_and_paced_and_sent_again_if_its_socket_dies() {
    let mut room = Room::connected();
    room.server.responds = None;
    room.forget();
    let calls: Vec<u32> = (0..1_500).map(|n| room.call(named(&format!("n{n}")))).collect();
    let refused = calls.iter().filter(|call| room.result(**call).is_some()).count();
    assert_eq!((refused, room.error(calls[1_000]).code), (500, Code::QueueFull));
    let permissions =
        room.call(Command::SetSubscriptionPermissions { all_participants: false, permissions: Vec::new() });
    assert_eq!(room.result(permissions), Some(&Ok(Reply::Done)));
    room.run_for(2_100);
    let sent = |room: &Room, which: fn(&Ask) -> bool| room.sent.iter().filter(|ask| which(ask)).count();
    let renamed: fn(&Ask) -> bool = |ask| matches!(ask, Ask::UpdateMetadata(_));
    let restricted: fn(&Ask) -> bool = |ask| matches!(ask, Ask::SubscriptionPermission(_));
    assert_eq!((sent(&room, renamed), sent(&room, restricted)), (1_000, 1), "it waits its turn and is not refused");
    room.forget();
    room.drop_socket(1006);
    room.run_until(ConnectionState::Connected, 20_000);
    room.run_for(2_100);
    assert_eq!((sent(&room, renamed), sent(&room, restricted)), (1_000, 1));
}

#[test]
fn a_call_on_a_room_that_is_not_connected_fails_at_once() {
    let mut room = Room::new();
    let call = room.call(named("Ada"));
    assert_eq!(room.error(call).code, Code::UnexpectedState);
}

/// The own changes that were sent: name, metadata, attributes.
fn changes(room: &Room) -> Vec<String> {
    room.sent_like(|ask| match ask {
        Ask::UpdateMetadata(update) => {
            let attributes: Vec<_> = update.attributes.iter().map(|(key, value)| format!("{key}={value}")).collect();
            Some([update.name.as_str(), &update.metadata, &attributes.join(" ")].join(", "))
        }
        _ => None,
    })
}

/// Everything was set, and the server has shown it.
fn everything_set() -> Room {
    let mut room = Room::connected();
    let attributes = [("a", "1"), ("b", "2")].map(|(key, value)| (key.into(), value.into()));
    let call = room.call(Command::UpdateMetadata {
        name: Some("Ada".into()),
        metadata: Some("m".into()),
        attributes: attributes.clone().into_iter().collect(),
    });
    let mut me = participant("me", "PA_me");
    (me.name, me.metadata, me.version) = ("Ada".into(), "m".into(), 1);
    me.attributes.extend(attributes);
    room.tell(Told::Update(proto::ParticipantUpdate { participants: vec![me] }));
    assert_eq!(room.result(call), Some(&Ok(Reply::Done)));
    room
}

fn rejoin(room: &mut Room) {
    room.forget();
    room.call(Command::Simulate(Scenario::FullReconnect));
    room.run_until(ConnectionState::Connected, 2_000);
}

#[test]
fn what_the_server_forgot_with_the_session_is_set_again_in_the_next_one() {
    let mut room = everything_set();
    rejoin(&mut room);
    assert_eq!(changes(&room), ["Ada, m, a=1 b=2"]);
}

#[test]
fn what_the_next_session_begins_with_is_not_set_again() {
    let mut room = everything_set();
    let me = room.server.join.participant.get_or_insert_default();
    me.name = "Ada".into();
    me.metadata = "m".into();
    me.attributes.extend([("a", "1"), ("b", "2")].map(|(key, value)| (key.into(), value.into())));
    rejoin(&mut room);
    assert!(changes(&room).is_empty());
}

#[test]
fn what_somebody_else_changed_or_the_app_asks_for_meanwhile_stays() {
    let mut room = everything_set();
    let mut me = participant("me", "PA_me");
    (me.name, me.metadata, me.version) = ("renamed by the server".into(), "m".into(), 2);
    me.attributes.insert("b".into(), "2".into());
    room.tell(Told::Update(proto::ParticipantUpdate { participants: vec![me] }));
    room.forget();
    room.call(Command::Simulate(Scenario::FullReconnect));
    room.call(Command::UpdateMetadata { name: None, metadata: Some("newer".into()), attributes: Map::new() });
    room.run_until(ConnectionState::Connected, 2_000);
    assert_eq!(changes(&room), ["renamed by the server, m, a= b=2", "renamed by the server, newer, "]);
}

#[test]
fn what_was_set_in_a_room_that_was_left_is_not_set_in_the_next() {
    let mut room = everything_set();
    room.call(Command::Disconnect);
    room.forget();
    room.connect();
    assert!(changes(&room).is_empty());
}
