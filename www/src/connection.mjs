// The connection panel: state, round trip, server; buttons that hurt the connection; the time line of what it did.
import { ConnectionState, RoomEvent } from 'rejoin';
import { h, setText, soon } from './dom.mjs';
import { pulse } from './pulse.mjs';
import { timeline } from './timeline.mjs';
import * as words from './words.mjs';

// By livekit-client's names for `simulateScenario`. `what` stands in the time line, `why` under the buttons.
const HURTS = [
  { scenario: 'signal-reconnect', title: 'Drop the signal', what: 'dropped the signal socket', why: 'Closes the signal socket on this side. Sound and picture go on while it resumes.' },
  { scenario: 'resume-reconnect', title: 'Fail a resume', what: 'dropped the signal socket, and the first resume fails', why: 'Closes the signal socket and lets the first attempt to resume fail.' },
  { scenario: 'disconnect-signal-on-resume', title: 'Cut mid-resume', what: 'asked the server to cut the socket during a resume', why: 'The server cuts the socket once more, in the middle of the resume.' },
  { scenario: 'full-reconnect', title: 'Full reconnect', what: 'gave the session up for a new one', why: 'Skips the resume: a new session in the same room, with the same people.' },
  { scenario: 'node-failure', title: 'Node failure', what: 'asked for a node failure', why: 'The server behaves as if the machine it runs on had died.' },
  { scenario: 'migration', title: 'Migration', what: 'asked to be migrated', why: 'The server asks this session to move to another node.' },
  { scenario: 'server-leave', title: 'Server leave', what: 'asked the server to end the session', final: true, why: 'The server ends the session for good. There is no way back but joining again.' },
];
const HINT = 'Each of these hurts the connection in another way. The time line tells what Rejoin does about it.';

export function connectionPanel(room, story) {
  const state = h('p', { class: 'state' });
  const since = h('p', { class: 'since' });
  const rtt = h('p', { class: 'rtt' }, '–');
  const line = pulse();
  const facts = h('dl', { class: 'facts' });
  const hint = h('p', { class: 'hint' }, HINT);
  const list = timeline(story);
  let stateSince = performance.now();

  const buttons = HURTS.map((hurt) =>
    h('button', { class: `button small${hurt.final ? ' danger' : ''}`, type: 'button', data: { scenario: hurt.scenario }, onclick: () => harm(hurt), onfocus: () => explain(hurt.why), onblur: explain, onpointerenter: () => explain(hurt.why), onpointerleave: explain }, hurt.title),
  );
  const nowButton = h('button', { class: 'button small', type: 'button', data: { action: 'reconnect-now' }, 'aria-disabled': 'true', onclick: hurry, onpointerenter: () => explain(NOW), onpointerleave: explain, onfocus: () => explain(NOW), onblur: explain }, 'Reconnect now');

  const copyButton = h('button', { class: 'button small', type: 'button', data: { action: 'copy-history' }, onclick: copy }, 'Copy as data');

  // What an app attaches to a bug report.
  async function copy() {
    const facts = JSON.stringify(room.connectionHistory, null, 2);
    const done = await navigator.clipboard?.writeText(facts).then(() => true, () => false);
    setText(copyButton, done ? 'Copied' : 'The browser does not let this page copy');
  }

  const isAway = () => room.state === ConnectionState.Reconnecting || room.state === ConnectionState.SignalReconnecting;

  async function hurry() {
    if (!isAway()) return;
    story.tell('You asked for the next attempt at once');
    await room.reconnectNow();
  }

  function explain(why) {
    setText(hint, typeof why === 'string' ? why : HINT);
  }

  async function harm({ scenario, what }) {
    story.tell(`You ${what}`);
    try {
      await room.simulateScenario(scenario);
    } catch (error) {
      story.tell(`That could not be done: ${words.detail(error)}`, 'bad');
    }
  }

  const update = soon(() => {
    setText(state, words.state(room.state));
    state.dataset.state = room.state;
    // Not `disabled`: that would drop the focus of somebody who has just pressed it.
    nowButton.setAttribute('aria-disabled', !isAway());
    const { version, region, nodeId } = room.serverInfo ?? {};
    const shown = [['Server', version && `livekit-server ${version}`], ['Region', region], ['Node', nodeId]].filter(([, value]) => value);
    if (facts.childElementCount !== shown.length || facts.dataset.of !== String(shown)) {
      facts.replaceChildren(...shown.map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', { title: value }, value))));
      facts.dataset.of = String(shown);
    }
  });
  const changed = () => {
    stateSince = performance.now();
    tick();
    update();
  };

  function tick() {
    const connected = room.state === ConnectionState.Connected;
    const seconds = Math.round((performance.now() - stateSince) / 1000);
    setText(since, seconds ? `for ${words.elapsed(seconds)}` : 'since now');
    const value = connected ? room.rtt : undefined;
    setText(rtt, value > 0 ? `${Math.round(value)} ms` : '–');
    line.push(connected ? (value > 0 ? value : null) : undefined);
  }
  room.on(RoomEvent.ConnectionStateChanged, changed).on(RoomEvent.Reconnected, update);
  const ticking = setInterval(tick, 1000);
  changed();

  const element = h(
    'div',
    { class: 'connection' },
    h('section', { class: 'vitals', 'aria-label': 'State' }, h('div', { class: 'vitals-head' }, h('div', {}, state, since), h('div', { class: 'rtt-box' }, rtt, h('p', { class: 'caption' }, 'round trip'))), line.element, facts),
    h('section', { class: 'story', 'aria-labelledby': 'story-title' }, h('div', { class: 'story-head' }, h('h2', { id: 'story-title' }, 'Time line'), copyButton), list.element),
    h('section', { class: 'hurt', 'aria-labelledby': 'hurt-title' }, h('h2', { id: 'hurt-title' }, 'Hurt it'), h('div', { class: 'hurt-buttons' }, buttons, nowButton), hint),
  );

  function close() {
    clearInterval(ticking);
    room.off(RoomEvent.ConnectionStateChanged, changed).off(RoomEvent.Reconnected, update);
    list.close();
  }
  return { element, hurry, close };
}

const NOW = 'While an attempt is waiting for its time, makes it at once.';
