// The join form: name, room, what to join with; and, after a stay that ended or a join that failed, why.
import { h, setText } from './dom.mjs';
import { icon } from './icons.mjs';
import { timeline } from './timeline.mjs';

/** `onjoin({ name, room, camera, microphone })` is called when the form is sent. */
export function showLobby({ room, name, notice, story, onjoin }) {
  const nameField = h('input', { id: 'name', name: 'name', required: true, maxlength: 64, autocomplete: 'nickname', placeholder: 'Ada', value: name ?? remembered() });
  const roomField = h('input', { id: 'room', name: 'room', required: true, maxlength: 64, autocomplete: 'off', autocapitalize: 'none', spellcheck: 'false', value: room ?? 'kitchen' });
  const microphone = h('input', { type: 'checkbox', name: 'microphone', checked: true });
  const camera = h('input', { type: 'checkbox', name: 'camera', checked: true });
  const label = h('span', {}, 'Join');
  const button = h('button', { class: 'button primary large', type: 'submit' }, label);
  const message = h('p', { class: 'notice', role: 'alert', hidden: true });

  const form = h(
    'form',
    { class: 'card join', onsubmit: submit, 'aria-label': 'Join a room' },
    message,
    h('div', { class: 'field' }, h('label', { for: 'name' }, 'Your name'), nameField),
    h('div', { class: 'field' }, h('label', { for: 'room' }, 'Room'), roomField),
    h(
      'fieldset',
      { class: 'chips' },
      h('legend', { class: 'visually-hidden' }, 'Join with'),
      h('label', { class: 'chip' }, microphone, icon('microphone'), 'Microphone'),
      h('label', { class: 'chip' }, camera, icon('camera'), 'Camera'),
    ),
    button,
  );

  const backdrop = icon('mark');
  backdrop.classList.add('backdrop');

  const element = h(
    'main',
    { class: 'lobby' },
    h(
      'div',
      { class: 'pitch' },
      backdrop,
      h('p', { class: 'wordmark' }, icon('mark'), 'Rejoin'),
      h('h1', {}, 'A room that finds its way back.'),
      h('p', { class: 'lead' }, 'Join from two tabs. Then cut the connection, as hard as you like, and watch what it does about it.'),
      h('p', { class: 'aside' }, h('a', { href: '/storm.html' }, 'And if 650 are cut off at once? See the storm lab')),
    ),
    h('div', { class: 'lobby-side' }, form, story.entries.length > 0 && notice && past(story)),
  );

  function submit(event) {
    event.preventDefault();
    const wanted = { name: nameField.value.trim(), room: roomField.value.trim(), camera: camera.checked, microphone: microphone.checked };
    if (!wanted.name) return nameField.focus();
    if (!wanted.room) return roomField.focus();
    onjoin(wanted);
  }

  function setNotice({ tone, text } = {}) {
    message.hidden = !text;
    message.dataset.tone = tone ?? '';
    setText(message, text ?? '');
  }

  /** While a join is under way the form takes no input; focus stays where it is. */
  function setBusy(busy) {
    form.inert = busy;
    form.setAttribute('aria-busy', busy);
    setText(label, busy ? 'Joining …' : 'Join');
    if (busy) setNotice();
    else button.focus();
  }

  if (notice) setNotice(notice);
  return { element, setBusy, setNotice, focus: () => (notice ? button : nameField.value ? roomField : nameField).focus() };
}

function past(story) {
  const list = timeline(story, { live: false });
  return h('section', { class: 'past', 'aria-label': 'What happened' }, h('h2', {}, 'What happened'), list.element);
}

function remembered() {
  try {
    return localStorage.getItem('rejoin-demo-name') ?? '';
  } catch {
    return '';
  }
}
