// What the server does with a socket it has accepted: the script's deviations first, for the rest what a real server does:
// join or reconnect, answers, updates to the others, eviction of a second session of one identity.
import { randomBytes } from 'node:crypto';
import { Codec, JoinResponse, ParticipantInfo_State, ParticipantUpdate, ReconnectResponse, RoomUpdate, ServerInfo } from '@livekit/protocol';

const CODECS = ['audio/opus', 'audio/red', 'video/VP8', 'video/H264', 'video/VP9', 'video/AV1', 'video/rtx'];
const list = (value) => (value === undefined ? [] : Array.isArray(value) ? value : [value]);
const info = new ServerInfo({ version: '1.13.5', protocol: 17, region: '', nodeId: 'ND_scriptable', agentProtocol: 1 });

/** Runs one accepted connection to its end. `server` gives rooms, options and the refreshed token. */
export async function runSession(server, connection) {
  const { dial } = connection;
  const { script } = dial;
  // Listening starts before the first message: nothing the client says is missed.
  connection.listen((message) => answer(server, connection, message));
  connection.closed.then(({ code }) => lost(server, connection, code));
  if (script.open) return void (await script.open(connection));
  list(script.before).forEach((message) => connection.send(message));
  if (script.first === undefined) {
    if (!admit(server, connection)) return;
  } else {
    list(script.first).forEach((step) => (step === 'nothing' ? null : step === 'garbage' ? connection.garbage() : connection.send(step)));
  }
  for (const step of list(script.then)) {
    if (!connection.open) return;
    await take(connection, step);
  }
  await script.run?.(connection);
}

/** The first message of a real server, and what follows it. False when it was a refusal. */
function admit(server, connection) {
  const { dial } = connection;
  const { script, join: asked, claims } = dial;
  const room = server.room(claims.video.room);
  const present = room.get(claims.sub);
  if (asked.reconnect) {
    const refused = script.resume === 'refuse' || !present;
    if (refused) {
      connection.leave({ action: 'RECONNECT', reason: 'STATE_MISMATCH' });
      return false;
    }
    present.connection?.close(1000);
    attach(connection, room, present);
    const usual = new ReconnectResponse({ serverInfo: info, lastMessageSeq: present.transport?.lastSequence ?? 0 });
    connection.send({ reconnect: typeof script.resume === 'object' ? overridden(usual, script.resume) : usual });
    connection.send({ update: new ParticipantUpdate({ participants: room.participants.map((each) => each.info.clone()) }) });
    connection.send({ roomUpdate: new RoomUpdate({ room: room.info }) });
  } else {
    if (present) {
      present.connection?.leave({ action: 'DISCONNECT', reason: 'DUPLICATE_IDENTITY' });
      room.remove(claims.sub);
    }
    if (script.crowd) room.crowd(script.crowd);
    const participant = room.join(claims, asked.clientInfo);
    attach(connection, room, participant);
    connection.send({ join: joinResponse(server, connection) });
    participant.info.state = ParticipantInfo_State.ACTIVE;
    room.announce(participant);
  }
  const { participant } = connection;
  if (asked.reconnect && participant.onResume === 'close') {
    participant.onResume = null;
    connection.close(1000);
    return false;
  }
  connection.refresh();
  if (asked.reconnect) server.peer?.resumed(connection);
  else server.peer?.joined(connection);
  return true;
}

function attach(connection, room, participant) {
  clearTimeout(participant.forgetting);
  participant.connection = connection;
  connection.room = room;
  connection.participant = participant;
}

function joinResponse(server, { room, participant, dial }) {
  const { script } = dial;
  const others = room.participants.filter((each) => each !== participant && !each.info.permission?.hidden);
  const usual = new JoinResponse({
    room: room.info,
    participant: participant.info.clone(),
    otherParticipants: others.map((each) => each.info.clone()),
    serverVersion: info.version,
    serverInfo: info,
    subscriberPrimary: dial.version === 0 && participant.grants.canSubscribe !== false,
    pingInterval: server.pingInterval,
    pingTimeout: server.pingTimeout,
    fastPublish: true,
    sifTrailer: randomBytes(16),
    enabledPublishCodecs: CODECS.map((mime) => new Codec({ mime })),
  });
  return overridden(usual, script.join ?? {});
}

