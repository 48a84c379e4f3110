// An app as it is written for livekit-client today: it compiles against `rejoin` and against `livekit-client`.
// Types only: it is never run.
import {
  ConnectionError,
  ConnectionErrorReason,
  ConnectionQuality,
  ConnectionState,
  DataPacket_Kind,
  DefaultReconnectPolicy,
  DisconnectReason,
  LocalAudioTrack,
  LocalParticipant,
  LocalTrack,
  LocalTrackPublication,
  LocalVideoTrack,
  LogLevel,
  Participant,
  ParticipantEvent,
  RemoteAudioTrack,
  RemoteParticipant,
  RemoteTrack,
  RemoteTrackPublication,
  RemoteVideoTrack,
  Room,
  RoomEvent,
  Track,
  TrackEvent,
  TrackPublication,
  VideoPresets,
  createAudioAnalyser,
  createLocalAudioTrack,
  createLocalTracks,
  createLocalVideoTrack,
  facingModeFromDeviceLabel,
  facingModeFromLocalTrack,
  isAudioCodec,
  isAudioTrack,
  isBrowserSupported,
  isLocalParticipant,
  getLogger,
  isLocalTrack,
  isRemoteParticipant,
  isRemoteTrack,
  isSVCCodec,
  isVideoCodec,
  isVideoTrack,
  setLogExtension,
  setLogLevel,
  supportsAV1,
  supportsAdaptiveStream,
  supportsAudioOutputSelection,
  supportsDynacast,
  supportsH265,
  supportsVP9,
  type AudioProcessorOptions,
  type AudioSenderStats,
  type AudioTrack,
  type ElementInfo,
  type ParticipantTrackPermission,
  type ReconnectContext,
  type ReconnectPolicy,
  type RoomConnectOptions,
  type RoomEventCallbacks,
  type RoomOptions,
  type TrackProcessor,
  type TranscriptionSegment,
  type VideoProcessorOptions,
  type VideoSenderStats,
  type VideoTrack,
} from 'rejoin';

class Patient implements ReconnectPolicy {
  nextRetryDelayInMs(context: ReconnectContext): number | null {
    if (context.retryCount > 10 || context.elapsedMs > 60_000) return null;
    const reason: Error | undefined = context.retryReason;
    return reason && context.serverUrl?.startsWith('wss:') ? 1000 * 2 ** context.retryCount : 500;
  }
}

const options: RoomOptions = {
  adaptiveStream: true,
  dynacast: true,
  stopLocalTrackOnUnpublish: true,
  disconnectOnPageLeave: false,
  reconnectPolicy: new Patient(),
  audioCaptureDefaults: { echoCancellation: true, noiseSuppression: true },
  videoCaptureDefaults: { resolution: VideoPresets.h720.resolution, facingMode: 'user' },
  publishDefaults: { simulcast: true, videoCodec: 'vp8', dtx: true },
};
const connectOptions: RoomConnectOptions = { autoSubscribe: true, maxRetries: 1, websocketTimeout: 15_000, peerConnectionTimeout: 15_000 };

