// Processors of packages that are typed for livekit-client, given to tracks of `rejoin`. Types only: it is never run.
import type * as theirs from 'livekit-client';
import { Room, createLocalAudioTrack, createLocalVideoTrack, type Track, type TrackProcessor } from 'rejoin';

declare const blur: theirs.TrackProcessor<theirs.Track.Kind.Video>;
declare const backdrop: theirs.TrackProcessor<theirs.Track.Kind.Video, theirs.VideoProcessorOptions>;
declare const quiet: theirs.TrackProcessor<theirs.Track.Kind.Audio, theirs.AudioProcessorOptions>;

export async function processed(room: Room) {
  const camera = await createLocalVideoTrack({ processor: blur });
  await camera.setProcessor(backdrop);
  const microphone = await createLocalAudioTrack({ processor: quiet });
  await microphone.setProcessor(quiet);
  await room.localParticipant.setCameraEnabled(true, { processor: backdrop });
}

export class Ours implements TrackProcessor<Track.Kind.Video> {
  name = 'ours';
  async init() {}
  async restart() {}
  async destroy() {}
  async onPublish(room: Room) {
    await room.localParticipant.setName(this.name);
  }
}
