use super::*;
use proto::leave_request::Action;
#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

fn lost(judgement: &Judgement) -> (Cause, ReconnectKind) {
    match judgement {
        Judgement::Lost { cause, next, .. } => (*cause, *next),
        Judgement::Terminal { .. } => panic!("{judgement:?}"),
    }
}

fn leave(action: Action, reason: DisconnectReason) -> Judgement {
    let leave = proto::LeaveRequest { action: action as i32, reason: reason as i32, ..Default::default() };
    judge(Millis(0), Evidence::Leave(&leave), &Surroundings::default())
}

fn closed(code: u16, now: u64, surroundings: &Surroundings) -> Judgement {
    judge(Millis(now), Evidence::Closed { code, reason: "" }, surroundings)
}

#[test]
fn leaves_that_end_a_session_for_good_name_their_reason() {
    use DisconnectReason as R;
    for (action, reason) in [
        (Action::Disconnect, R::ServerShutdown),
        (Action::Disconnect, R::JoinFailure),
        (Action::Disconnect, R::UnknownReason),
        (Action::Disconnect, R::DuplicateIdentity),
        (Action::Reconnect, R::DuplicateIdentity),
        (Action::Resume, R::ParticipantRemoved),
        (Action::Reconnect, R::RoomDeleted),
        (Action::Reconnect, R::RoomClosed),
    ] {
        let Judgement::Terminal { reason: told, error } = leave(action, reason) else { panic!("{reason:?}") };
        assert_eq!((told, error.leave_reason), (reason as i32, Some(reason as i32)));
        assert_eq!(error.code, Code::LeaveRequest);
    }
}

/// Fault 14: the table itself.
#[test]
fn leaves_that_may_come_back_say_how_and_whose_fault_it_is() {
    use DisconnectReason as R;
    for (action, reason, cause, next) in [
        (Action::Resume, R::Migration, Cause::Single, ReconnectKind::Resume),
        (Action::Reconnect, R::StateMismatch, Cause::Single, ReconnectKind::Full),
        (Action::Reconnect, R::ServerShutdown, Cause::Remote, ReconnectKind::Full),
        (Action::Resume, R::ServerShutdown, Cause::Remote, ReconnectKind::Resume),
        (Action::Reconnect, R::MediaFailure, Cause::Single, ReconnectKind::Full),
        (Action::Reconnect, R::UnknownReason, Cause::Remote, ReconnectKind::Full),
    ] {
        assert_eq!(lost(&leave(action, reason)), (cause, next), "{action:?} {reason:?}");
    }
    let old = proto::LeaveRequest { can_reconnect: true, ..Default::default() };
    let judgement = judge(Millis(0), Evidence::Leave(&old), &Surroundings::default());
    assert_eq!(lost(&judgement), (Cause::Remote, ReconnectKind::Full));
    let unknown = proto::LeaveRequest { action: 99, reason: 99, ..Default::default() };
    let judgement = judge(Millis(0), Evidence::Leave(&unknown), &Surroundings::default());
    assert!(matches!(judgement, Judgement::Terminal { reason: 99, .. }));
}

/// Fault 13: the table itself.
#[test]
fn a_close_code_tells_whose_fault_it_is() {
    let quiet = Surroundings::default();
    for code in [0, 1001, 1005, 1006, 1011, 1012, 1013, 4000, u16::MAX] {
        assert_eq!(lost(&closed(code, 0, &quiet)), (Cause::Remote, ReconnectKind::Resume), "{code}");
    }
    assert_eq!(lost(&closed(1000, 0, &quiet)), (Cause::Single, ReconnectKind::Resume), "one session was ended");
    let Judgement::Terminal { reason, error } = closed(1008, 0, &quiet) else { panic!() };
    assert_eq!((reason, error.code), (DisconnectReason::SignalClose as i32, Code::NotAllowed));
}

#[test]
fn a_local_event_shortly_before_explains_a_silent_close_but_not_a_servers_word() {
    for event in [HostEvent::Online, HostEvent::NetworkChange, HostEvent::Resume, HostEvent::PageShow] {
        let mut near = Surroundings::default();
        assert!(near.handle(Millis(1_000), event), "{event:?}");
        assert_eq!(lost(&closed(1006, 3_000, &near)).0, Cause::Local, "{event:?}");
        assert_eq!(lost(&closed(1006, 3_001, &near)).0, Cause::Remote, "{event:?}");
        assert_eq!(lost(&closed(1012, 1_001, &near)).0, Cause::Remote, "{event:?}");
    }
    for event in [HostEvent::Visible, HostEvent::Hidden, HostEvent::PageHide] {
        let mut near = Surroundings::default();
        assert_eq!(near.handle(Millis(1_000), event), event == HostEvent::Visible);
        assert_eq!(lost(&closed(1006, 1_001, &near)).0, Cause::Remote, "{event:?}");
    }
}

