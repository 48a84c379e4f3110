// One stay in a room: asks for a token, joins, and publishes what was chosen. It shows nothing and never retries:
// what a lost connection needs is the room's own business.
import { Room } from 'rejoin';
import * as words from './words.mjs';

/** Asks the demo's token endpoint; an error's message is a sentence. */
async function askForToken({ room, name, identity }, signal) {
  const query = new URLSearchParams({ room, name, ...(identity && { identity }) });
  let answer;
  try {
    answer = await fetch(`/token?${query}`, { signal });
  } catch (cause) {
    throw new Error("The demo's own server does not answer. Is it still running?", { cause });
  }
  const body = await answer.json().catch(() => ({}));
  if (!answer.ok || !body.token) throw new Error(body.error ?? `The demo's token endpoint answered ${answer.status}.`);
  return body;
}

/** Joins and resolves with the connected room; rejects with an error whose message is a sentence. */
export async function join(wanted, story, signal) {
  story.tell(`Joining ${wanted.room} as ${wanted.name}`);
  try {
    const { url, token } = await askForToken(wanted, signal);
    const room = new Room();
    story.follow(room);
    try {
      await room.connect(url, token);
    } catch (cause) {
      throw new Error(words.joinFailure(cause), { cause });
    }
    return room;
  } catch (error) {
    story.tell(error.message, 'bad');
    throw error;
  }
}

/** Switches on what was chosen, side by side. Resolves with sentences about what did not work. */
export async function publish(room, { camera, microphone }) {
  const me = room.localParticipant;
  const asked = [];
  if (microphone) asked.push(['microphone', me.setMicrophoneEnabled(true)]);
  if (camera) asked.push(['camera', me.setCameraEnabled(true)]);
  const outcomes = await Promise.allSettled(asked.map(([, work]) => work));
  return outcomes.flatMap(({ status, reason }, at) => (status === 'rejected' ? [words.deviceFailure(asked[at][0], reason)] : []));
}