export async function join(url: string, token: string): Promise<Room> {
  setLogLevel(LogLevel.warn);
  setLogLevel('debug');
  setLogExtension((level, message, context) => console.log(level, message, context));
  setLogExtension((level, message) => console.log(level, message), undefined);
  const logger = getLogger('app');
  logger.setLevel('debug');
  logger.methodFactory = () => (message: string) => console.log(message);
  logger.warn('told', { level: logger.getLevel() });
  const room = new Room(options)
    .on(RoomEvent.Connected, () => {})
    .on(RoomEvent.ConnectionStateChanged, (state: ConnectionState) => show(state))
    .on(RoomEvent.Reconnecting, () => {})
    .on(RoomEvent.SignalReconnecting, () => {})
    .on(RoomEvent.Reconnected, () => {})
    .on(RoomEvent.Disconnected, (reason?: DisconnectReason) => show(reason === DisconnectReason.DUPLICATE_IDENTITY))
    .on(RoomEvent.ParticipantConnected, (participant: RemoteParticipant) => follow(participant))
    .on(RoomEvent.ParticipantDisconnected, (participant: RemoteParticipant) => show(participant.identity))
    .on(RoomEvent.TrackPublished, (publication: RemoteTrackPublication, participant: RemoteParticipant) => show(publication.trackSid, participant.sid))
    .on(RoomEvent.TrackSubscribed, (track: RemoteTrack, publication: RemoteTrackPublication, participant: RemoteParticipant) => play(track, publication, participant))
    .on(RoomEvent.TrackUnsubscribed, (track, _publication, _participant) => track.detach().forEach((element) => element.remove()))
    .on(RoomEvent.EncryptionError, (error: Error) => show(error.message))
    .on(RoomEvent.MetricsReceived, (metrics) => show(metrics))
    .prependListener(RoomEvent.Connected, () => {})
    .prependOnceListener(RoomEvent.Connected, () => {})
    .on(RoomEvent.TrackSubscriptionFailed, (trackSid: string, participant: RemoteParticipant) => show(trackSid, participant.identity))
    .on(RoomEvent.TrackMuted, (publication: TrackPublication, participant: Participant) => show(publication.isMuted, participant.isLocal))
    .on(RoomEvent.TrackUnmuted, (publication, participant) => show(publication.kind, participant.identity))
    .on(RoomEvent.LocalTrackPublished, (publication: LocalTrackPublication, participant: LocalParticipant) => show(publication.trackName, participant.sid))
    .on(RoomEvent.LocalTrackUnpublished, (publication) => show(publication.source))
    .on(RoomEvent.ActiveSpeakersChanged, (speakers: Participant[]) => show(speakers.map(({ audioLevel }) => audioLevel)))
    .on(RoomEvent.ConnectionQualityChanged, (quality: ConnectionQuality, participant: Participant) => show(quality, participant.connectionQuality))
    .on(RoomEvent.DataReceived, (payload: Uint8Array, participant?: RemoteParticipant, kind?: DataPacket_Kind, topic?: string) =>
      show(payload.byteLength, participant?.name, kind === DataPacket_Kind.RELIABLE, topic),
    )
    .on(RoomEvent.RoomMetadataChanged, (metadata: string) => show(metadata))
    .on(RoomEvent.ParticipantMetadataChanged, (before: string | undefined, participant) => show(before, participant.metadata))
    .on(RoomEvent.ParticipantNameChanged, (name: string, participant) => show(name, participant.name))
    .on(RoomEvent.ParticipantAttributesChanged, (changed: Record<string, string>, participant) => show(changed, participant.attributes))
    .on(RoomEvent.ParticipantPermissionsChanged, (_before, participant) => show(participant.permissions?.canPublish))
    .on(RoomEvent.MediaDevicesError, (error: Error) => show(error.message))
    .on(RoomEvent.AudioPlaybackStatusChanged, () => show(room.canPlaybackAudio))
    .once(RoomEvent.Disconnected, () => {});
  await room.prepareConnection(url, token);
  try {
    await room.connect(url, token, connectOptions);
  } catch (error) {
    if (error instanceof ConnectionError && error.reason === ConnectionErrorReason.NotAllowed) show(error.message);
    throw error;
  }
  return room;
}

function follow(participant: RemoteParticipant): void {
  participant
    .on(ParticipantEvent.IsSpeakingChanged, (speaking: boolean) => show(speaking))
    .on(ParticipantEvent.TrackMuted, (publication) => show(publication.trackSid))
    .on(ParticipantEvent.ConnectionQualityChanged, (quality) => show(quality));
  participant.setVolume(0.5);
  const publication: RemoteTrackPublication | undefined = participant.getTrackPublication(Track.Source.Camera);
  publication?.setSubscribed(true);
  publication?.setEnabled(false);
  participant.trackPublications.forEach((each) => show(each.isSubscribed, each.isDesired));
  for (const [sid, each] of participant.audioTrackPublications) show(sid, each.audioTrack);
  for (const [sid, each] of participant.videoTrackPublications) show(sid, each.videoTrack, each.dimensions);
}

