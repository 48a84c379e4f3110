// Types of enums.js: livekit-client's enums, with its names and values.

export declare enum RoomEvent {
  Connected = 'connected',
  Reconnecting = 'reconnecting',
  SignalReconnecting = 'signalReconnecting',
  Reconnected = 'reconnected',
  Disconnected = 'disconnected',
  ConnectionStateChanged = 'connectionStateChanged',
  Moved = 'moved',
  MediaDevicesChanged = 'mediaDevicesChanged',
  ParticipantConnected = 'participantConnected',
  ParticipantDisconnected = 'participantDisconnected',
  TrackPublished = 'trackPublished',
  TrackSubscribed = 'trackSubscribed',
  TrackSubscriptionFailed = 'trackSubscriptionFailed',
  TrackUnpublished = 'trackUnpublished',
  TrackUnsubscribed = 'trackUnsubscribed',
  TrackMuted = 'trackMuted',
  TrackUnmuted = 'trackUnmuted',
  LocalTrackPublished = 'localTrackPublished',
  LocalTrackUnpublished = 'localTrackUnpublished',
  LocalAudioSilenceDetected = 'localAudioSilenceDetected',
  ActiveSpeakersChanged = 'activeSpeakersChanged',
  ParticipantMetadataChanged = 'participantMetadataChanged',
  ParticipantNameChanged = 'participantNameChanged',
  ParticipantAttributesChanged = 'participantAttributesChanged',
  ParticipantActive = 'participantActive',
  RoomMetadataChanged = 'roomMetadataChanged',
  DataReceived = 'dataReceived',
  SipDTMFReceived = 'sipDTMFReceived',
  TranscriptionReceived = 'transcriptionReceived',
  ConnectionQualityChanged = 'connectionQualityChanged',
  TrackStreamStateChanged = 'trackStreamStateChanged',
  TrackSubscriptionPermissionChanged = 'trackSubscriptionPermissionChanged',
  TrackSubscriptionStatusChanged = 'trackSubscriptionStatusChanged',
  AudioPlaybackStatusChanged = 'audioPlaybackChanged',
  VideoPlaybackStatusChanged = 'videoPlaybackChanged',
  MediaDevicesError = 'mediaDevicesError',
  ParticipantPermissionsChanged = 'participantPermissionsChanged',
  SignalConnected = 'signalConnected',
  RecordingStatusChanged = 'recordingStatusChanged',
  ParticipantEncryptionStatusChanged = 'participantEncryptionStatusChanged',
  EncryptionError = 'encryptionError',
  DCBufferStatusChanged = 'dcBufferStatusChanged',
  ActiveDeviceChanged = 'activeDeviceChanged',
  ChatMessage = 'chatMessage',
  LocalTrackSubscribed = 'localTrackSubscribed',
  MetricsReceived = 'metricsReceived',
  DataTrackPublished = 'dataTrackPublished',
  DataTrackUnpublished = 'dataTrackUnpublished',
  LocalDataTrackPublished = 'localDataTrackPublished',
  LocalDataTrackUnpublished = 'localDataTrackUnpublished',
  /** Ours, as the next two. */
  RegionChanged = 'regionChanged',
  PluginReady = 'pluginReady',
  PluginUnavailable = 'pluginUnavailable',
}

export declare enum ParticipantEvent {
  TrackPublished = 'trackPublished',
  TrackSubscribed = 'trackSubscribed',
  TrackSubscriptionFailed = 'trackSubscriptionFailed',
  TrackUnpublished = 'trackUnpublished',
  TrackUnsubscribed = 'trackUnsubscribed',
  TrackMuted = 'trackMuted',
  TrackUnmuted = 'trackUnmuted',
  LocalTrackPublished = 'localTrackPublished',
  LocalTrackUnpublished = 'localTrackUnpublished',
  LocalTrackCpuConstrained = 'localTrackCpuConstrained',
  LocalSenderCreated = 'localSenderCreated',
  ParticipantMetadataChanged = 'participantMetadataChanged',
  ParticipantNameChanged = 'participantNameChanged',
  DataReceived = 'dataReceived',
  SipDTMFReceived = 'sipDTMFReceived',
  TranscriptionReceived = 'transcriptionReceived',
  IsSpeakingChanged = 'isSpeakingChanged',
  ConnectionQualityChanged = 'connectionQualityChanged',
  TrackStreamStateChanged = 'trackStreamStateChanged',
  TrackSubscriptionPermissionChanged = 'trackSubscriptionPermissionChanged',
  TrackSubscriptionStatusChanged = 'trackSubscriptionStatusChanged',
  TrackCpuConstrained = 'trackCpuConstrained',
  MediaDevicesError = 'mediaDevicesError',
  AudioStreamAcquired = 'audioStreamAcquired',
  ParticipantPermissionsChanged = 'participantPermissionsChanged',
  PCTrackAdded = 'pcTrackAdded',
  AttributesChanged = 'attributesChanged',
  LocalTrackSubscribed = 'localTrackSubscribed',
  ChatMessage = 'chatMessage',
  Active = 'active',
}

