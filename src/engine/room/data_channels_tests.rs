use super::*;
use crate::protocol::data::{DataPacket, DataValue};
use crate::protocol::proto;
use crate::protocol::wire::Message as _;
#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const NOW: Millis = Millis(1_000_000);

fn live() -> DataChannels {
    let mut data = DataChannels::default();
    data.opened(Channel::Reliable);
    data.opened(Channel::Lossy);
    data.set_live(true);
    data
}

fn message(text: &str, reliable: bool) -> DataMessage {
    DataMessage { payload: text.into(), reliable, ..Default::default() }
}

fn publish(data: &mut DataChannels, call: u32, text: &str) {
    data.publish(CallId(call), message(text, true), "me").unwrap();
}

/// What goes out: sequence and payload of what is sent, calls that are settled.
fn drain(data: &mut DataChannels, now: Millis) -> (Vec<(u32, String)>, Vec<u32>) {
    let (mut sent, mut settled) = (Vec::new(), Vec::new());
    while let Some(outgoing) = data.poll(now) {
        match outgoing {
            Outgoing::Send(_, bytes) => {
                let packet = DataPacket::decode(bytes.as_slice()).unwrap();
                let Some(DataValue::User(user)) = packet.value else { panic!() };
                sent.push((packet.sequence, String::from_utf8(user.payload).unwrap()));
            }
            Outgoing::Settled(call) => settled.push(call.0),
        }
    }
    (sent, settled)
}

fn sequences(data: &mut DataChannels) -> Vec<u32> {
    drain(data, NOW).0.into_iter().map(|(sequence, _)| sequence).collect()
}

fn packet(sid: &str, sequence: u32) -> Vec<u8> {
    let value = Some(DataValue::User(proto::UserPacket { payload: vec![1], ..Default::default() }));
    let (participant_sid, participant_identity) = (sid.to_owned(), "bob".to_owned());
    DataPacket { participant_sid, participant_identity, sequence, value, ..Default::default() }.encode_to_vec()
}

#[test]
fn reliable_messages_are_numbered_from_one_and_settled_when_handed_over() {
    let mut data = live();
    publish(&mut data, 7, "a");
    publish(&mut data, 8, "b");
    assert_eq!(drain(&mut data, NOW), (vec![(1, "a".into()), (2, "b".into())], vec![7, 8]));
    assert_eq!(data.end(), []);
}

#[test]
fn messages_wait_while_the_connection_is_not_live_and_keep_their_order() {
    let mut data = live();
    data.set_live(false);
    for call in 1..=100 {
        publish(&mut data, call, "x");
    }
    assert_eq!(drain(&mut data, NOW), (vec![], vec![]));
    data.resumed(0);
    data.set_live(true);
    assert_eq!(sequences(&mut data), (1..=100).collect::<Vec<_>>());
}

#[test]
fn a_resume_sends_again_what_the_server_has_not_seen_and_everything_when_it_cannot_say() {
    for (seen, again) in [(3, vec![4, 5, 6]), (0, vec![1, 2, 3, 4, 5, 6]), (5, vec![6]), (99, vec![])] {
        let mut data = live();
        (1..=5).for_each(|call| publish(&mut data, call, "x"));
        drain(&mut data, NOW);
        data.buffered(Channel::Reliable, 0);
        data.set_live(false);
        publish(&mut data, 6, "x");
        data.resumed(seen);
        data.set_live(true);
        let (sent, settled) = drain(&mut data, NOW);
        let sent: Vec<u32> = sent.into_iter().map(|(sequence, _)| sequence).collect();
        assert_eq!((sent, settled), (again, vec![6]), "seen {seen}");
    }
}

#[test]
fn a_new_session_gets_what_was_not_delivered_under_new_sequences() {
    let mut data = live();
    (1..=4).for_each(|call| publish(&mut data, call, &format!("{call}")));
    drain(&mut data, NOW);
    let one = encode_user(b"1".to_vec(), None, "me", vec![], Some([0; 16])).len();
    data.buffered(Channel::Reliable, u32::try_from(one).unwrap());
    data.set_live(false);
    publish(&mut data, 5, "5");
    data.restarted(NOW, false);
    data.set_live(true);
    assert_eq!(drain(&mut data, NOW), (vec![], vec![]), "the new channel is not open");
    assert!(data.wants_channels());
    data.opened(Channel::Reliable);
    assert_eq!(drain(&mut data, NOW), (vec![(1, "4".into()), (2, "5".into())], vec![5]));
    publish(&mut data, 6, "6");
    assert_eq!(sequences(&mut data), [3]);
}

