// One tile: a participant's camera or screen, or the initials when there is no picture; the name, whether she speaks,
// is muted, how good her connection is. It also plays a remote participant's sound. `update()` reads everything anew.
import { ConnectionQuality, Track } from 'rejoin';
import { h, setText } from './dom.mjs';
import { icon } from './icons.mjs';
import * as words from './words.mjs';

const BARS = { [ConnectionQuality.Excellent]: 3, [ConnectionQuality.Good]: 2, [ConnectionQuality.Poor]: 1, [ConnectionQuality.Lost]: 0 };
const SOUNDS = { [Track.Source.Camera]: Track.Source.Microphone, [Track.Source.ScreenShare]: Track.Source.ScreenShareAudio };

export function tile(participant, source) {
  const isScreen = source === Track.Source.ScreenShare;
  const isLocal = participant.isLocal;
  const video = h('video', { autoplay: true, playsinline: true, hidden: true });
  video.muted = true;
  const avatar = h('span', { class: 'avatar', 'aria-hidden': 'true' });
  const muted = h('span', { class: 'muted', hidden: true }, icon('microphoneOff'), h('span', { class: 'visually-hidden' }, 'muted'));
  const name = h('span', { class: 'name' });
  const quality = h('span', { class: 'quality', role: 'img' }, h('i', {}), h('i', {}), h('i', {}));
  const lost = h('span', { class: 'lost', hidden: true }, 'connection lost');
  const element = h(
    'li',
    { class: 'tile', data: { identity: participant.identity, source, local: isLocal || undefined } },
    video,
    avatar,
    h('div', { class: 'label' }, muted, name),
    !isScreen && quality,
    lost,
  );
  let shown = null;
  let heard = null;

  function showVideo(track) {
    if (track === shown) return;
    shown?.detach(video);
    track?.attach(video);
    shown = track;
  }

  // One's own sound is not played back to oneself.
  function playSound(track) {
    if (isLocal || track === heard) return;
    heard?.detach().forEach((each) => each.remove());
    heard = track;
    if (track) element.append(track.attach());
  }

  function update() {
    const picture = participant.getTrackPublication(source);
    const visible = Boolean(picture?.track && !picture.isMuted);
    showVideo(visible ? picture.track : null);
    video.hidden = !visible;
    avatar.hidden = visible;
    playSound(participant.getTrackPublication(SOUNDS[source])?.track ?? null);

    const called = participant.name || participant.identity;
    const owner = isLocal ? `${called} (you)` : called;
    setText(name, isScreen ? (isLocal ? 'Your screen' : `${called}’s screen`) : owner);
    setText(avatar, initials(called));
    avatar.style.setProperty('--hue', hue(participant.identity));
    muted.hidden = isScreen || participant.isMicrophoneEnabled;
    element.classList.toggle('speaking', !isScreen && participant.isSpeaking && participant.isMicrophoneEnabled);

    const value = participant.connectionQuality;
    quality.dataset.bars = BARS[value] ?? 'unknown';
    quality.setAttribute('aria-label', words.quality(value));
    quality.title = words.quality(value);
    lost.hidden = isScreen || value !== ConnectionQuality.Lost;
    element.classList.toggle('is-lost', !lost.hidden);
  }

  function place({ x, y, width, height }) {
    Object.assign(element.style, { left: `${x}px`, top: `${y}px`, width: `${width}px`, height: `${height}px` });
  }

  function wave() {
    const hand = h('span', { class: 'hand', onanimationend: () => hand.remove() }, icon('wave'));
    element.append(hand);
  }

  function close() {
    showVideo(null);
    playSound(null);
    element.remove();
  }
  return { element, participant, source, update, place, wave, close };
}

/** "Ada Lovelace" -> "AL", "ada" -> "A". */
function initials(called) {
  const parts = called.trim().split(/\s+/);
  const picked = parts.length > 1 ? [parts[0], parts.at(-1)] : parts;
  return picked.map((part) => [...part][0] ?? '').join('').toUpperCase();
}

/** A hue of the person's own, the same for everybody in the room. */
function hue(identity) {
  let sum = 0;
  for (const letter of identity) sum = (sum * 31 + letter.codePointAt(0)) % 360;
  return sum;
}
