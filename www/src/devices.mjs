// A dialog in which microphone, camera and loudspeaker are chosen. The browser does the modal part: focus goes in,
// stays in, Escape closes, focus comes back.
import { Room } from 'rejoin';
import { h } from './dom.mjs';
import { icon } from './icons.mjs';
import * as words from './words.mjs';

const KINDS = [
  ['audioinput', 'Microphone'],
  ['videoinput', 'Camera'],
  ['audiooutput', 'Loudspeaker'],
];

export function devices(room, notify) {
  const fields = h('div', { class: 'device-fields' });
  const done = h('button', { class: 'button primary', type: 'submit' }, 'Done');
  const form = h('form', { method: 'dialog' }, h('h2', { id: 'devices-title' }, icon('settings'), 'Devices'), fields, done);
  const element = h('dialog', { class: 'card dialog', 'aria-labelledby': 'devices-title' }, form);

  async function open() {
    fields.replaceChildren(...(await Promise.all(KINDS.map(([kind, title]) => field(kind, title)))));
    element.showModal();
  }

  async function field(kind, title) {
    // No request for permission here: devices of a kind that was never used have no names, and that is fine.
    const found = await Room.getLocalDevices(kind, false).catch(() => []);
    const active = room.getActiveDevice(kind);
    const options = found.map(({ deviceId, label }, at) => h('option', { value: deviceId, selected: deviceId === active }, label || `${title} ${at + 1}`));
    const none = options.length === 0;
    const select = h('select', { id: `device-${kind}`, disabled: none, onchange: change }, none ? h('option', {}, 'None found') : options);

    async function change() {
      try {
        await room.switchActiveDevice(kind, select.value);
      } catch (error) {
        notify(words.deviceFailure(title.toLowerCase(), error));
      }
    }
    return h('div', { class: 'field' }, h('label', { for: `device-${kind}` }, title), select);
  }

  return { element, open: () => open().catch((error) => notify(words.detail(error))), close: () => element.close() };
}