/** A message with some fields replaced: by protojson of those fields, or by a function that changes the message. */
function overridden(message, change) {
  if (typeof change === 'function') return change(message) ?? message;
  const parsed = message.getType().fromJson(change);
  for (const name of Object.keys(change)) message[name] = parsed[name];
  return message;
}

/** One step of `script.then`. */
async function take(connection, step) {
  const [[name, value], extra] = Object.entries(step);
  const steps = {
    close: () => connection.close(value || undefined, step.reason),
    reset: () => connection.reset(),
    end: () => connection.end(),
    silence: () => connection.silence(value),
    freeze: () => connection.freeze(value),
    garbage: () => connection.garbage(value === true ? undefined : value),
    raw: () => connection.raw(value),
    after: () => connection.said(value),
    waitMs: () => new Promise((resolve) => setTimeout(resolve, value)),
  };
  if (steps[name]) return steps[name]();
  if (extra) throw new TypeError(`not a step: ${Object.keys(step).join(', ')}`);
  return connection.send(step);
}

function answer(server, connection, message) {
  const { dial, room, participant } = connection;
  const rule = rules(dial.script)[message.case];
  const seen = (dial.seen[message.case] = (dial.seen[message.case] ?? 0) + 1);
  if (rule === false || (typeof rule === 'number' && seen > rule)) return;
  if (typeof rule === 'function') return list(rule(message.value, connection) ?? undefined).forEach((reply) => connection.send(reply));
  if (typeof rule === 'object') return list(rule).forEach((reply) => connection.send(reply));
  if (!participant || participant.connection !== connection) return;
  if (message.case === 'leave') {
    connection.leave({ action: 'DISCONNECT', reason: 'CLIENT_INITIATED' });
    room.remove(participant.info.identity);
    return;
  }
  if (message.case === 'simulate') return simulate(connection, message.value.scenario);
  server.peer?.handle(connection, message);
  const reply = room.handle(participant, message);
  if (reply) connection.send(reply);
}

const rules = (script) => ({ ...(script.pong === undefined ? {} : { ping: script.pong, pingReq: script.pong }), ...script.answers });

/** The scenarios of SimulateScenario that are signalling only, as livekit-server 1.13.5 plays them; the others do nothing. */
function simulate(connection, { case: scenario, value }) {
  const { room, participant } = connection;
  const { identity, sid } = participant.info;
  if (scenario === 'serverLeave') {
    connection.leave({ action: 'DISCONNECT', reason: 'SERVER_SHUTDOWN' });
    room.remove(identity);
  } else if (scenario === 'leaveRequestFullReconnect') {
    // The real one does nothing here; this is what the scenario is meant to be.
    connection.leave({ action: 'RECONNECT', reason: 'CLIENT_INITIATED' });
    room.remove(identity);
  } else if (scenario === 'nodeFailure' || scenario === 'migration') {
    room.remove(identity);
    connection.close(1000);
  } else if (scenario === 'disconnectSignalOnResume') {
    participant.onResume = 'close';
    connection.close(1000);
  } else if (scenario === 'disconnectSignalOnResumeNoMessages') {
    participant.onResume = 'refuse';
    connection.close(1000);
  } else if (scenario === 'speakerUpdate' && value > 0) {
    const speaker = { sid, level: 0.5, active: true };
    connection.send({ speakersChanged: { speakers: [speaker] } });
    setTimeout(() => connection.send({ speakersChanged: { speakers: [{ ...speaker, level: 0, active: false }] } }), value * 1000).unref();
  }
}

/** A socket is gone. The participant stays, so that it can resume, for as long as the server was told to wait. */
function lost(server, connection, code) {
  const { room, participant, dial } = connection;
  dial.ended(code);
  if (!participant || participant.connection !== connection) return;
  participant.connection = null;
  if (server.forgetAfterMs === null || room.get(connection.identity) !== participant) return;
  participant.forgetting = setTimeout(() => {
    if (participant.connection === null && room.get(connection.identity) === participant) room.remove(connection.identity);
  }, server.forgetAfterMs).unref();
}
