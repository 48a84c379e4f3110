//! Every message against LiveKit's own of the same name: what is written here is read there, whole, and the other way
//! round; and bytes that are no messages.

// Clippy takes the helpers of tests for production code.
#![allow(clippy::unwrap_used)]

use livekit_protocol as theirs;

use crate::protocol::proto as ours;
use crate::protocol::signal::{SignalResponse, Told};
use crate::protocol::wire::{DecodeError, Message, Slot, Value};

/// Puts something that is not nothing into every field; of several that exclude each other into the one of `pick`.
fn fill(message: &mut dyn Message, pick: u32) {
    for tag in (1..=32).filter(|tag| *tag != pick).chain([pick]) {
        let n = tag as i32 + 100;
        let Some(Slot { value, .. }) = message.field(tag, true) else { continue };
        match value {
            Value::Bool(to) => *to = true,
            Value::I32(to) => *to = -n,
            Value::U32(to) => *to = u32::MAX - tag,
            Value::I64(to) => *to = -i64::from(n) << 40,
            Value::U64(to) => *to = u64::MAX - u64::from(tag),
            Value::F32(to) => *to = n as f32 / 8.0,
            Value::Text(to) => *to = format!("text {tag} \u{e4}"),
            Value::Bytes(to) => *to = vec![0, 255, tag as u8],
            Value::Numbers(to) => *to = vec![1, -1, 300],
            Value::Texts(to) => *to = vec![String::new(), "b".into()],
            Value::Pairs(to) => *to = [("k".to_owned(), "v".to_owned()), (String::new(), String::new())].into(),
            Value::Message(to) => fill(to, pick),
            Value::Messages(to) => {
                to.add().into_iter().for_each(|one| fill(one, pick));
                assert!(to.add().is_some());
            }
        }
    }
}

fn compare<Ours, Theirs>(pick: u32)
where
    Ours: Message + Default + Clone + PartialEq + std::fmt::Debug,
    Theirs: prost::Message + Default,
{
    let mut full = Ours::default();
    fill(&mut full, pick);
    for message in [full, Ours::default()] {
        let read = Theirs::decode(message.clone().encode_to_vec().as_slice());
        // What they do not know, or know under another tag or type, would be missing now.
        assert_eq!(read.map(|read| Ours::decode(&read.encode_to_vec())), Ok(Ok(message)));
    }
}

macro_rules! compare {
    ($($name:ident),* $(,)?) => { $(compare::<ours::$name, theirs::$name>(0);)* };
}

#[test]
fn every_message_travels_between_here_and_livekits_own() {
    compare!(
        ActiveSpeakerUpdate,
        AddTrackRequest,
        ChatMessage,
        ClientConfiguration,
        ClientInfo,
        Codec,
        ConnectionQualityInfo,
        ConnectionQualityUpdate,
        ConnectionSettings,
        DataChannelInfo,
        DataChannelReceiveState,
        IceServer,
        JoinRequest,
        JoinResponse,
        LeaveRequest,
        MediaSectionsRequirement,
        MuteTrackRequest,
        ParticipantInfo,
        ParticipantPermission,
        ParticipantTracks,
        ParticipantUpdate,
        Ping,
        Pong,
        ReconnectResponse,
        RegionInfo,
        RegionSettings,
        Room,
        RoomMovedResponse,
        RoomUpdate,
        ServerInfo,
        SessionDescription,
        SimulcastCodec,
        SimulcastCodecInfo,
        SipDtmf,
        SpeakerInfo,
        SpeakersChanged,
        StreamStateInfo,
        StreamStateUpdate,
        SubscribedCodec,
        SubscribedQuality,
        SubscribedQualityUpdate,
        SubscriptionPermission,
        SubscriptionPermissionUpdate,
        SubscriptionResponse,
        SyncState,
        TimedVersion,
        TrackInfo,
        TrackPermission,
        TrackPublishedResponse,
        TrackSubscribed,
        TrackUnpublishedResponse,
        Transcription,
        TranscriptionSegment,
        TrickleRequest,
        UpdateLocalAudioTrack,
        UpdateParticipantMetadata,
        UpdateSubscription,
        UpdateTrackSettings,
        UserPacket,
        VideoLayer,
        WrappedJoinRequest,
    );
    for tag in 1..=9 {
        compare::<ours::SimulateScenario, theirs::SimulateScenario>(tag);
    }
}

