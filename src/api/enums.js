// The enums of livekit-client with its names and values, so that code which compares either goes on working.
// An event that is listed here and not typed in events.d.ts belongs to something Rejoin does not do; it never fires.

const words = (text) => text.trim().split(/\s+/);

/** Event names: the key is the event with a capital first letter, `others` are those where it is not. */
const events = (text, others) =>
  Object.freeze({ ...Object.fromEntries(words(text).map((event) => [event[0].toUpperCase() + event.slice(1), event])), ...others });

/** Both ways, as TypeScript's enums: name to number and number to name. Numbers count from 0 unless they are given. */
const numbered = (text, numbers) =>
  Object.freeze(Object.fromEntries(words(text).flatMap((name, n) => [[numbers?.[n] ?? n, name], [name, numbers?.[n] ?? n]])));

export const RoomEvent = events(
  `
  connected reconnecting signalReconnecting reconnected disconnected connectionStateChanged moved
  mediaDevicesChanged participantConnected participantDisconnected trackPublished trackSubscribed
  trackSubscriptionFailed trackUnpublished trackUnsubscribed trackMuted trackUnmuted localTrackPublished
  localTrackUnpublished localAudioSilenceDetected activeSpeakersChanged participantMetadataChanged
  participantNameChanged participantAttributesChanged participantActive roomMetadataChanged dataReceived
  sipDTMFReceived transcriptionReceived connectionQualityChanged trackStreamStateChanged
  trackSubscriptionPermissionChanged trackSubscriptionStatusChanged mediaDevicesError participantPermissionsChanged
  signalConnected recordingStatusChanged participantEncryptionStatusChanged encryptionError activeDeviceChanged
  chatMessage localTrackSubscribed metricsReceived dataTrackPublished dataTrackUnpublished localDataTrackPublished
  localDataTrackUnpublished regionChanged pluginReady pluginUnavailable
  `,
  { AudioPlaybackStatusChanged: 'audioPlaybackChanged', VideoPlaybackStatusChanged: 'videoPlaybackChanged', DCBufferStatusChanged: 'dcBufferStatusChanged' },
);

export const ParticipantEvent = events(
  `
  trackPublished trackSubscribed trackSubscriptionFailed trackUnpublished trackUnsubscribed trackMuted trackUnmuted
  localTrackPublished localTrackUnpublished localTrackCpuConstrained localSenderCreated participantMetadataChanged
  participantNameChanged dataReceived sipDTMFReceived transcriptionReceived isSpeakingChanged
  connectionQualityChanged trackStreamStateChanged trackSubscriptionPermissionChanged trackSubscriptionStatusChanged
  trackCpuConstrained mediaDevicesError audioStreamAcquired participantPermissionsChanged attributesChanged
  localTrackSubscribed chatMessage active
  `,
  { PCTrackAdded: 'pcTrackAdded' },
);

export const TrackEvent = events(
  `
  message muted unmuted restarted ended subscribed unsubscribed cpuConstrained updateSettings updateSubscription
  audioPlaybackStarted audioPlaybackFailed audioSilenceDetected visibilityChanged videoDimensionsChanged
  videoPlaybackStarted videoPlaybackFailed elementAttached elementDetached upstreamPaused upstreamResumed
  subscriptionPermissionChanged subscriptionStatusChanged subscriptionFailed trackProcessorUpdate
  audioTrackFeatureUpdate transcriptionReceived timeSyncUpdate preConnectBufferFlushed
  `,
);

export const ConnectionState = events('disconnected connecting connected reconnecting signalReconnecting');

export const ConnectionQuality = events('excellent good poor lost unknown');

export const DisconnectReason = numbered(`
  UNKNOWN_REASON CLIENT_INITIATED DUPLICATE_IDENTITY SERVER_SHUTDOWN PARTICIPANT_REMOVED ROOM_DELETED STATE_MISMATCH
  JOIN_FAILURE MIGRATION SIGNAL_CLOSE ROOM_CLOSED USER_UNAVAILABLE USER_REJECTED SIP_TRUNK_FAILURE
  CONNECTION_TIMEOUT MEDIA_FAILURE AGENT_ERROR
`);

export const ConnectionErrorReason = numbered('NotAllowed ServerUnreachable InternalError Cancelled LeaveRequest Timeout WebSocket ServiceNotFound');

export const DataPacket_Kind = numbered('RELIABLE LOSSY');

export const Encryption_Type = numbered('NONE GCM CUSTOM');

export const LogLevel = numbered('trace debug info warn error silent');

export const ParticipantKind = numbered('STANDARD INGRESS EGRESS SIP AGENT CONNECTOR BRIDGE', [0, 1, 2, 3, 4, 7, 8]);

export const SubscriptionError = numbered('SE_UNKNOWN SE_CODEC_UNSUPPORTED SE_TRACK_NOTFOUND');

export const TrackType = numbered('AUDIO VIDEO DATA');

export const VideoQuality = numbered('LOW MEDIUM HIGH');