export declare enum TrackEvent {
  Message = 'message',
  Muted = 'muted',
  Unmuted = 'unmuted',
  Restarted = 'restarted',
  Ended = 'ended',
  Subscribed = 'subscribed',
  Unsubscribed = 'unsubscribed',
  CpuConstrained = 'cpuConstrained',
  UpdateSettings = 'updateSettings',
  UpdateSubscription = 'updateSubscription',
  AudioPlaybackStarted = 'audioPlaybackStarted',
  AudioPlaybackFailed = 'audioPlaybackFailed',
  AudioSilenceDetected = 'audioSilenceDetected',
  VisibilityChanged = 'visibilityChanged',
  VideoDimensionsChanged = 'videoDimensionsChanged',
  VideoPlaybackStarted = 'videoPlaybackStarted',
  VideoPlaybackFailed = 'videoPlaybackFailed',
  ElementAttached = 'elementAttached',
  ElementDetached = 'elementDetached',
  UpstreamPaused = 'upstreamPaused',
  UpstreamResumed = 'upstreamResumed',
  SubscriptionPermissionChanged = 'subscriptionPermissionChanged',
  SubscriptionStatusChanged = 'subscriptionStatusChanged',
  SubscriptionFailed = 'subscriptionFailed',
  TrackProcessorUpdate = 'trackProcessorUpdate',
  AudioTrackFeatureUpdate = 'audioTrackFeatureUpdate',
  TranscriptionReceived = 'transcriptionReceived',
  TimeSyncUpdate = 'timeSyncUpdate',
  PreConnectBufferFlushed = 'preConnectBufferFlushed',
}

export declare enum ConnectionState {
  Disconnected = 'disconnected',
  Connecting = 'connecting',
  Connected = 'connected',
  Reconnecting = 'reconnecting',
  SignalReconnecting = 'signalReconnecting',
}

export declare enum ConnectionQuality {
  Excellent = 'excellent',
  Good = 'good',
  Poor = 'poor',
  Lost = 'lost',
  Unknown = 'unknown',
}

export declare enum DisconnectReason {
  UNKNOWN_REASON = 0,
  CLIENT_INITIATED = 1,
  DUPLICATE_IDENTITY = 2,
  SERVER_SHUTDOWN = 3,
  PARTICIPANT_REMOVED = 4,
  ROOM_DELETED = 5,
  STATE_MISMATCH = 6,
  JOIN_FAILURE = 7,
  MIGRATION = 8,
  SIGNAL_CLOSE = 9,
  ROOM_CLOSED = 10,
  USER_UNAVAILABLE = 11,
  USER_REJECTED = 12,
  SIP_TRUNK_FAILURE = 13,
  CONNECTION_TIMEOUT = 14,
  MEDIA_FAILURE = 15,
  AGENT_ERROR = 16,
}

export declare enum ConnectionErrorReason {
  NotAllowed = 0,
  ServerUnreachable = 1,
  InternalError = 2,
  Cancelled = 3,
  LeaveRequest = 4,
  Timeout = 5,
  WebSocket = 6,
  ServiceNotFound = 7,
}

export declare enum DataPacket_Kind {
  RELIABLE = 0,
  LOSSY = 1,
}

export declare enum Encryption_Type {
  NONE = 0,
  GCM = 1,
  CUSTOM = 2,
}

export declare enum LogLevel {
  trace = 0,
  debug = 1,
  info = 2,
  warn = 3,
  error = 4,
  silent = 5,
}

export declare enum ParticipantKind {
  STANDARD = 0,
  INGRESS = 1,
  EGRESS = 2,
  SIP = 3,
  AGENT = 4,
  CONNECTOR = 7,
  BRIDGE = 8,
}

export declare enum SubscriptionError {
  SE_UNKNOWN = 0,
  SE_CODEC_UNSUPPORTED = 1,
  SE_TRACK_NOTFOUND = 2,
}

export declare enum TrackType {
  AUDIO = 0,
  VIDEO = 1,
  DATA = 2,
}

export declare enum VideoQuality {
  LOW = 0,
  MEDIUM = 1,
  HIGH = 2,
}