#[test]
fn what_was_sent_after_the_server_was_last_heard_is_sent_again_in_a_new_session() {
    let mut data = live();
    publish(&mut data, 1, "before");
    drain(&mut data, NOW);
    publish(&mut data, 2, "after");
    drain(&mut data, NOW.after(1));
    data.buffered(Channel::Reliable, 0);
    data.restarted(NOW, false);
    data.opened(Channel::Reliable);
    assert_eq!(drain(&mut data, NOW).0, [(1, "after".to_owned())]);
}

#[test]
fn a_sound_transport_is_trusted_but_for_the_last_messages_which_the_server_knows_again() {
    let mut data = live();
    (1..=100).for_each(|call| publish(&mut data, call, &call.to_string()));
    drain(&mut data, NOW);
    data.buffered(Channel::Reliable, 0);
    publish(&mut data, 101, "101");
    drain(&mut data, NOW.after(1));
    data.buffered(Channel::Reliable, 0);
    let mut same = data.clone();
    let again = |data: &mut DataChannels, heard: Millis| {
        data.restarted(heard, true);
        data.opened(Channel::Reliable);
        drain(data, NOW).0.into_iter().map(|(_, text)| text.parse().unwrap()).collect::<Vec<u32>>()
    };
    assert_eq!(again(&mut data, NOW), [101], "what was sent since");
    assert_eq!(again(&mut same, Millis(0)), (12..=101).collect::<Vec<u32>>(), "90 of them");
}

#[test]
fn a_message_keeps_its_nonce_and_no_two_have_the_same() {
    let nonces = |data: &mut DataChannels| -> Vec<Vec<u8>> {
        let sent = std::iter::from_fn(|| data.poll(NOW)).filter_map(|outgoing| match outgoing {
            Outgoing::Send(_, bytes) => Some(bytes),
            Outgoing::Settled(_) => None,
        });
        let read = sent.map(|bytes| DataPacket::decode(&bytes).unwrap().value);
        read.map(|value| if let Some(DataValue::User(user)) = value { user.nonce } else { panic!() }).collect()
    };
    let mut data = DataChannels::new(7);
    data.opened(Channel::Reliable);
    data.set_live(true);
    (1..=2).for_each(|call| publish(&mut data, call, "x"));
    let first = nonces(&mut data);
    assert!(first.iter().all(|nonce| nonce.len() == 16) && first[0] != first[1], "{first:?}");
    data.restarted(Millis(0), true);
    data.opened(Channel::Reliable);
    assert_eq!(nonces(&mut data), first);
    data.end();
    data.opened(Channel::Reliable);
    data.set_live(true);
    publish(&mut data, 3, "x");
    assert!(!first.contains(&nonces(&mut data)[0]), "the next connection does not begin anew");
}

#[test]
fn what_came_in_before_is_nothing_in_its_senders_next_session_either() {
    let mut data = live();
    let packet = |sid: &str, sequence, nonce: &[u8]| {
        let user = proto::UserPacket { payload: vec![1], nonce: nonce.to_vec(), ..Default::default() };
        let value = Some(DataValue::User(user));
        DataPacket { participant_sid: sid.to_owned(), sequence, value, ..Default::default() }.encode_to_vec()
    };
    let came = |data: &mut DataChannels, sid, sequence, nonce: &[u8]| {
        data.receive(NOW, Channel::Reliable, &packet(sid, sequence, nonce)) != Received::Nothing
    };
    assert!(came(&mut data, "PA_1", 1, &[1; 16]));
    assert!(!came(&mut data, "PA_2", 1, &[1; 16]));
    // Nor in a connection of one's own that came after a leave.
    data.end();
    let mut came = |sid, sequence, nonce: &[u8]| came(&mut data, sid, sequence, nonce);
    assert!(!came("PA_3", 1, &[1; 16]));
    assert!(came("PA_2", 2, &[2; 16]));
    // Of other clients, which have none, or one that is none.
    assert!(came("PA_4", 1, &[]) && came("PA_4", 2, &[]) && came("PA_4", 3, &[1; 3]) && came("PA_4", 4, &[1; 3]));
}

