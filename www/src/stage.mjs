// The tiles of everybody in the room: which there are, in what order, and where.
// It reads the room's state after every event that may have changed it, rather than following each event by itself.
import { RoomEvent, Track } from 'rejoin';
import { arrange } from './arrange.mjs';
import { h, soon } from './dom.mjs';
import { tile } from './tile.mjs';

const CHANGES = [
  RoomEvent.ConnectionStateChanged,
  RoomEvent.Reconnected,
  RoomEvent.ParticipantConnected,
  RoomEvent.ParticipantDisconnected,
  RoomEvent.ParticipantNameChanged,
  RoomEvent.TrackPublished,
  RoomEvent.TrackUnpublished,
  RoomEvent.TrackSubscribed,
  RoomEvent.TrackUnsubscribed,
  RoomEvent.TrackMuted,
  RoomEvent.TrackUnmuted,
  RoomEvent.LocalTrackPublished,
  RoomEvent.LocalTrackUnpublished,
  RoomEvent.ActiveSpeakersChanged,
  RoomEvent.ConnectionQualityChanged,
];

export function stage(room) {
  const element = h('ul', { class: 'stage', 'aria-label': 'Participants' });
  const tiles = new Map();

  /** What should be on the stage: screens first, then the others in the order they came, then oneself. */
  function wanted() {
    const people = [...room.remoteParticipants.values(), room.localParticipant];
    const screens = people.filter((participant) => participant.getTrackPublication(Track.Source.ScreenShare)?.track);
    return [...screens.map((participant) => ({ participant, source: Track.Source.ScreenShare })), ...people.map((participant) => ({ participant, source: Track.Source.Camera }))];
  }

  function update() {
    const present = new Map();
    for (const { participant, source } of wanted()) {
      const key = `${source} ${participant.identity}`;
      const known = tiles.get(key);
      // Somebody who left and came back may be another object with the same identity.
      const shown = known?.participant === participant ? known : tile(participant, source);
      tiles.delete(key);
      if (known && known !== shown) known.close();
      present.set(key, shown);
    }
    for (const gone of tiles.values()) gone.close();
    tiles.clear();
    let at = 0;
    for (const [key, shown] of present) {
      tiles.set(key, shown);
      // Moving a video in the document makes it blink: only what is out of place is moved.
      if (element.children[at] !== shown.element) element.insertBefore(shown.element, element.children[at] ?? null);
      at += 1;
      shown.update();
    }
    place();
  }

  /** Gives every tile its place; the style sheet moves it there. */
  function place() {
    const { clientWidth: width, clientHeight: height } = element;
    const shown = [...tiles.values()];
    const screens = shown.filter(({ source }) => source === Track.Source.ScreenShare).length;
    arrange({ screens, people: shown.length - screens, width, height }).forEach((place, at) => shown[at].place(place));
  }

  const updateSoon = soon(update);
  for (const event of CHANGES) room.on(event, updateSoon);
  const size = new ResizeObserver(place);
  size.observe(element);
  updateSoon();

  function close() {
    for (const event of CHANGES) room.off(event, updateSoon);
    size.disconnect();
    for (const shown of tiles.values()) shown.close();
    tiles.clear();
  }
  return { element, close, tileOf: (identity) => tiles.get(`${Track.Source.Camera} ${identity}`) };
}
