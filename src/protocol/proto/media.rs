//! Tracks and what is said about the media of the session.

use crate::protocol::map::Map;
use crate::protocol::wire::messages;

messages! {
    /// A published track. A resumed session is told of its own tracks as it told them, so nothing may be missing.
    pub struct TrackInfo {
        sid: String = 1,
        r#type: i32 = 2,
        name: String = 3,
        muted: bool = 4,
        width: u32 = 5,
        height: u32 = 6,
        simulcast: bool = 7,
        disable_dtx: bool = 8,
        source: i32 = 9,
        layers: Vec<VideoLayer> = 10,
        mime_type: String = 11,
        mid: String = 12,
        codecs: Vec<SimulcastCodecInfo> = 13,
        stereo: bool = 14,
        disable_red: bool = 15,
        encryption: i32 = 16,
        stream: String = 17,
        version: Option<TimedVersion> = 18,
        audio_features: Vec<i32> = 19,
        backup_codec_policy: i32 = 20,
        packet_trailer_features: Vec<i32> = 21,
    }

    /// One layer of simulcast.
    pub struct VideoLayer {
        quality: i32 = 1,
        width: u32 = 2,
        height: u32 = 3,
        bitrate: u32 = 4,
        ssrc: u32 = 5,
        spatial_layer: i32 = 6,
        rid: String = 7,
        repair_ssrc: u32 = 8,
    }

    /// One codec of a track.
    pub struct SimulcastCodecInfo {
        mime_type: String = 1,
        mid: String = 2,
        cid: String = 3,
        layers: Vec<VideoLayer> = 4,
        video_layer_mode: i32 = 5,
        sdp_cid: String = 6,
    }

    /// A logical clock.
    pub struct TimedVersion {
        unix_micro: i64 = 1,
        ticks: i32 = 2,
    }

    /// A local track that shall be published.
    pub struct AddTrackRequest {
        cid: String = 1,
        name: String = 2,
        r#type: i32 = 3,
        width: u32 = 4,
        height: u32 = 5,
        muted: bool = 6,
        disable_dtx: bool = 7,
        source: i32 = 8,
        layers: Vec<VideoLayer> = 9,
        simulcast_codecs: Vec<SimulcastCodec> = 10,
        sid: String = 11,
        stereo: bool = 12,
        disable_red: bool = 13,
        encryption: i32 = 14,
        stream: String = 15,
        backup_codec_policy: i32 = 16,
        audio_features: Vec<i32> = 17,
    }

    /// One codec of it.
    pub struct SimulcastCodec {
        codec: String = 1,
        cid: String = 2,
        layers: Vec<VideoLayer> = 4,
        video_layer_mode: i32 = 5,
    }

    /// The server's name for a local track.
    pub struct TrackPublishedResponse {
        cid: String = 1,
        track: Option<TrackInfo> = 2,
    }

    /// Half of a negotiation.
    pub struct SessionDescription {
        r#type: String = 1,
        sdp: String = 2,
        id: u32 = 3,
        mid_to_track_id: Map<String, String> = 4,
    }

    /// A way to reach the other end.
    pub struct TrickleRequest {
        candidate_init: String = 1,
        target: i32 = 2,
        r#final: bool = 3,
    }

    /// A server that helps to find such ways.
    pub struct IceServer {
        urls: Vec<String> = 1,
        username: String = 2,
        credential: String = 3,
    }

    /// A codec that may be published.
    pub struct Codec {
        mime: String = 1,
        fmtp_line: String = 2,
    }

    /// A data channel.
    pub struct DataChannelInfo {
        label: String = 1,
        id: u32 = 2,
        target: i32 = 3,
    }

    /// The last reliable packet of a participant that arrived.
    pub struct DataChannelReceiveState {
        publisher_sid: String = 1,
        last_seq: u32 = 2,
    }
}