#[test]
fn a_full_buffer_holds_messages_back_until_it_is_low() {
    let mut data = live();
    let large = "x".repeat(60_000);
    (1..=40).for_each(|call| publish(&mut data, call, &large));
    let first = drain(&mut data, NOW).0.len();
    assert_eq!(first, 18, "18 x 60 KB are the first to pass 1 MiB");
    assert_eq!(
        data.buffered(Channel::Reliable, 900_000),
        Some(Event::DcBufferStatusChanged { reliable: true, low: false })
    );
    assert_eq!(drain(&mut data, NOW).0.len(), 0);
    assert_eq!(
        data.buffered(Channel::Reliable, 65_536),
        Some(Event::DcBufferStatusChanged { reliable: true, low: true })
    );
    assert_eq!(data.buffered(Channel::Reliable, 0), None);
    assert_eq!(drain(&mut data, NOW).0.len(), 18);
    assert_eq!(data.end().len(), 4);
}

#[test]
fn what_was_delivered_is_kept_for_a_resume_within_a_megabyte_and_a_minute() {
    let mut data = live();
    let large = "x".repeat(60_000);
    for call in 1..=100 {
        publish(&mut data, call, &large);
        drain(&mut data, NOW);
        data.buffered(Channel::Reliable, 0);
    }
    let kept: usize = data.messages.iter().map(|message| message.packet.len()).sum();
    assert_eq!(kept, data.kept_bytes);
    assert!((KEPT_BYTES - 60_100..KEPT_BYTES + 60_100).contains(&kept), "{kept}");
    publish(&mut data, 101, "later");
    drain(&mut data, NOW.after(KEPT_MS + 1));
    assert!(data.messages.len() <= 2, "{}", data.messages.len());
}

#[test]
fn what_the_channel_still_buffers_is_never_forgotten() {
    let mut data = live();
    publish(&mut data, 1, &"x".repeat(60_000));
    drain(&mut data, NOW);
    publish(&mut data, 2, "y");
    drain(&mut data, NOW.after(10 * KEPT_MS));
    assert_eq!(data.messages.len(), 2);
}

#[test]
fn a_message_that_could_not_be_sent_is_not_lost() {
    let mut data = live();
    (1..=3).for_each(|call| publish(&mut data, call, "x"));
    drain(&mut data, NOW);
    data.buffered(Channel::Reliable, 0);
    data.send_failed(Channel::Reliable);
    assert_eq!(sequences(&mut data), [0; 0]);
    data.opened(Channel::Reliable);
    assert_eq!(sequences(&mut data), [3]);
}

#[test]
fn too_large_and_too_much_are_typed_errors() {
    let mut data = live();
    let error = data.publish(CallId(1), message(&"x".repeat(64_000), true), "me").unwrap_err();
    assert_eq!((error.code, error.message.contains("64000")), (Code::PublishData, true));
    data.set_largest(1_000);
    assert_eq!(data.publish(CallId(2), message(&"x".repeat(1_000), false), "me").unwrap_err().code, Code::PublishData);
    data.set_largest(0);
    data.set_live(false);
    let large = "x".repeat(60_000);
    let code = (3..).find_map(|call| data.publish(CallId(call), message(&large, true), "me").err()).unwrap().code;
    assert_eq!(code, Code::QueueFull);
    data.end();
    for call in 0..u32::try_from(WAITING_MESSAGES).unwrap() {
        publish(&mut data, call, "");
    }
    assert_eq!(data.publish(CallId(0), message("", true), "me").unwrap_err().code, Code::QueueFull);
}