#[test]
fn every_request_and_response_travels_between_here_and_livekits_own() {
    for tag in 1..=32 {
        compare::<crate::protocol::signal::SignalRequest, theirs::SignalRequest>(tag);
        compare::<SignalResponse, theirs::SignalResponse>(tag);
    }
    for tag in [2, 3, 6, 7, 9] {
        compare::<crate::protocol::data::DataPacket, theirs::DataPacket>(tag);
    }
    compare::<crate::protocol::signal::RequestResponse, theirs::RequestResponse>(5);
}

#[test]
fn names_have_livekits_numbers() {
    macro_rules! same {
        ($($($path:ident)::+),* $(,)?) => {$(
            for number in -1..=40 {
                let name = |of: Option<String>| of.unwrap_or_default();
                let here = name(ours::$($path)::+::try_from(number).ok().map(|one| format!("{one:?}")));
                let there = name(theirs::$($path)::+::try_from(number).ok().map(|one| format!("{one:?}")));
                assert!(here == there || here.is_empty(), "{number} is {here} here and {there} there");
            }
        )*};
    }
    same!(
        client_info::Sdk,
        data_packet::Kind,
        leave_request::Action,
        participant_info::State,
        request_response::Reason,
        wrapped_join_request::Compression,
        ClientConfigSetting,
        ConnectionQuality,
        DisconnectReason,
        ReconnectReason,
        SignalTarget,
        StreamState,
        TrackType,
    );
}

fn room(bytes: &[u8]) -> Result<ours::Room, DecodeError> {
    ours::Room::decode(bytes)
}

#[test]
fn what_is_unknown_is_skipped_whatever_its_kind() {
    let named = ours::Room { name: "n".into(), ..Default::default() };
    for unknown in [&[0xf8, 7, 9][..], &[0xf9, 7, 1, 2, 3, 4, 5, 6, 7, 8], &[0xfa, 7, 2, 1, 2], &[0xfd, 7, 1, 2, 3, 4]]
    {
        let bytes = [unknown, &[0x12, 1, b'n'], unknown].concat();
        assert_eq!(room(&bytes), Ok(named.clone()));
    }
    // A group with a group and a number in it.
    assert_eq!(room(&[0xfb, 7, 0xfb, 7, 0x08, 1, 0xfc, 7, 0xfc, 7, 0x12, 1, b'n']), Ok(named));
}

#[test]
fn groups_without_end_and_nests_of_them_are_refused() {
    assert_eq!(room(&[0xfb, 7]), Err(DecodeError));
    assert_eq!(room(&[0xfb, 7].repeat(100_000)), Err(DecodeError));
    let nest = |depth: usize| [[0xfb, 7].repeat(depth), [0xfc, 7].repeat(depth)].concat();
    assert_eq!((room(&nest(100)).is_ok(), room(&nest(101))), (true, Err(DecodeError)));
    // An end without a beginning.
    assert_eq!(room(&[0xfc, 7]), Err(DecodeError));
}

#[test]
fn a_length_that_lies_allocates_nothing() {
    for length in [&[0x05][..], &[0xff, 0xff, 0xff, 0xff, 0x07], &[0xff; 10], &[0xff; 11]] {
        assert_eq!(room(&[&[0x12], length, b"name"].concat()), Err(DecodeError), "{length:?}");
    }
}

#[test]
fn a_text_that_is_no_utf8_is_read_as_well_as_it_goes() {
    let read = room(&[0x12, 3, b'a', 0xff, b'b', 0x42, 1, b'm']).unwrap();
    assert_eq!((read.name.as_str(), read.metadata.as_str()), ("a?b", "m"));
}

#[test]
fn numbers_come_one_by_one_or_packed() {
    let read = ours::UpdateLocalAudioTrack::decode(&[0x10, 1, 0x12, 2, 2, 3, 0x10, 4]).unwrap();
    assert_eq!(read.features, [1, 2, 3, 4]);
}

#[test]
fn of_fields_that_exclude_each_other_the_last_one_stands() {
    let read = SignalResponse::decode(&[0x90, 1, 7, 0x82, 1, 1, b't']).unwrap();
    assert_eq!(read.message, Some(Told::RefreshToken("t".into())));
    // An unknown one leaves the known one where it is.
    let read = SignalResponse::decode(&[0x90, 1, 7, 0xf8, 7, 1]).unwrap();
    assert_eq!(read.message, Some(Told::Pong(7)));
}
