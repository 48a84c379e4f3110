// Starts a server program that cannot outlive this process: not after an exception, not after Ctrl-C,
// and not after a kill that runs no handler. It does not restart anything.
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';

// The shell waits for the end of its standard input, a pipe that this process holds: the system closes it
// when the process ends, whatever ended it.
const GUARD = 'exec 3<&0; "$@" </dev/null 3<&- & p=$!; { cat <&3 >/dev/null; kill -TERM $p 2>/dev/null; } & g=$!; exec 3<&-; wait $p; c=$?; kill $g 2>/dev/null; exit $c';

/**
 * Starts `command`, everything it prints goes to the file `log`. Returns `{ exited, stop }`: `exited` resolves with
 * the exit code, `stop()` ends the program (SIGTERM, after 3 s SIGKILL) and resolves when it is gone.
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
  const atExit = () => group('SIGTERM');
  process.once('exit', atExit);
  const stop = async () => {
    process.off('exit', atExit);
    child.ref();
    child.stdin.destroy();
    group('SIGTERM');
    const hard = setTimeout(() => group('SIGKILL'), 3000);
    await exited;
    clearTimeout(hard);
  };
  return { exited, stop };
}