#[test]
fn lossy_messages_that_wait_are_bounded_in_bytes_and_leave_as_the_channel_takes_them() {
    let mut data = DataChannels::default();
    let large = "x".repeat(6_000);
    let taken = (0..10_000).take_while(|n| data.publish(CallId(*n), message(&large, false), "me").is_ok()).count();
    assert!((2_000..3_000).contains(&taken), "{taken} of 6 KB are 16 MiB");
    data.opened(Channel::Lossy);
    data.set_live(true);
    let (first, _) = drain(&mut data, NOW);
    assert_eq!(first.len(), 2, "until it buffers more than it may");
    data.send_failed(Channel::Lossy);
    data.buffered(Channel::Lossy, 0);
    let (then, _) = drain(&mut data, NOW);
    assert_eq!(then.len(), 2, "one that failed is lost, and the channel goes on");
}

#[test]
fn lossy_messages_wait_for_the_first_channel_and_are_dropped_later_when_they_cannot_go() {
    let mut data = DataChannels::default();
    data.publish(CallId(1), message("a", false), "me").unwrap();
    assert!(data.wants_channels());
    assert_eq!(drain(&mut data, NOW), (vec![], vec![]));
    data.opened(Channel::Lossy);
    data.set_live(true);
    assert_eq!(drain(&mut data, NOW), (vec![(0, "a".into())], vec![1]));
    data.buffered(Channel::Lossy, 8_193);
    data.publish(CallId(2), message("b", false), "me").unwrap();
    assert_eq!(drain(&mut data, NOW), (vec![], vec![2]));
    data.buffered(Channel::Lossy, 8_192);
    data.publish(CallId(3), message("c", false), "me").unwrap();
    assert_eq!(drain(&mut data, NOW), (vec![(0, "c".into())], vec![3]));
    data.set_live(false);
    data.publish(CallId(4), message("d", false), "me").unwrap();
    assert_eq!(drain(&mut data, NOW), (vec![], vec![4]));
}

#[test]
fn leaving_names_every_call_that_is_open() {
    let mut data = DataChannels::default();
    publish(&mut data, 1, "a");
    data.publish(CallId(2), message("b", false), "me").unwrap();
    assert_eq!(data.end(), [CallId(1), CallId(2)]);
    assert_eq!(drain(&mut data, NOW), (vec![], vec![]));
}

#[test]
fn a_duplicate_is_heard_once() {
    let mut data = live();
    let mut hear = |sequence| data.receive(NOW, Channel::Reliable, &packet("PA_bob", sequence));
    let Received::Event(Event::DataReceived { identity, reliable, payload, topic }) = hear(1) else { panic!() };
    assert_eq!((identity.as_deref(), reliable, payload, topic), (Some("bob"), true, vec![1], None));
    assert_eq!(hear(1), Received::Nothing);
    assert!(matches!(hear(5), Received::Event(_)));
    assert_eq!(hear(4), Received::Nothing);
    assert!(matches!(data.receive(NOW, Channel::Reliable, &packet("PA_eve", 1)), Received::Event(_)));
    assert_eq!(
        data.receive_states(NOW),
        [("PA_bob", 5), ("PA_eve", 1)]
            .map(|(sid, last_seq)| proto::DataChannelReceiveState { publisher_sid: sid.into(), last_seq })
    );
}

#[test]
fn a_sender_is_forgotten_thirty_seconds_after_its_last_packet() {
    let mut data = live();
    data.receive(NOW, Channel::Reliable, &packet("PA_bob", 5));
    data.receive(NOW.after(20_000), Channel::Reliable, &packet("PA_eve", 5));
    assert_eq!(data.receive_states(NOW.after(30_000)).len(), 2);
    assert_eq!(data.receive_states(NOW.after(30_001)).len(), 1);
    assert!(matches!(data.receive(NOW.after(30_001), Channel::Reliable, &packet("PA_bob", 5)), Received::Event(_)));
}

#[test]
fn packets_without_a_sequence_are_heard_each_time_and_garbage_is_named() {
    let mut data = live();
    for _ in 0..2 {
        assert!(matches!(data.receive(NOW, Channel::Lossy, &packet("PA_bob", 0)), Received::Event(_)));
    }
    assert_eq!(data.receive(NOW, Channel::Lossy, &[0xff; 9]), Received::Garbled);
    assert_eq!(data.receive(NOW, Channel::Lossy, &[]), Received::Nothing);
}
