// The participant's own controls: microphone, camera, screen, wave, devices, leave.
import { ParticipantEvent, RoomEvent, Track } from 'rejoin';
import { devices } from './devices.mjs';
import { h, setText, soon } from './dom.mjs';
import { icon } from './icons.mjs';
import * as words from './words.mjs';

const SWITCHES = [
  { what: 'microphone', source: Track.Source.Microphone, title: 'Mic', on: 'microphone', off: 'microphoneOff', isOn: (me) => me.isMicrophoneEnabled, set: (me, on) => me.setMicrophoneEnabled(on) },
  { what: 'camera', source: Track.Source.Camera, title: 'Camera', on: 'camera', off: 'cameraOff', isOn: (me) => me.isCameraEnabled, set: (me, on) => me.setCameraEnabled(on) },
  { what: 'screen', source: Track.Source.ScreenShare, title: 'Share', label: 'Share screen', on: 'screen', off: 'screen', isOn: (me) => me.isScreenShareEnabled, set: (me, on) => me.setScreenShareEnabled(on) },
];
const ROOM_CHANGES = [RoomEvent.LocalTrackPublished, RoomEvent.LocalTrackUnpublished, RoomEvent.TrackMuted, RoomEvent.TrackUnmuted, RoomEvent.ConnectionStateChanged];

export function controls(room, { notify, onwave, onleave }) {
  const me = room.localParticipant;
  const parts = SWITCHES.map((kind) => toggle(kind));
  const picker = devices(room, notify);
  const element = h(
    'section',
    { class: 'controls', 'aria-label': 'Your controls' },
    parts.map(({ button }) => button),
    action('Wave', 'wave', onwave),
    action('Devices', 'settings', picker.open),
    h('button', { class: 'control leave', type: 'button', onclick: onleave }, icon('leave'), h('span', { class: 'control-label' }, 'Leave')),
    picker.element,
  );

  function toggle(kind) {
    const picture = h('span', { class: 'swap' });
    const button = h('button', { class: 'control', type: 'button', 'aria-label': kind.label, data: { source: kind.source }, onclick: press }, picture, h('span', { class: 'control-label' }, kind.title));
    let busy = false;

    async function press() {
      if (busy) return;
      busy = true;
      button.setAttribute('aria-busy', 'true');
      try {
        await kind.set(me, !kind.isOn(me));
      } catch (error) {
        // Closing the browser's screen picker is a choice, not a failure.
        if (!(kind.what === 'screen' && error?.name === 'NotAllowedError')) notify(words.deviceFailure(kind.what, error));
      } finally {
        busy = false;
        button.removeAttribute('aria-busy');
        update();
      }
    }

    function update() {
      const on = kind.isOn(me);
      if (button.getAttribute('aria-pressed') === String(on)) return;
      button.setAttribute('aria-pressed', on);
      picture.replaceChildren(icon(on ? kind.on : kind.off));
    }
    update();
    return { button, update };
  }

  const update = soon(() => parts.forEach((part) => part.update()));
  for (const event of ROOM_CHANGES) room.on(event, update);
  me.on(ParticipantEvent.ParticipantPermissionsChanged, update);

  function close() {
    for (const event of ROOM_CHANGES) room.off(event, update);
    me.off(ParticipantEvent.ParticipantPermissionsChanged, update);
    picker.close();
  }
  return { element, close };
}

function action(title, name, onclick) {
  const label = h('span', { class: 'control-label' });
  setText(label, title);
  return h('button', { class: 'control', type: 'button', onclick }, icon(name), label);
}
