// The tiles of everybody in the room: which there are, in what order, and how large they may be.
// It reads the room's state after every event that may have changed it, rather than following each event by itself.
import { RoomEvent, Track } from 'rejoin';
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
const GAP = 12;
const WIDE = 16 / 9;

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
    arrange();
  }

  /** The number of columns that makes the tiles largest. */
  function arrange() {
    const count = tiles.size;
    const { clientWidth: width, clientHeight: height } = element;
    if (!count || !width || !height) return;
    let best = { area: 0 };
    for (let columns = 1; columns <= count; columns += 1) {
      const rows = Math.ceil(count / columns);
      const across = (width - GAP * (columns - 1)) / columns;
      const down = (height - GAP * (rows - 1)) / rows;
      // A tile fills its cell, within reason: faces are cropped by a tall or a very wide one.
      const tileWidth = Math.min(across, down * WIDE);
      const tileHeight = Math.min(down, tileWidth * 1.1);
      if (tileWidth * tileHeight > best.area) best = { area: tileWidth * tileHeight, tileWidth, tileHeight };
    }
    element.style.setProperty('--tile-width', `${Math.floor(best.tileWidth)}px`);
    element.style.setProperty('--tile-height', `${Math.floor(best.tileHeight)}px`);
  }

  const updateSoon = soon(update);
  for (const event of CHANGES) room.on(event, updateSoon);
  const size = new ResizeObserver(arrange);
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
