// Starts a server program that cannot outlive this process: not after an exception, not after Ctrl-C,
// and not after a kill that runs no handler. It does not restart anything.
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';

// The shell waits for the end of its standard input, a pipe that this process holds: the system closes it when the
// process ends, whatever ended it. A livekit-server drains on the first SIGTERM for as long as somebody is in a room, and
// ends on the second; so there are two, and a SIGKILL. The shell itself outlives the signals: its end is the program's.
const GUARD = `exec 3<&0
trap : TERM
"$@" </dev/null 3<&- & p=$!
{ cat <&3 >/dev/null; kill -TERM $p; sleep 0.2; kill -TERM $p; sleep 3; kill -KILL $p; } 2>/dev/null & g=$!
exec 3<&-
while :; do wait $p; c=$?; kill -0 $p 2>/dev/null || break; done
kill $g 2>/dev/null
exit $c`;

/**
 * Starts `command`, everything it prints goes to the file `log`. Returns `{ exited, stop, kill }`: `exited` resolves with
 * the exit code, `stop()` ends the program (SIGTERM twice, after 3 s SIGKILL) and resolves when it is gone, `kill()`
 * does so by SIGKILL at once.
 */
export function startGuarded(command, args, { log, env = {} }) {
  const out = openSync(log, 'a');
  const child = spawn('sh', ['-c', GUARD, 'sh', command, ...args], {
    stdio: ['pipe', out, out],
    env: { ...process.env, ...env },
    detached: true, // A process group of its own: Ctrl-C reaches it through the pipe, in order, not all at once.
  });
  closeSync(out);
  child.unref();
  child.stdin.unref?.();
  const exited = new Promise((resolve) => {
    child.once('error', () => resolve(127));
    child.once('close', (code) => resolve(code ?? 1));
  });
  const group = (signal) => {
    try {
      process.kill(-child.pid, signal);
    } catch {
      // Already gone.
    }
  };
  const stop = async () => {
    child.ref();
    child.stdin.destroy();
    const hard = setTimeout(() => group('SIGKILL'), 4000);
    await exited;
    clearTimeout(hard);
    group('SIGKILL'); // What the program itself started and left behind.
  };
  const kill = async () => {
    group('SIGKILL');
    await exited;
  };
  return { exited, stop, kill };
}
