// What only Rejoin has, as an app writes it. Types only: it is never run.
import init, {
  DefaultReconnectPolicy,
  ProportionalJitterPolicy,
  Room,
  RoomEvent,
  type InitOptions,
  type ReconnectContext,
  type ReconnectPolicy,
} from 'rejoin';
import { Room as ReadyRoom } from 'rejoin/auto';
import initInline, { RoomEvent as InlineRoomEvent } from 'rejoin/inline';
import initSlim from 'rejoin/slim';

const options: InitOptions = { wasm: new URL('https://example.com/rejoin.wasm') };
await init();
await init(options);
await init({ wasm: fetch('/rejoin.wasm') });
await initInline();
await initSlim({ wasm: new Uint8Array() });
// @ts-expect-error: the slim entry loads nothing itself
await initSlim();
// @ts-expect-error: a misspelt option
await init({ wasn: '/rejoin.wasm' });

// One type, whichever entry it came from.
const same: Room = new ReadyRoom();
same.on(InlineRoomEvent.Connected, () => {});

class Asked implements ReconnectPolicy {
  async nextRetryDelayInMs({ cause, numParticipants, lastDelayMs, sessionDurationMs, online, hintMs }: ReconnectContext): Promise<number | null> {
    const remote: boolean = cause === 'remote';
    const answer = await fetch(`/delay?${new URLSearchParams({ remote: String(remote), room: String(numParticipants), last: String(lastDelayMs), up: String(sessionDurationMs), online: String(online), hint: String(hintMs) })}`);
    return Number(await answer.text());
  }
}

const room = new Room({ reconnectPolicy: new Asked() });
room.on(RoomEvent.Reconnecting, ({ attempt, delayMs, reason, cause, region, kind }) => {
  const [count, wait]: [number, number] = [attempt, delayMs];
  const how: 'resume' | 'full' = kind;
  console.log(count, wait, how, reason, cause, region);
});
room.on(RoomEvent.Connected, () => {}, { signal: AbortSignal.timeout(1000) });
room.reconnectNow();
const rtt: number | undefined = room.rtt;
console.log(rtt);
room[Symbol.dispose]();

const context: ReconnectContext = { retryCount: 1, elapsedMs: 500, serverUrl: 'wss://example.com', cause: 'remote', numParticipants: 650 };
for (const policy of [new DefaultReconnectPolicy({ joinsPerSecond: 50 }), new ProportionalJitterPolicy({ delaysMs: [1000, 2000], jitter: 0.5 })]) {
  const delay: number | null = policy.nextRetryDelayInMs(context);
  console.log(delay);
}
// @ts-expect-error: a misspelt option
new DefaultReconnectPolicy({ joinPerSecond: 50 });
// @ts-expect-error: an event that does not exist
room.on('reconected', () => {});