function play(track: RemoteTrack, publication: RemoteTrackPublication, participant: RemoteParticipant): void {
  if (track.kind === Track.Kind.Video || track.kind === Track.Kind.Audio) document.body.append(track.attach());
  const element: HTMLMediaElement = track.attach(document.createElement('video'));
  track.detach(element);
  if (track instanceof RemoteVideoTrack) show(track.mediaStreamTrack.getSettings());
  if (track instanceof RemoteAudioTrack) track.setVolume(1);
  track.on(TrackEvent.Muted, () => {}).on(TrackEvent.Ended, () => {});
  void track.getRTCStatsReport().then((report?: RTCStatsReport) => show(report?.size));
  show(publication.mimeType, publication.simulcasted, participant.joinedAt, track.source === Track.Source.ScreenShare);
}

export async function publish(room: Room): Promise<void> {
  const me: LocalParticipant = room.localParticipant;
  await me.enableCameraAndMicrophone();
  const camera: LocalTrackPublication | undefined = await me.setCameraEnabled(true);
  await me.setMicrophoneEnabled(true, { noiseSuppression: false });
  await me.setScreenShareEnabled(false);
  await camera?.mute();
  await camera?.unmute();
  show(camera?.track?.isMuted, me.isCameraEnabled, me.isMicrophoneEnabled, me.isScreenShareEnabled);
  const tracks: LocalTrack[] = await createLocalTracks({ audio: true, video: { resolution: VideoPresets.h360.resolution } });
  const video: LocalVideoTrack = await createLocalVideoTrack();
  const audio: LocalAudioTrack = await createLocalAudioTrack();
  for (const track of [...tracks, video, audio]) await me.publishTrack(track, { source: Track.Source.Camera, name: 'mine' });
  await me.publishTrack(video.mediaStreamTrack, { simulcast: false });
  await me.unpublishTrack(video, true);
  await me.publishData(new TextEncoder().encode('hello'), { reliable: true, topic: 'chat', destinationIdentities: ['grace'] });
  await me.setMetadata('{}');
  await me.setName('Ada');
  await me.setAttributes({ hand: 'up' });
}

export async function look(room: Room): Promise<void> {
  const state: ConnectionState = room.state;
  const sid: string = await room.getSid();
  show(state === ConnectionState.Connected, sid, room.name, room.metadata, room.numParticipants, room.serverInfo?.version);
  const everyone: Map<string, RemoteParticipant> = room.remoteParticipants;
  const grace: Participant | undefined = room.getParticipantByIdentity('grace');
  show(everyone.size, grace?.lastSpokeAt, room.activeSpeakers.length, room.isRecording);
  const devices: MediaDeviceInfo[] = await Room.getLocalDevices('audioinput');
  const [first] = devices;
  if (first) await room.switchActiveDevice('audioinput', first.deviceId);
  show(room.getActiveDevice('audioinput'));
  await room.startAudio();
  await room.simulateScenario('signal-reconnect');
  const delay: number | null | Promise<number | null> = new DefaultReconnectPolicy().nextRetryDelayInMs({ retryCount: 0, elapsedMs: 0 });
  show(delay, new DefaultReconnectPolicy([0, 100]));
  const listener = () => {};
  room.addListener(RoomEvent.Moved, listener).off(RoomEvent.Moved, listener).removeListener(RoomEvent.Moved, listener);
  room.removeAllListeners();
  await room.disconnect();
}

class Blur implements TrackProcessor<Track.Kind.Video> {
  name = 'blur';
  processedTrack?: MediaStreamTrack;
  async init(options: VideoProcessorOptions): Promise<void> {
    this.processedTrack = options.track.clone();
  }
  async restart(): Promise<void> {}
  async destroy(): Promise<void> {}
  async onPublish(room: Room): Promise<void> {
    show(room.name);
  }
}

class Quiet implements TrackProcessor<Track.Kind.Audio, AudioProcessorOptions> {
  name = 'quiet';
  async init({ audioContext }: AudioProcessorOptions): Promise<void> {
    show(audioContext.currentTime);
  }
  async restart(): Promise<void> {}
  async destroy(): Promise<void> {}
  async onUnpublish(): Promise<void> {}
}