#[test]
fn what_is_lost_while_offline_is_local_however_long_it_takes() {
    let mut near = Surroundings::default();
    assert!(!near.handle(Millis(0), HostEvent::Offline));
    assert!(!near.online());
    assert_eq!(lost(&closed(1006, 60_000, &near)).0, Cause::Local);
    let judgement = judge(Millis(60_000), Evidence::Silent { media_flows: None }, &near);
    assert_eq!(lost(&judgement), (Cause::Local, ReconnectKind::Resume));
}

#[test]
fn a_clock_that_jumped_was_asleep() {
    let mut near = Surroundings::default();
    assert_eq!(near.observe(Millis(60_000), None), None);
    assert_eq!(near.observe(Millis(60_000), Some(Millis(50_000))), None);
    assert_eq!(near.observe(Millis(60_001), Some(Millis(50_000))), Some(10_001));
    assert_eq!(lost(&closed(1006, 60_500, &near)).0, Cause::Local);
}

#[test]
fn media_is_a_second_witness() {
    let silent = |media_flows| lost(&judge(Millis(0), Evidence::Silent { media_flows }, &Surroundings::default()));
    assert_eq!(silent(Some(true)), (Cause::Single, ReconnectKind::Resume));
    assert_eq!(silent(Some(false)), (Cause::Remote, ReconnectKind::Full));
    assert_eq!(silent(None), (Cause::Remote, ReconnectKind::Resume));
}

#[test]
fn a_silence_that_a_local_event_made_us_look_into_is_local() {
    for (event, cause) in [(HostEvent::Resume, Cause::Local), (HostEvent::Visible, Cause::Remote)] {
        let mut near = Surroundings::default();
        near.handle(Millis(1_000), event);
        let silent = |at| lost(&judge(Millis(at), Evidence::Silent { media_flows: None }, &near)).0;
        assert_eq!((silent(8_000), silent(8_001)), (cause, Cause::Remote), "{event:?}");
    }
}

#[test]
fn other_losses_have_their_row() {
    let quiet = Surroundings::default();
    for (evidence, cause, next) in [
        (Evidence::TransportFailed, Cause::Single, ReconnectKind::Resume),
        (Evidence::SessionLost, Cause::Single, ReconnectKind::Full),
        (Evidence::TimedOut, Cause::Remote, ReconnectKind::Resume),
        (Evidence::Asked(ReconnectKind::Full), Cause::Local, ReconnectKind::Full),
    ] {
        assert_eq!(lost(&judge(Millis(0), evidence, &quiet)), (cause, next), "{evidence:?}");
    }
}

/// Fault 49: what is a hint and what is not.
#[test]
fn a_close_reason_may_carry_a_hint() {
    for (reason, hint) in [
        ("retry_in=1500", Some(1_500.0)),
        ("server draining; retry_in=250 please", Some(250.0)),
        ("retry_in=-1", Some(-1.0)),
        ("retry_in=-0", Some(-1.0)),
        ("retry_in=0", Some(0.0)),
        ("retry_in=", None),
        ("retry_in=soon", None),
        ("retry_in=-", None),
        ("retry_in=99999999999999999999", Some(u64::MAX as f64)),
        ("retry_in=5-5", Some(5.0)),
        ("", None),
    ] {
        assert_eq!(retry_hint_ms(reason), hint, "{reason}");
    }
}

/// Faults 8, 9, 10: what each status means.
#[test]
fn a_failed_join_is_what_validate_says_it_is() {
    let original = || Error::new(Code::WebSocket, "closed");
    let answer = |status, body: &str, retry_after_ms| FetchResponse {
        status,
        retry_after_ms,
        body: body.into(),
        ..Default::default()
    };
    let classify = |answer: &FetchResponse| classify_join(original(), Ok(answer));
    let JoinFailure::Elsewhere(error) = classify(&answer(403, "", None)) else { panic!("403") };
    assert_eq!((error.code, error.status), (Code::NotAllowed, Some(403)));
    let JoinFailure::Busy { error, hint_ms } = classify(&answer(429, "", Some(2_000.0))) else { panic!("429") };
    assert_eq!((error.status, hint_ms), (Some(429), Some(2_000.0)));
    for (status, body) in [(401, ""), (404, "twirp: requested room does not exist.")] {
        let JoinFailure::Terminal(error) = classify(&answer(status, body, None)) else { panic!("{status}") };
        assert_eq!((error.code, error.status), (Code::NotAllowed, Some(status)));
    }
    let JoinFailure::NoSuchPath(error) = classify(&answer(404, "404 page not found", None)) else { panic!() };
    assert_eq!((error.code, error.code.retryable()), (Code::ServiceNotFound, false));
    for (status, hint) in [(500, None), (503, Some(1.0)), (599, None)] {
        let JoinFailure::Retry { error, cause, hint_ms } = classify(&answer(status, "", hint)) else { panic!() };
        assert_eq!((error.status, cause, hint_ms), (Some(status), Cause::Remote, hint));
    }
    let JoinFailure::Retry { error, .. } = classify(&answer(200, "success", None)) else { panic!() };
    assert_eq!(error, original().with_status(200));
    let JoinFailure::Retry { error, .. } = classify_join(original(), Err(&FetchFailed)) else { panic!() };
    assert_eq!(error, original());
}
