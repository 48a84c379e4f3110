//! The few edits of session descriptions that a LiveKit room needs, line by line; everything else passes untouched.
//! What can be said through the WebRTC API is said there, not here.

use crate::protocol::text::{self, text};

/// A local track's place in the publisher's offer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LocalSection {
    /// The client id by which the server knows the track.
    pub cid: String,
    /// The id of the media track that the section was made for.
    pub track_id: String,
    /// The section's; "" before its first offer is applied.
    pub mid: String,
    /// Its video codec, lower case; "" for audio.
    pub codec: String,
    /// What the bandwidth estimator may start from, in kbit/s; 0: no hint.
    pub start_kbps: u32,
}

struct Section<'a> {
    lines: Vec<std::borrow::Cow<'a, str>>,
}

impl<'a> Section<'a> {
    fn is(&self, kind: &str) -> bool {
        self.lines.first().and_then(|line| line.strip_prefix("m=")).is_some_and(|line| line.starts_with(kind))
    }

    fn values<'s>(&'s self, attribute: &'s str) -> impl Iterator<Item = &'s str> {
        self.lines.iter().filter_map(move |line| line.strip_prefix("a=")?.strip_prefix(attribute)?.strip_prefix(":"))
    }

    fn mid(&self) -> &str {
        self.values("mid").next().unwrap_or_default()
    }

    fn has(&self, text: &str) -> bool {
        self.lines.iter().any(|line| line == text)
    }

    /// The payload type of a codec, by its name in lower case.
    fn payload(&self, codec: &str) -> Option<String> {
        self.values("rtpmap").find_map(|value| {
            let (payload, name) = text::split_once(value, " ")?;
            let (name, _) = text::until(name, |byte| byte == b'/');
            name.eq_ignore_ascii_case(codec).then(|| payload.to_owned())
        })
    }

    fn format(&self, payload: &str) -> Option<&str> {
        self.values("fmtp").find_map(|value| value.strip_prefix(payload)?.strip_prefix(" "))
    }

    /// Changes the parameters of a payload type; a line that is not there yet is added behind its `rtpmap`.
    fn set_format(&mut self, payload: &str, parameters: &str) {
        let start = text!("a=fmtp:", payload, " ");
        let line = text!(start, parameters);
        if let Some(found) = self.lines.iter_mut().find(|line| line.starts_with(&start)) {
            *found = line.into();
            return;
        }
        let map = text!("a=rtpmap:", payload, " ");
        let at = self.lines.iter().position(|line| line.starts_with(&map));
        self.lines.insert(at.map_or(self.lines.len(), |at| at + 1), line.into());
    }

    fn add_parameter(&mut self, payload: &str, name: &str, value: &str) {
        let old = self.format(payload).unwrap_or_default();
        if text::split(old, ";").any(|one| text::until(one.trim_ascii(), |byte| byte == b'=').0 == name) {
            return;
        }
        let separator = if old.is_empty() { "" } else { ";" };
        let new = text!(old, separator, name, "=", value);
        self.set_format(payload, &new);
    }
}

/// The part before the first section comes as the first item.
fn split(sdp: &str) -> Vec<Section<'_>> {
    let mut sections = vec![Section { lines: Vec::new() }];
    for line in
        text::split(sdp, "\n").map(|line| line.strip_suffix("\r").unwrap_or(line)).filter(|line| !line.is_empty())
    {
        if line.starts_with("m=") {
            sections.push(Section { lines: Vec::new() });
        }
        if let Some(section) = sections.last_mut() {
            section.lines.push(line.into());
        }
    }
    sections
}

