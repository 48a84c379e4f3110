// The room's page: header, stage, controls and the side panel, put together and torn down. What each part shows is
// its own file's business; here lives only what concerns the whole: the banner, notices, sound, the tabs.
import { ConnectionState, RoomEvent } from 'rejoin';
import { connectionPanel } from './connection.mjs';
import { controls } from './controls.mjs';
import { chat } from './chat.mjs';
import { h, setText, soon } from './dom.mjs';
import { icon } from './icons.mjs';
import { stage } from './stage.mjs';
import { tabs } from './tabs.mjs';
import { waves } from './waves.mjs';
import * as words from './words.mjs';

const CHANGES = [RoomEvent.ConnectionStateChanged, RoomEvent.ParticipantConnected, RoomEvent.ParticipantDisconnected, RoomEvent.AudioPlaybackStatusChanged];

/** Shows `room`, which is connected. `close()` takes every listener, timer and element of the page away. */
export function showRoom(room, story) {
  const picture = stage(room);
  const spoken = h('p', { class: 'visually-hidden', role: 'status' });
  const announce = (text) => spoken.replaceChildren(text);
  const connection = connectionPanel(room, story);
  const talk = chat(room, { announce, onunread: (count) => side.setBadge('chat', count) });
  const waving = waves(room, picture, announce);
  const bar = controls(room, { notify, onwave: waving.send, onleave: () => room.disconnect() });
  const side = tabs('Side panel', [
    { id: 'connection', title: 'Connection', element: connection.element },
    { id: 'chat', title: 'Chat', element: talk.element, onshow: talk.read, onhide: talk.away },
  ]);

  const title = h('h1', { tabindex: -1 }, room.name);
  const people = h('p', { class: 'people' });
  const pill = h('p', { class: 'pill', role: 'status' });
  const notices = h('div', { class: 'notices', role: 'alert' });
  const sound = h('button', { class: 'button primary', type: 'button', onclick: () => room.startAudio().catch((error) => notify(words.detail(error))) }, icon('sound'), 'Turn the sound on');
  const soundPrompt = h('div', { class: 'prompt', hidden: true }, h('span', {}, 'The browser keeps the room silent until you agree.'), sound);
  const banner = reconnectBanner(room, connection.hurry);

  const element = h(
    'div',
    { class: 'room' },
    h('header', { class: 'head' }, h('span', { class: 'brand' }, icon('mark'), h('span', { class: 'visually-hidden' }, 'Rejoin')), h('div', { class: 'where' }, title, people), pill, copyLink()),
    h('main', { class: 'stage-area', 'aria-label': 'Participants' }, banner.element, soundPrompt, picture.element, notices, spoken),
    bar.element,
    side.element,
  );

  function notify(text) {
    const dismiss = h('button', { class: 'icon-button', type: 'button', 'aria-label': 'Dismiss', onclick: () => notice.remove() }, icon('close'));
    const notice = h('div', { class: 'notice', data: { tone: 'bad' } }, h('span', {}, text), dismiss);
    notices.append(notice);
  }

  const update = soon(() => {
    const count = room.remoteParticipants.size + 1;
    setText(people, count <= 1 ? 'Only you are here' : `${count} people`);
    setText(pill, words.state(room.state));
    pill.dataset.state = room.state;
    element.dataset.state = room.state;
    soundPrompt.hidden = room.canPlaybackAudio;
  });
  for (const event of CHANGES) room.on(event, update);
  update();

  function close() {
    for (const event of CHANGES) room.off(event, update);
    for (const part of [picture, connection, talk, waving, bar, banner]) part.close();
  }
  return { element, notify, close, focus: () => title.focus() };
}

/** The strip over the stage while the connection is being mended: what is tried, and a bar that runs until it is due. */
function reconnectBanner(room, hurry) {
  const text = h('span', {});
  const countdown = h('span', { class: 'countdown', 'aria-hidden': 'true' });
  const now = h('button', { class: 'button small', type: 'button', onclick: hurry }, 'Reconnect now');
  // The time line announces the same in more words: this strip is for the eye.
  const element = h('div', { class: 'banner', hidden: true }, text, now, countdown);

  const lost = (kind) => (detail = {}) => {
    setText(text, (detail.kind ?? kind) === 'full' ? 'Starting a new session' : 'Signal lost, resuming');
    element.hidden = false;
    countdown.getAnimations().forEach((animation) => animation.cancel());
    if (detail.delayMs > 0) countdown.animate([{ transform: 'scaleX(0)' }, { transform: 'scaleX(1)' }], { duration: detail.delayMs, fill: 'forwards' });
  };
  const back = (state) => {
    if (state === ConnectionState.Connected || state === ConnectionState.Disconnected) element.hidden = true;
  };
  const listeners = [
    [RoomEvent.SignalReconnecting, lost('resume')],
    [RoomEvent.Reconnecting, lost('full')],
    [RoomEvent.ConnectionStateChanged, back],
  ];
  for (const [event, listener] of listeners) room.on(event, listener);
  const close = () => listeners.forEach(([event, listener]) => room.off(event, listener));
  return { element, close };
}

function copyLink() {
  const label = h('span', {}, 'Copy link');
  const box = h('span', { class: 'swap' }, icon('link'));
  const copy = async () => {
    const link = new URL(location.pathname, location.origin);
    link.search = new URLSearchParams({ room: new URLSearchParams(location.search).get('room') ?? '' });
    try {
      await navigator.clipboard.writeText(link.href);
      setText(label, 'Copied');
      box.replaceChildren(icon('check'));
    } catch {
      // No permission for the clipboard: the address bar has the same link.
      setText(label, 'Copy it from the address bar');
    }
  };
  const reset = () => {
    setText(label, 'Copy link');
    box.replaceChildren(icon('link'));
  };
  return h('button', { class: 'button quiet', type: 'button', onclick: copy, onblur: reset, onpointerleave: reset }, box, label);
}
