// Types of capture.js.
import type { LocalAudioTrack } from './local_audio_track.js';
import type { LocalTrack } from './local_track.js';
import type { LocalVideoTrack } from './local_video_track.js';
import type { VideoResolution } from './presets.js';
import type { Track, TrackProcessor } from './track.js';

export interface AudioCaptureOptions {
  autoGainControl?: ConstrainBoolean;
  channelCount?: ConstrainULong;
  deviceId?: ConstrainDOMString;
  echoCancellation?: ConstrainBoolean;
  latency?: ConstrainDouble;
  noiseSuppression?: ConstrainBoolean;
  voiceIsolation?: ConstrainBoolean;
  restrictOwnAudio?: ConstrainBoolean;
  sampleRate?: ConstrainULong;
  sampleSize?: ConstrainULong;
  processor?: TrackProcessor<Track.Kind.Audio, any>;
}

export interface VideoCaptureOptions {
  deviceId?: ConstrainDOMString;
  frameRate?: ConstrainDouble;
  facingMode?: 'user' | 'environment' | 'left' | 'right';
  /** @default 1280 x 720, 30 frames a second */
  resolution?: VideoResolution;
  processor?: TrackProcessor<Track.Kind.Video, any>;
}

export interface ScreenShareCaptureOptions {
  /** Its sound as well. @default false */
  audio?: boolean | AudioCaptureOptions;
  video?: boolean | { displaySurface?: 'window' | 'browser' | 'monitor' };
  /** 0 x 0 is as large as it is. @default 1920 x 1080, 30 frames a second */
  resolution?: VideoResolution;
  /** A `CaptureController`. */
  controller?: unknown;
  selfBrowserSurface?: 'include' | 'exclude';
  surfaceSwitching?: 'include' | 'exclude';
  systemAudio?: 'include' | 'exclude';
  contentHint?: 'detail' | 'text' | 'motion';
  suppressLocalAudioPlayback?: boolean;
  preferCurrentTab?: boolean;
}

export interface CreateLocalTracksOptions {
  audio?: boolean | AudioCaptureOptions;
  video?: boolean | VideoCaptureOptions;
}

/** Captures microphone and camera with one question to the user. */
export declare function createLocalTracks(options?: CreateLocalTracksOptions): Promise<LocalTrack[]>;
export declare function createLocalVideoTrack(options?: VideoCaptureOptions): Promise<LocalVideoTrack>;
export declare function createLocalAudioTrack(options?: AudioCaptureOptions): Promise<LocalAudioTrack>;
/** Captures a screen, a window or a tab: a video track, and an audio track where sound was asked for and is there. */
export declare function createLocalScreenTracks(options?: ScreenShareCaptureOptions): Promise<LocalTrack[]>;