fn join(sections: &[Section<'_>]) -> String {
    let mut sdp = String::new();
    for line in sections.iter().flat_map(|section| &section.lines) {
        sdp.push_str(line);
        sdp.push_str("\r\n");
    }
    sdp
}

/// The publisher's offer as it is applied: every audio section can take stereo, sections of video tracks carry the
/// start bitrate, and the sections without a track (`placeholders`, by mid) agree with the others.
pub fn publisher_offer(sdp: &str, tracks: &[LocalSection], placeholders: &[String]) -> String {
    let mut sections = split(sdp);
    // One estimator serves the whole connection: the highest hint stands in every section.
    let start_kbps = tracks.iter().map(|track| track.start_kbps).max().filter(|kbps| *kbps > 0);
    for section in &mut sections {
        if section.is("audio") {
            if let Some(payload) = section.payload("opus") {
                section.add_parameter(&payload, "stereo", "1");
            }
        } else if let Some(track) = tracks.iter().find(|track| belongs(section, track))
            && let Some(kbps) = start_kbps
            && let Some(payload) = section.payload(&track.codec)
        {
            section.add_parameter(&payload, "x-google-start-bitrate", &text!(kbps));
        }
    }
    conform(&mut sections, placeholders);
    join(&sections)
}

/// The server's answer to the publisher, as it is applied.
pub fn publisher_answer(sdp: &str, placeholders: &[String]) -> String {
    let mut sections = split(sdp);
    conform(&mut sections, placeholders);
    join(&sections)
}

/// The subscriber's answer, as it is applied: stereo and retransmission of audio where the server offers them.
pub fn subscriber_answer(sdp: &str, offer: &str) -> String {
    let offered = split(offer);
    let mut sections = split(sdp);
    for section in sections.iter_mut().filter(|section| section.is("audio")) {
        let Some(payload) = section.payload("opus") else { continue };
        let Some(offered) = offered.iter().find(|offered| offered.mid() == section.mid()) else { continue };
        let Some(their) = offered.payload("opus") else { continue };
        if offered
            .format(&their)
            .is_some_and(|format| text::split(format, ";").any(|one| one.trim_ascii() == "sprop-stereo=1"))
        {
            section.add_parameter(&payload, "stereo", "1");
        }
        let nack = text!("a=rtcp-fb:", payload, " nack");
        if offered.has(&text!("a=rtcp-fb:", their, " nack")) && !section.has(&nack) {
            section.lines.push(nack.into());
        }
    }
    join(&sections)
}

/// The description as the server gets it: a section names the client id of its track, also when another media track has
/// taken its place since. Firefox names none: it makes an id up for each section, and a server that knows no such id takes
/// it for any of the tracks of that kind which it waits for.
pub fn with_client_ids(sdp: &str, tracks: &[LocalSection]) -> String {
    let mut sections = split(sdp);
    for section in &mut sections {
        let Some(track) = tracks.iter().find(|track| !track.mid.is_empty() && track.mid == section.mid()) else {
            continue;
        };
        for line in &mut section.lines {
            let Some((before, ids)) = text::split_once(line, "msid:") else { continue };
            let stream = text::split_once(ids, " ").map(|(stream, _)| text!(stream, " "));
            *line = text!(before, "msid:", stream.as_deref().unwrap_or_default(), track.cid).into();
        }
    }
    join(&sections)
}

/// Makes an audio section ask for at most this bitrate (Firefox takes the server's figure as the wanted one).
pub fn with_audio_bitrate(sdp: &str, mid: &str, bits_per_second: u32) -> String {
    let mut sections = split(sdp);
    for section in sections.iter_mut().filter(|section| section.is("audio") && section.mid() == mid) {
        let Some(payload) = section.payload("opus") else { continue };
        let format = section.format(&payload).unwrap_or_default();
        let mut kept = String::new();
        for one in text::split(format, ";").filter(|one| !text::contains(one, "maxaveragebitrate")) {
            kept.push_str(one);
            kept.push(';');
        }
        if bits_per_second > 0 {
            kept = text!(kept, "maxaveragebitrate=", bits_per_second);
        }
        section.set_format(&payload, text::without_end(text::without_start(&kept, ";"), ";"));
    }
    join(&sections)
}

fn belongs(section: &Section<'_>, track: &LocalSection) -> bool {
    let dead = section.has("a=recvonly") || section.has("a=inactive");
    // The stream's id, which may be missing, and the track's.
    let is_its = |msid: &str| {
        msid.strip_suffix(track.track_id.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with(" "))
    };
    !dead && section.values("msid").any(is_its)
}

/// Within a bundle one payload type has one set of parameters; a section that carries no track of ours takes those of
/// the sections that do.
fn conform(sections: &mut [Section<'_>], placeholders: &[String]) {
    if placeholders.is_empty() {
        return;
    }
    let empty = |section: &Section<'_>| placeholders.iter().any(|mid| mid == section.mid());
    let formats = |section: &Section<'_>| {
        let mut formats = Vec::new();
        for value in section.values("fmtp") {
            if let Some((payload, format)) = text::split_once(value, " ") {
                formats.push((payload.to_owned(), format.to_owned()));
            }
        }
        formats
    };
    let mut known = Vec::new();
    // Sections with a track come first, so theirs is the one that is found.
    for without in [false, true] {
        for section in sections.iter().filter(|section| empty(section) == without) {
            known.append(&mut formats(section));
        }
    }
    for section in sections.iter_mut() {
        if !empty(section) {
            continue;
        }
        for (payload, format) in formats(section) {
            if let Some((_, wanted)) = known.iter().find(|(other, _)| *other == payload)
                && *wanted != format
            {
                section.set_format(&payload, wanted);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{
        LocalSection, publisher_answer, publisher_offer, subscriber_answer, with_audio_bitrate, with_client_ids,
    };
    #[cfg(target_family = "wasm")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    const OFFER: &str = "v=0\r\na=group:BUNDLE 0 1 2\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111 63\r\na=mid:0\r\na=recvonly\r\n\
        a=rtpmap:111 opus/48000/2\r\na=fmtp:111 minptime=10;useinbandfec=1\r\na=rtpmap:63 red/48000/2\r\na=fmtp:63 111/111\r\n\
        m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:1\r\na=sendonly\r\na=msid:s mic\r\na=rtpmap:111 opus/48000/2\r\n\
        a=fmtp:111 minptime=10;useinbandfec=1;usedtx=1\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:2\r\na=sendonly\r\n\
        a=msid:s cam\r\na=rtpmap:96 VP8/90000\r\na=ssrc:5 msid:s cam\r\n";

    fn camera() -> LocalSection {
        let (cid, track_id, mid, codec) = ("first".into(), "cam".into(), "2".into(), "vp8".into());
        LocalSection { cid, track_id, mid, codec, start_kbps: 900 }
    }

    #[test]
    fn an_offer_takes_stereo_hints_the_start_bitrate_and_agrees_with_itself() {
        let sdp = publisher_offer(OFFER, &[camera()], &["0".into()]);
        assert_eq!(sdp.matches("a=fmtp:111 minptime=10;useinbandfec=1;usedtx=1;stereo=1\r\n").count(), 2, "{sdp}");
        assert!(sdp.contains("a=rtpmap:96 VP8/90000\r\na=fmtp:96 x-google-start-bitrate=900\r\n"), "{sdp}");
        assert!(sdp.contains("a=fmtp:63 111/111\r\n"));
        assert_eq!(publisher_offer(&sdp, &[camera()], &["0".into()]), sdp, "a second edit changes nothing");
    }

    #[test]
    fn an_offer_without_tracks_keeps_its_lines() {
        assert_eq!(publisher_answer(OFFER, &[]), OFFER);
        assert!(!publisher_offer(OFFER, &[], &[]).contains("x-google"));
    }

    #[test]
    fn the_server_is_told_client_ids() {
        let sdp = with_client_ids(OFFER, &[camera()]);
        assert!(sdp.contains("a=msid:s first\r\n") && sdp.contains("a=ssrc:5 msid:s first\r\n"), "{sdp}");
        assert!(sdp.contains("a=msid:s mic\r\n"));
        let made_up = with_client_ids(&OFFER.replace("msid:s cam", "msid:{b2d0}"), &[camera()]);
        assert!(made_up.contains("a=msid:first\r\n") && made_up.contains("a=ssrc:5 msid:first\r\n"), "{made_up}");
        let unknown = LocalSection { mid: String::new(), ..camera() };
        assert_eq!(with_client_ids(OFFER, &[unknown]), OFFER);
    }

    #[test]
    fn a_subscriber_answers_with_what_the_server_offers() {
        let offer = OFFER.replace("usedtx=1", "sprop-stereo=1\r\na=rtcp-fb:111 nack");
        let sdp = subscriber_answer(OFFER, &offer);
        assert!(sdp.contains("useinbandfec=1;usedtx=1;stereo=1\r\n"), "{sdp}");
        assert_eq!(sdp.matches("a=rtcp-fb:111 nack").count(), 1);
        assert!(sdp.contains("a=fmtp:111 minptime=10;useinbandfec=1\r\n"));
    }

    #[test]
    fn an_audio_bitrate_replaces_the_one_that_was_there() {
        let sdp = with_audio_bitrate(&OFFER.replace("usedtx=1", "maxaveragebitrate=510000"), "1", 24_000);
        assert!(sdp.contains("a=fmtp:111 minptime=10;useinbandfec=1;maxaveragebitrate=24000\r\n"), "{sdp}");
        assert!(!sdp.contains("510000"));
    }

    #[test]
    fn nonsense_is_passed_on_without_harm() {
        for sdp in ["", "m=", "m=audio\r\na=rtpmap:\r\na=fmtp:\r\na=mid:", "\r\n\r\n"] {
            let _ = publisher_offer(sdp, &[camera()], &[String::new()]);
            let _ = subscriber_answer(sdp, sdp);
            let _ = with_audio_bitrate(sdp, "", 1);
        }
    }
}
