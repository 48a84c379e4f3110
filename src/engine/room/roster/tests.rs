use super::*;
use proto::participant_info::State;
#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

fn track(sid: &str, muted: bool) -> proto::TrackInfo {
    proto::TrackInfo { sid: sid.into(), muted, r#type: proto::TrackType::Video as i32, ..Default::default() }
}

fn person(identity: &str, version: u32, tracks: &[&str]) -> proto::ParticipantInfo {
    proto::ParticipantInfo {
        sid: format!("PA_{identity}"),
        identity: identity.into(),
        state: State::Active as i32,
        version,
        tracks: tracks.iter().map(|sid| track(sid, false)).collect(),
        ..Default::default()
    }
}

fn gone(identity: &str, sid: &str) -> proto::ParticipantInfo {
    let (sid, state) = (sid.into(), State::Disconnected as i32);
    proto::ParticipantInfo { sid, state, disconnect_reason: 1, version: 9, ..person(identity, 9, &[]) }
}

fn join(others: Vec<proto::ParticipantInfo>) -> proto::JoinResponse {
    proto::JoinResponse {
        room: Some(proto::Room { sid: "RM_1".into(), name: "room".into(), ..Default::default() }),
        participant: Some(person("me", 1, &[])),
        other_participants: others,
        ..Default::default()
    }
}

fn room(others: Vec<proto::ParticipantInfo>) -> Roster {
    let mut roster = Roster::default();
    roster.join(&mut join(others), true, false);
    roster
}

/// Events in short: `Name identity sid`.
fn short(events: Vec<Event>) -> Vec<String> {
    let line = |event: Event| match event {
        Event::ParticipantConnected { identity } => format!("connected {identity}"),
        Event::ParticipantDisconnected { participant } => format!("disconnected {}", participant.identity),
        Event::ParticipantActive { identity } => format!("active {identity}"),
        Event::TrackPublished { identity, sid } => format!("published {identity} {sid}"),
        Event::TrackUnpublished { identity, publication } => format!("unpublished {identity} {}", publication.sid),
        Event::TrackSubscribed { identity, sid, media } => format!("subscribed {identity} {sid} {}", media.0),
        Event::TrackUnsubscribed { identity, sid, media } => format!("unsubscribed {identity} {sid} {}", media.0),
        Event::TrackMediaChanged { identity, sid, media } => format!("media {identity} {sid} {}", media.0),
        other => format!("{other:?}").split([' ', '{', '(']).next().unwrap_or_default().to_owned(),
    };
    events.into_iter().map(line).collect()
}

fn update(roster: &mut Roster, info: proto::ParticipantInfo) -> Vec<String> {
    short(roster.update_participants(vec![info]))
}

#[test]
fn the_first_join_fills_the_room_without_announcing_who_is_there() {
    let mut roster = Roster::default();
    let events = roster.join(&mut join(vec![person("a", 1, &["TR_a"]), person("b", 1, &[])]), true, false);
    assert_eq!(short(events), ["RoomSidChanged", "LocalParticipantRefreshed"]);
    assert_eq!((roster.remote_len(), &*roster.local().unwrap().identity), (2, "me"));
    let a = roster.participant("a").unwrap();
    assert!(a.info.tracks.is_empty() && a.publication("TR_a").unwrap().desired);
    assert_eq!(roster.room().unwrap().name, "room");
}

#[test]
fn the_local_participant_is_never_a_remote_one() {
    let mut roster = room(vec![person("me", 1, &["TR_old"]), person("a", 1, &[])]);
    assert_eq!(update(&mut roster, person("me", 2, &["TR_old"])), [""; 0]);
    assert_eq!(roster.remote_len(), 1);
}

#[test]
fn somebody_comes_publishes_unpublishes_and_goes() {
    let mut roster = room(vec![]);
    assert_eq!(update(&mut roster, person("a", 1, &["TR_1"])), ["connected a", "active a", "published a TR_1"]);
    assert_eq!(update(&mut roster, person("a", 2, &["TR_1", "TR_2"])), ["published a TR_2"]);
    assert_eq!(update(&mut roster, person("a", 3, &["TR_2", "TR_3"])), ["unpublished a TR_1", "published a TR_3"]);
    let events = roster.update_participants(vec![gone("a", "PA_a")]);
    let Some(Event::ParticipantDisconnected { participant }) = events.last() else { panic!("{events:?}") };
    assert_eq!((participant.info.disconnect_reason, participant.publications.len()), (1, 2));
    assert_eq!(short(events), ["unpublished a TR_2", "unpublished a TR_3", "disconnected a"]);
    assert_eq!((roster.remote_len(), roster.by_sid.len()), (0, 0));
    assert_eq!(update(&mut roster, gone("a", "PA_a")), [""; 0]);
}

#[test]
fn facts_of_a_participant_are_told_when_they_change_and_only_then() {
    let mut roster = room(vec![proto::ParticipantInfo { metadata: "old".into(), ..person("a", 1, &[]) }]);
    assert_eq!(update(&mut roster, proto::ParticipantInfo { metadata: "old".into(), ..person("a", 1, &[]) }), [""; 0]);
    let mut info = person("a", 2, &[]);
    info.name = "Ada".into();
    info.metadata = "new".into();
    info.attributes = [("k", "v"), ("l", "w")].map(|(k, v)| (k.to_owned(), v.to_owned())).into();
    info.permission = Some(proto::ParticipantPermission { can_publish: true, ..Default::default() });
    let events = roster.update_participants(vec![info.clone()]);
    assert!(events.contains(&Event::ParticipantMetadataChanged { identity: "a".into(), previous: "old".into() }));
    let changed = vec![("k".into(), "v".into()), ("l".into(), "w".into())];
    assert!(events.contains(&Event::ParticipantAttributesChanged { identity: "a".into(), changed }));
    assert_eq!(events.len(), 4, "{events:?}");
    info.version = 3;
    info.attributes.remove("k");
    info.permission = None;
    let changed = vec![("k".into(), String::new())];
    let events = roster.update_participants(vec![info]);
    assert_eq!(events, [Event::ParticipantAttributesChanged { identity: "a".into(), changed }]);
    assert!(roster.participant("a").unwrap().info.permission.as_ref().unwrap().can_publish);
}

/// Fault 36: older versions.
#[test]
fn what_is_older_than_what_is_known_is_ignored() {
    let mut roster = room(vec![person("a", 5, &["TR_1"])]);
    assert_eq!(update(&mut roster, person("a", 4, &[])), [""; 0]);
    let again = proto::ParticipantInfo { sid: "PA_new".into(), joined_at: 20, ..person("a", 1, &["TR_1"]) };
    assert_eq!(update(&mut roster, again), [""; 0], "the same person in a new session");
    assert_eq!(roster.participant("a").unwrap().sid(), "PA_new");
    let late = proto::ParticipantInfo { joined_at: 10, ..person("a", 99, &[]) };
    assert_eq!(update(&mut roster, late), [""; 0], "a late word of the session before");
    assert_eq!(update(&mut roster, gone("a", "PA_a")), [""; 0], "and its end");
    assert_eq!(update(&mut roster, gone("", "PA_new")), ["unpublished a TR_1", "disconnected a"]);
}

#[test]
fn a_full_reconnect_tells_only_of_what_is_different() {
    let mut roster =
        room(vec![person("stays", 1, &["TR_s", "TR_n"]), person("goes", 1, &["TR_g"]), person("moves", 1, &["TR_m"])]);
    roster.media_arrived("1".into(), "PA_stays|TR_s".into(), "x".into(), MediaHandle(1));
    roster.set_desired("TR_n", false);
    assert_eq!(short(roster.transport_replaced()), [""; 0]);
    let moved = proto::ParticipantInfo { sid: "PA_moved".into(), ..person("moves", 0, &["TR_m2"]) };
    let events = roster.join(
        &mut join(vec![person("stays", 0, &["TR_s", "TR_n"]), moved, person("comes", 1, &[])]),
        true,
        false,
    );
    assert_eq!(
        short(events),
        [
            "LocalParticipantRefreshed",
            "unpublished goes TR_g",
            "disconnected goes",
            "unpublished moves TR_m",
            "published moves TR_m2",
            "connected comes",
            "active comes",
        ]
    );
    assert_eq!(roster.subscription_exceptions(), ["TR_n"]);
    assert!(!roster.expects_media());
    let events = roster.media_arrived("1".into(), "PA_stays|TR_s".into(), "y".into(), MediaHandle(2));
    assert_eq!(short(events), ["media stays TR_s 2"]);
    assert!(roster.expects_media());
}

#[test]
fn who_was_on_a_node_that_died_may_follow_and_does_not_flicker() {
    let people = || vec![person("quick", 1, &[]), person("slow", 1, &["TR_s"]), person("lost", 1, &[])];
    let mut roster = room(people());
    let events = roster.join(&mut join(vec![person("quick", 0, &[])]), true, true);
    assert_eq!(short(events), ["LocalParticipantRefreshed"]);
    assert!(roster.awaits_others() && roster.participant("slow").is_some());
    // Once more, while some are awaited, on the same node: they still are.
    let events = roster.join(&mut join(vec![]), true, false);
    assert_eq!(short(events), ["LocalParticipantRefreshed", "disconnected quick"]);
    let back = proto::ParticipantInfo { sid: "PA_again".into(), ..person("slow", 0, &["TR_s2"]) };
    assert_eq!(update(&mut roster, back), ["unpublished slow TR_s", "published slow TR_s2"]);
    assert_eq!(short(roster.await_others_no_longer()), ["disconnected lost"]);
    assert!(!roster.awaits_others() && roster.await_others_no_longer().is_empty());
}

#[test]
fn mute_marks_follow_the_server_for_others_and_this_client_for_its_own() {
    let mut roster = room(vec![person("a", 1, &["TR_a"])]);
    let muted = |sid: &str, version| proto::ParticipantInfo {
        tracks: vec![track(sid, true)],
        ..person(if sid == "TR_a" { "a" } else { "me" }, version, &[])
    };
    assert_eq!(update(&mut roster, muted("TR_a", 2)), ["TrackMuted"]);
    assert_eq!(update(&mut roster, person("a", 3, &["TR_a"])), ["TrackUnmuted"]);
    roster.publish_local(track("TR_me", false), None);
    assert_eq!(update(&mut roster, muted("TR_me", 2)), [""; 0]);
    assert_eq!(roster.take_mute_corrections(), [("TR_me".into(), false)]);
    assert_eq!(short(roster.mute_local("TR_me", true)), ["TrackMuted"]);
    assert_eq!(short(roster.mute_local("TR_me", true)), [""; 0]);
    update(&mut roster, muted("TR_me", 3));
    assert_eq!(roster.take_mute_corrections(), []);
}

#[test]
fn a_local_track_keeps_its_place_when_it_is_published_again() {
    let mut roster = room(vec![]);
    roster.publish_local(track("TR_1", false), None);
    roster.publish_local(track("TR_2", false), None);
    roster.publish_local(track("TR_3", false), Some("TR_1"));
    let sids: Vec<_> = roster.local().unwrap().publications.iter().map(|publication| &*publication.sid).collect();
    assert_eq!(sids, ["TR_3", "TR_2"]);
    assert_eq!(&*roster.unpublish_local("TR_3").unwrap().sid, "TR_3");
    assert_eq!(roster.unpublish_local("TR_3"), None);
}

#[test]
fn media_finds_its_publication_by_stream_by_track_or_by_mid() {
    for (stream_id, track_id, mids) in [
        ("PA_a|TR_a", "uuid", vec![]),
        ("PA_a|camera", "TR_a", vec![]),
        ("PA_a|camera", "uuid", vec![("3", "TR_a")]),
        ("PA_a", "uuid", vec![("3", "TR_a")]),
    ] {
        let mut roster = room(vec![person("a", 1, &["TR_a"])]);
        roster.map_mids(mids.into_iter().map(|(mid, sid)| (mid.to_owned(), sid.to_owned())).collect());
        let events = roster.media_arrived("3".into(), stream_id.into(), track_id.into(), MediaHandle(7));
        assert_eq!(short(events), ["subscribed a TR_a 7"], "{stream_id} {track_id}");
        assert_eq!(short(roster.media_ended(MediaHandle(7))), ["unsubscribed a TR_a 7"]);
        assert_eq!(short(roster.media_ended(MediaHandle(7))), [""; 0]);
    }
}

#[test]
fn media_waits_for_its_participant_its_publication_its_mid_and_the_transport() {
    let mut roster = room(vec![]);
    let arrive = |roster: &mut Roster| {
        short(roster.media_arrived("3".into(), "PA_a|camera".into(), "uuid".into(), MediaHandle(7)))
    };
    roster.hold_media();
    assert_eq!(arrive(&mut roster), [""; 0]);
    update(&mut roster, person("a", 1, &[]));
    update(&mut roster, person("a", 2, &["TR_a"]));
    roster.map_mids([("3".to_owned(), "TR_a".to_owned())].into());
    assert_eq!(short(roster.release_media()), ["subscribed a TR_a 7"]);
    assert_eq!(arrive(&mut roster), [""; 0], "the same once more");

    let mut roster = room(vec![person("a", 1, &[])]);
    arrive(&mut roster);
    roster.map_mids([("3".to_owned(), "TR_a".to_owned())].into());
    let told = update(&mut roster, person("a", 2, &["TR_a"]));
    assert_eq!(told, ["published a TR_a", "subscribed a TR_a 7"]);
}

#[test]
fn media_that_nobody_wants_waits_and_is_named_until_it_is_wanted_or_ends() {
    let mut roster = room(vec![person("a", 1, &["TR_a"])]);
    let arrive = |roster: &mut Roster, media| {
        short(roster.media_arrived("3".into(), "PA_a|TR_a".into(), "x".into(), MediaHandle(media)))
    };
    roster.set_desired("TR_a", false);
    assert_eq!(arrive(&mut roster, 1), [""; 0]);
    assert_eq!(roster.unwanted_media(), ["TR_a"]);
    assert_eq!(short(roster.media_ended(MediaHandle(1))), [""; 0]);
    assert_eq!(roster.unwanted_media(), [""; 0]);
    assert_eq!(arrive(&mut roster, 2), [""; 0]);
    roster.set_desired("TR_a", true);
    assert_eq!(short(roster.follow_wishes()), ["subscribed a TR_a 2"]);
    assert_eq!(roster.unwanted_media(), [""; 0]);
}

#[test]
fn media_that_the_servers_api_gives_is_subscribed_where_nothing_is_by_itself() {
    let mut roster = Roster::default();
    roster.join(&mut join(vec![person("a", 1, &["TR_a"])]), false, false);
    let told = roster.media_arrived("3".into(), "PA_a|TR_a".into(), "x".into(), MediaHandle(1));
    assert_eq!(short(told), ["subscribed a TR_a 1"]);
    assert_eq!(roster.unwanted_media(), [""; 0]);
}

#[test]
fn a_section_that_is_used_again_ends_one_subscription_and_begins_another() {
    let mut roster = room(vec![person("a", 1, &["TR_a"])]);
    let mut arrive =
        |media| short(roster.media_arrived("3".into(), "PA_a|TR_a".into(), "x".into(), MediaHandle(media)));
    assert_eq!(arrive(1), ["subscribed a TR_a 1"]);
    assert_eq!(arrive(2), ["unsubscribed a TR_a 1", "subscribed a TR_a 2"]);
    let told = update(&mut roster, gone("a", "PA_a"));
    assert_eq!(told, ["unsubscribed a TR_a 2", "unpublished a TR_a", "disconnected a"]);
}

#[test]
fn speakers_are_ordered_by_level_and_told_once() {
    let mut roster = room(vec![person("a", 1, &[]), person("b", 1, &[])]);
    let speaker = |sid: &str, level, active| proto::SpeakerInfo { sid: sid.into(), level, active };
    let changes =
        [speaker("PA_a", 0.2, true), speaker("PA_b", 0.5, true), speaker("PA_me", 0.3, true), speaker("?", 1.0, true)];
    let events = roster.speakers_changed(Millis(5), &changes);
    assert_eq!(events.len(), 4);
    let speaking = |roster: &Roster| roster.active_speakers().iter().map(|id| id.to_string()).collect::<Vec<_>>();
    assert_eq!(speaking(&roster), ["b", "me", "a"]);
    assert_eq!(roster.participant("a").unwrap().last_spoke_at, Some(Millis(5)));
    let events = roster.speakers_changed(Millis(6), &[speaker("PA_b", 0.0, false), speaker("PA_a", 0.9, true)]);
    assert_eq!(short(events), ["SpeakingChanged", "ActiveSpeakersChanged"]);
    assert_eq!(speaking(&roster), ["a", "me"]);
    assert_eq!(update(&mut roster, gone("a", "PA_a")), ["disconnected a", "ActiveSpeakersChanged"]);
    roster.join(&mut join(vec![]), true, false);
    assert_eq!(speaking(&roster), [""; 0], "a new session tells anew who speaks");
}

#[test]
fn quality_streams_permissions_and_failures_reach_their_publication() {
    let mut roster = room(vec![person("a", 1, &["TR_a"])]);
    let quality = |sid: &str| proto::ConnectionQualityInfo { participant_sid: sid.into(), quality: 2, score: 4.0 };
    let told = roster.update_quality(&[quality("PA_a"), quality("PA_me"), quality("PA_a"), quality("?")]);
    assert_eq!(told.len(), 2);
    let stream = |state| proto::StreamStateInfo { participant_sid: "PA_a".into(), track_sid: "TR_a".into(), state };
    assert_eq!(short(roster.update_streams(&[stream(1), stream(1)])), ["TrackStreamStateChanged"]);
    let allowed = |allowed| proto::SubscriptionPermissionUpdate {
        participant_sid: "PA_a".into(),
        track_sid: "TR_a".into(),
        allowed,
    };
    assert_eq!(short(roster.update_subscription_permission(&allowed(true))), [""; 0]);
    let told = roster.update_subscription_permission(&allowed(false));
    assert_eq!(short(told), ["TrackSubscriptionPermissionChanged"]);
    let told = roster.media_arrived("1".into(), "PA_a|TR_a".into(), "x".into(), MediaHandle(1));
    assert_eq!(short(told), ["TrackSubscriptionPermissionChanged", "subscribed a TR_a 1"], "a word that was lost");
    roster.update_subscription_permission(&allowed(false));
    assert!(roster.set_desired("TR_a", true) && !roster.set_desired("TR_?", true));
    assert!(roster.participant("a").unwrap().publication("TR_a").unwrap().allowed);
    let failed = |sid: &str| proto::SubscriptionResponse { track_sid: sid.into(), err: 1 };
    assert_eq!(short(roster.subscription_failed(&failed("TR_a"))), ["TrackSubscriptionFailed"]);
    assert_eq!(short(roster.subscription_failed(&failed("TR_?"))), [""; 0]);
    roster.set_settings("TR_a", TrackSettings { disabled: true, ..Default::default() });
    assert_eq!(roster.disabled_tracks(), ["TR_a"]);
}

#[test]
fn a_rooms_facts_are_told_when_they_change() {
    let mut roster = room(vec![]);
    let room = proto::Room { sid: "RM_1".into(), metadata: "m".into(), active_recording: true, ..Default::default() };
    assert_eq!(short(roster.update_room(room.clone())), ["RoomMetadataChanged", "RecordingStatusChanged"]);
    assert_eq!(short(roster.update_room(room)), [""; 0]);
}

#[test]
fn a_move_to_another_room_changes_everybody_but_the_local_participant() {
    let mut roster = room(vec![person("a", 1, &["TR_a"])]);
    let moved = proto::RoomMovedResponse {
        room: Some(proto::Room { sid: "RM_2".into(), name: "other".into(), ..Default::default() }),
        participant: Some(proto::ParticipantInfo { sid: "PA_me2".into(), ..person("me", 1, &[]) }),
        other_participants: vec![person("b", 1, &[])],
        ..Default::default()
    };
    let told = short(roster.moved(moved));
    let expected = ["RoomSidChanged", "unpublished a TR_a", "disconnected a", "Moved", "LocalParticipantRefreshed"];
    assert_eq!(told, [expected.as_slice(), &["connected b", "active b"]].concat());
    assert_eq!((roster.local().unwrap().sid(), roster.room().unwrap().name.as_str()), ("PA_me2", "other"));
}

#[test]
fn leaving_for_good_ends_subscriptions_and_a_later_join_is_a_first_one() {
    let mut roster = room(vec![person("a", 1, &["TR_a"])]);
    roster.media_arrived("3".into(), "PA_a|TR_a".into(), "x".into(), MediaHandle(1));
    roster.publish_local(track("TR_me", false), None);
    assert_eq!(short(roster.clear()), ["unsubscribed a TR_a 1"]);
    assert_eq!((roster.remote_len(), roster.local().unwrap().publications.len()), (0, 0));
    let told = short(roster.join(&mut join(vec![person("b", 1, &[])]), false, false));
    assert_eq!(told, ["RoomSidChanged", "LocalParticipantRefreshed"]);
}

#[test]
fn an_update_of_a_thousand_participants_keeps_what_is_held_elsewhere() {
    let people = |version| (0..1_000).map(|n| person(&format!("p{n}"), version, &["TR_1", "TR_2"])).collect::<Vec<_>>();
    let mut roster = room(people(1));
    let held = roster.participant("p7").unwrap().info.clone();
    assert_eq!(roster.update_participants(people(2)), []);
    assert_eq!((held.version, roster.participant("p7").unwrap().info.version), (1, 2));
}

#[test]
fn what_was_known_at_the_end_can_be_read_until_the_next_join() {
    let mut roster = room(vec![person("ada", 1, &["TR_a"])]);
    roster.publish_local(track("TR_me", false), None);
    roster.clear();
    assert_eq!((roster.remote_len(), roster.participant("ada")), (0, None), "nobody is there");
    assert_eq!(roster.room().map(|room| room.name.as_str()), Some("room"));
    assert_eq!(roster.known("ada").map(Participant::sid), Some("PA_ada"));
    for (identity, sid) in [("ada", "TR_a"), ("", "TR_me")] {
        assert!(roster.known_publication(identity, sid).is_some(), "{sid}");
    }
    roster.clear();
    assert!(roster.known("ada").is_some(), "a connect that fails forgets nothing");
    roster.join(&mut join(vec![]), true, false);
    assert!(roster.known("ada").is_none() && roster.known_publication("", "TR_me").is_none());
}
