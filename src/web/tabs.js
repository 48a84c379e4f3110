// Tabs of one origin tell each other how many participants their rooms have: rooms that lose their connection together
// share one reconnect window, wherever they are. This page takes part while a room of its own is connected.

import { quietly } from './js.js';

const NAME = 'rejoin';
const ASK_MS = 60_000;
/** Who has not answered for so long is frozen or was killed, and does not come back with the others. */
const FORGET_MS = 150_000;
/** What changes by less is not told: a window need not be known more exactly. */
const SLACK = 0.1;
const MOST = 1_000_000;

const me = Math.random();
/** The others, by what they call themselves: participants, and when that was said. */
const tabs = new Map();
let channel;
let own = 0;
let told;
let askedAt;

/** The rooms of this page have so many participants. */
export function tell(participants) {
  own = participants;
  if (own && !channel) begin();
  else if (channel && (!own || Math.abs(own - told) > told * SLACK)) say();
  if (!own) end();
}

/** Participants of the rooms in other tabs, as far as is known. */
export function elsewhere() {
  if (!channel) return 0;
  const now = performance.now();
  if (now - askedAt > ASK_MS) say(true);
  let sum = 0;
  for (const [id, { participants, at }] of tabs) {
    if (now - at > FORGET_MS) tabs.delete(id);
    else sum += participants;
  }
  return Math.min(sum, MOST);
}

function begin() {
  // Only what has a location has tabs beside it: Node's channels, for one, reach its own threads.
  if (!globalThis.location || !globalThis.BroadcastChannel) return;
  channel = quietly(() => new BroadcastChannel(NAME));
  if (!channel) return; // no storage for this page, so no others either
  channel.onmessage = hear;
  say(true);
}

// What stands in for the host's channel may throw: one that is made of storage, when that is full.
function end() {
  quietly(() => channel?.close());
  channel = undefined;
  tabs.clear();
}

function say(asks = false) {
  if (asks) askedAt = performance.now();
  told = own;
  quietly(() => channel.postMessage([me, own, asks]));
}

function hear({ data }) {
  if (!Array.isArray(data)) return;
  const [id, participants, asks] = data;
  if (!Number.isInteger(participants) || participants < 0) return;
  if (participants) tabs.set(id, { participants, at: performance.now() });
  else tabs.delete(id);
  if (asks) say();
}