export async function tune(room: Room, video: LocalVideoTrack, audio: LocalAudioTrack, element: ElementInfo): Promise<void> {
  await video.setProcessor(new Blur());
  await audio.setProcessor(new Quiet());
  await audio.setAudioContext(new AudioContext());
  await video.stopProcessor(false);
  const sent: VideoSenderStats[] = await video.getSenderStats();
  const spoken: AudioSenderStats | undefined = await audio.getSenderStats();
  const tracks: [AudioTrack, VideoTrack] = [audio, video];
  const sid: Track.SID | undefined = video.sid;
  show(sent[0]?.framesSent, spoken?.packetsSent, tracks, sid, element.visible);
  const permission: ParticipantTrackPermission = { participantSid: 'PA_1', allowAll: true };
  const me = room.localParticipant;
  me.setTrackSubscriptionPermissions(false, [permission]);
  show(me.permissions?.recorder, me.permissions?.agent, me.permissions?.canManageAgentSession);
  me.on(ParticipantEvent.AudioStreamAcquired, () => {})
    .on(ParticipantEvent.LocalSenderCreated, (sender: RTCRtpSender, track: Track) => show(sender, track))
    .on(ParticipantEvent.LocalTrackCpuConstrained, (track, publication) => show(track.isSimulcast, publication.trackSid))
    .on(ParticipantEvent.ChatMessage, ({ message }) => show(message));
  const publication = me.getTrackPublication(Track.Source.Camera) as LocalTrackPublication;
  publication.on(TrackEvent.UpdateSubscription, () => {}).on(TrackEvent.Ended, (track) => show(track));
  const muted: boolean | undefined = (await publication.mute())?.isMuted;
  show(muted, room.rawListeners(RoomEvent.Connected).length, room.getMaxListeners());
  room.setMaxListeners(50);
}

export async function ask(track: Track, participant: Participant, codec: string): Promise<void> {
  const kinds: [boolean, boolean] = [isSVCCodec(codec), isBrowserSupported()];
  show(kinds, supportsAV1(), supportsVP9(), supportsH265(), supportsAdaptiveStream(), supportsDynacast(), supportsAudioOutputSelection());
  if (isVideoCodec(codec) || isAudioCodec(codec)) await new Room().localParticipant.publishTrack(new LocalVideoTrack(track.mediaStreamTrack), { videoCodec: isVideoCodec(codec) ? codec : 'vp8' });
  if (isLocalTrack(track)) show(facingModeFromLocalTrack(track, { defaultFacingMode: 'environment' }).facingMode, await track.mute());
  if (isRemoteTrack(track)) show(track.getRTCStatsReport());
  if (isVideoTrack(track)) show(track.kind);
  if (isAudioTrack(track)) {
    const { analyser, calculateVolume, cleanup } = createAudioAnalyser(track, { fftSize: 1024, cloneTrack: true });
    show(analyser.frequencyBinCount, calculateVolume(), await cleanup());
  }
  if (isLocalParticipant(participant)) await participant.setName('a');
  if (isRemoteParticipant(participant)) participant.setVolume(1);
  show(facingModeFromDeviceLabel('iPhone')?.confidence);
}

// As libraries of components are typed, that know events by what they are given.
export function observe<Event extends RoomEvent>(room: Room, event: Event, heard: (...told: Parameters<RoomEventCallbacks[Event]>) => void, others: RoomEvent[]): void {
  for (const other of others) room.on(other, () => show(other));
  room.on(event as keyof RoomEventCallbacks, heard);
}

export function tell(publication: TrackPublication, { isE2EEEnabled }: LocalParticipant, segments: TranscriptionSegment[]): VideoTrack | undefined {
  const sound: AudioTrack | undefined = publication.audioTrack;
  const [moment, encrypted]: [number | undefined, boolean] = [publication.track?.rtpTimestamp, isE2EEEnabled];
  publication.track?.on(TrackEvent.UpdateSettings, () => {}).on(TrackEvent.UpdateSubscription, () => {});
  show(sound, moment, encrypted, segments.map(({ firstReceivedTime, lastReceivedTime }) => lastReceivedTime - firstReceivedTime));
  return publication.videoTrack;
}

function show(...values: unknown[]): void {
  console.log(...values);
}
