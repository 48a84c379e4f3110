// Types of presets.js, and of what a track is published with.
import type { Track } from './track.js';

export interface VideoResolution {
  width: number;
  height: number;
  frameRate?: number;
  aspectRatio?: number;
}

export interface VideoEncoding {
  /** Bits per second. */
  maxBitrate: number;
  maxFramerate?: number;
  priority?: RTCPriorityType;
}

export interface VideoPresetOptions {
  width: number;
  height: number;
  aspectRatio?: number;
  /** Bits per second. */
  maxBitrate: number;
  maxFramerate?: number;
  priority?: RTCPriorityType;
}

/** A size with the bitrate that suits it. */
export declare class VideoPreset {
  constructor(options: VideoPresetOptions);
  constructor(width: number, height: number, maxBitrate: number, maxFramerate?: number, priority?: RTCPriorityType);
  encoding: VideoEncoding;
  width: number;
  height: number;
  aspectRatio?: number;
  get resolution(): VideoResolution;
}

export interface AudioPreset {
  /** Bits per second. */
  maxBitrate: number;
  priority?: RTCPriorityType;
}

export declare const AudioPresets: Readonly<Record<'telephone' | 'speech' | 'music' | 'musicStereo' | 'musicHighQuality' | 'musicHighQualityStereo', AudioPreset>>;
/** 16:9. */
export declare const VideoPresets: Readonly<Record<'h90' | 'h180' | 'h216' | 'h360' | 'h540' | 'h720' | 'h1080' | 'h1440' | 'h2160', VideoPreset>>;
/** 4:3. */
export declare const VideoPresets43: Readonly<Record<'h120' | 'h180' | 'h240' | 'h360' | 'h480' | 'h540' | 'h720' | 'h1080' | 'h1440', VideoPreset>>;
export declare const ScreenSharePresets: Readonly<Record<'h360fps3' | 'h360fps15' | 'h720fps5' | 'h720fps15' | 'h720fps30' | 'h1080fps15' | 'h1080fps30' | 'original', VideoPreset>>;

export declare enum BackupCodecPolicy {
  PREFER_REGRESSION = 0,
  SIMULCAST = 1,
  REGRESSION = 2,
}

export type VideoCodec = 'vp8' | 'h264' | 'vp9' | 'av1' | 'h265';
export type BackupVideoCodec = 'vp8' | 'h264';

export type ScalabilityMode =
  | `L${1 | 2 | 3}T${1 | 2 | 3}`
  | `L${2 | 3}T${1 | 2 | 3}h`
  | `L${2 | 3}T${1 | 2 | 3}_KEY`;

/** How tracks are published, unless a call says otherwise. */
export interface TrackPublishDefaults {
  /** Bitrate and frame rate of the camera; chosen by its size when not given. */
  videoEncoding?: VideoEncoding;
  /** Accepted for livekit-client's sake: no second codec is published. */
  backupCodec?: boolean | { codec: BackupVideoCodec; encoding?: VideoEncoding };
  /** Accepted for livekit-client's sake: no second codec is published. */
  backupCodecPolicy?: BackupCodecPolicy;
  /** @default 2.5 Mbit/s, 15 frames a second */
  screenShareEncoding?: VideoEncoding;
  /** One that the browser cannot send gives way to `vp8`. @default 'vp8' */
  videoCodec?: VideoCodec;
  /** @default AudioPresets.music */
  audioPreset?: AudioPreset;
  /** Sends little while nobody speaks. @default true */
  dtx?: boolean;
  /** Sends audio redundantly, against loss. @default true */
  red?: boolean;
  /** Sends both channels of what is captured in stereo. @default false */
  forceStereo?: boolean;
  /** Sends video in layers of different size. @default true */
  simulcast?: boolean;
  /** Layers inside one stream, for `vp9` and `av1`; a screen has 'L1T3' then. @default 'L3T3_KEY' with these codecs */
  scalabilityMode?: ScalabilityMode;
  /** What gives when bandwidth or power is short. @default 'maintain-framerate' for cameras, 'maintain-resolution' for screens */
  degradationPreference?: RTCDegradationPreference;
  /** Up to two layers below the camera's size. @default h180 and h360 */
  videoSimulcastLayers?: VideoPreset[];
  /** @default one of half the size */
  screenShareSimulcastLayers?: VideoPreset[];
  /** Lets go of the microphone while it is muted. @default false */
  stopMicTrackOnMute?: boolean;
  /** Not done, as the next two. */
  preConnectBuffer?: boolean;
  frameMetadata?: object;
  packetTrailer?: object;
}

export interface TrackPublishOptions extends TrackPublishDefaults {
  /** The publication's `trackName`. */
  name?: string;
  source?: Track.Source;
  /** Tracks with the same name of a stream are played in step. */
  stream?: string;
}
