// The demo's page: shows the lobby, joins, shows the room, and comes back to the lobby when the stay is over.
//
// `?room=..&name=..` fill the form in; with `&autojoin` the page joins at once, camera and microphone on, or without
// either with `&nomedia`; `&identity=..` chooses the identity (as a rule the token endpoint makes a fresh one).
//
// For tests and for the curious, once joined `window.rejoinDemo` is `{ room, story, Room, RoomEvent, Track, ... }`:
// the room of this stay, its time line (`story.entries`: `{ at, tone, text }`) and the classes as imported here.
// It stays after leaving, so that what is left of a room can be looked at, until the next one is joined.
import init, { ConnectionState, DisconnectReason, ParticipantEvent, Room, RoomEvent, Track, TrackEvent } from 'rejoin';
import { h } from './dom.mjs';
import { showLobby } from './lobby.mjs';
import { showRoom } from './room-view.mjs';
import { join, publish } from './session.mjs';
import { Story } from './story.mjs';
import * as words from './words.mjs';
import './styles/tokens.css';
import './styles/base.css';
import './styles/lobby.css';
import './styles/room.css';
import './styles/tile.css';
import './styles/panel.css';
import './styles/chat.css';

const app = document.getElementById('app');
const query = new URLSearchParams(location.search);
const story = new Story();

function show(view, focus = true) {
  app.replaceChildren(view.element);
  if (focus) view.focus();
}

function lobby(notice = null, { focus = true } = {}) {
  document.title = 'Rejoin';
  const view = showLobby({
    room: query.get('room'),
    name: query.get('name'),
    notice,
    story,
    onjoin: (wanted) => enter(wanted, view),
  });
  show(view, focus);
  return view;
}

async function enter(wanted, view) {
  view.setBusy(true);
  let room;
  try {
    room = await join({ ...wanted, identity: query.get('identity') }, story);
  } catch (error) {
    view.setBusy(false);
    view.setNotice({ tone: 'bad', text: error.message });
    return;
  }
  window.rejoinDemo = { room, story, Room, RoomEvent, ParticipantEvent, TrackEvent, Track, ConnectionState, DisconnectReason };
  remember(wanted);
  const stay = showRoom(room, story);
  room.once(RoomEvent.Disconnected, (reason) => {
    stay.close();
    lobby({ tone: reason === DisconnectReason.CLIENT_INITIATED ? 'plain' : 'bad', text: words.ending(reason) });
  });
  document.title = `${wanted.room} · Rejoin`;
  show(stay);
  for (const sentence of await publish(room, wanted)) stay.notify(sentence);
}

/** The room goes into the address, which can then be shared or reloaded; the name is kept for the next visit. */
function remember({ room, name }) {
  query.set('room', room);
  const address = new URL(location.href);
  address.searchParams.set('room', room);
  history.replaceState(null, '', address);
  query.set('name', name);
  try {
    localStorage.setItem('rejoin-demo-name', name);
  } catch {
    // A browser that keeps nothing only means typing the name again.
  }
}

try {
  await init();
  const view = lobby(null, { focus: false });
  const wanted = { room: query.get('room'), name: query.get('name'), camera: !query.has('nomedia'), microphone: !query.has('nomedia') };
  if (query.has('autojoin') && wanted.room && wanted.name) await enter(wanted, view);
} catch (error) {
  app.replaceChildren(h('p', { class: 'fatal', role: 'alert' }, `Rejoin could not be loaded: ${words.detail(error)}`));
}
