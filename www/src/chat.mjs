// The room's chat: reliable data with the topic "chat", plain UTF-8 text. What is sent while the connection is being
// mended is shown as waiting until the room has taken it, or as not sent, with the reason.
import { RoomEvent } from 'rejoin';
import { h, setText } from './dom.mjs';
import { icon } from './icons.mjs';
import * as words from './words.mjs';

const TOPIC = 'chat';
const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hour12: false });

/** `onunread(count)` is told how many messages came while the chat was out of sight; `announce(text)` speaks them. */
export function chat(room, { onunread, announce }) {
  const empty = h('p', { class: 'empty' }, 'No messages yet. What you write here reaches everybody in the room, also when the connection breaks on the way.');
  const list = h('ol');
  const scroller = h('div', { class: 'messages', role: 'log', 'aria-live': 'polite', 'aria-label': 'Messages' }, list);
  const field = h('input', { class: 'message-field', 'aria-label': 'Message', placeholder: 'Message to everybody', maxlength: 1000, autocomplete: 'off' });
  const send = h('button', { class: 'icon-button accent', type: 'submit', 'aria-label': 'Send' }, icon('send'));
  const form = h('form', { class: 'composer', onsubmit: submit }, field, send);
  const element = h('div', { class: 'chat' }, empty, scroller, form);
  let isShown = false;
  let unread = 0;

  function add({ from, text, mine = false }) {
    const status = h('span', { class: 'status' });
    const previous = list.lastElementChild;
    // Several messages of one person in a row need her name once.
    const follows = previous?.dataset.from === from.identity;
    const head = h('p', { class: 'message-head' }, h('span', { class: 'author' }, mine ? 'You' : from.name || from.identity), h('time', {}, clock.format(new Date())));
    const item = h('li', { class: 'message', data: { from: from.identity, mine: mine || undefined, follows: follows || undefined } }, head, h('p', { class: 'bubble' }, text), status);
    list.append(item);
    empty.hidden = true;
    // It scrolls now: the keyboard must be able to.
    scroller.tabIndex = 0;
    scroller.scrollTop = scroller.scrollHeight;
    return { item, status };
  }

  async function submit(event) {
    event.preventDefault();
    const text = field.value.trim();
    if (!text) return;
    field.value = '';
    const { item, status } = add({ from: room.localParticipant, text, mine: true });
    item.dataset.sending = 'true';
    setText(status, 'on its way');
    try {
      await room.localParticipant.publishData(new TextEncoder().encode(text), { reliable: true, topic: TOPIC });
      setText(status, '');
    } catch (error) {
      item.dataset.failed = 'true';
      setText(status, `Not sent: ${words.detail(error)}`);
    }
    delete item.dataset.sending;
  }

  function receive(payload, participant, _kind, topic) {
    if (topic !== TOPIC || !participant) return;
    const text = new TextDecoder().decode(payload);
    add({ from: participant, text });
    if (isShown) return;
    onunread((unread += 1));
    // A list that is out of sight is not read out.
    announce(`${participant.name || participant.identity}: ${text}`);
  }
  room.on(RoomEvent.DataReceived, receive);

  function read() {
    isShown = true;
    unread = 0;
    onunread(0);
    scroller.scrollTop = scroller.scrollHeight;
  }
  return { element, read, away: () => (isShown = false), close: () => room.off(RoomEvent.DataReceived, receive) };
}
