// For wire.test.mjs: makes a wire, says the names of its namespaces and waits for its end. SIGUSR2 makes it throw.
// `node owner.mjs nobody` does so without root's rights.
import { main } from '../../scripts/lib/run.mjs';
import { startWire } from './wire.mjs';

await main(async () => {
  if (process.argv[2] === 'nobody') process.setuid(65534);
  const wire = await startWire();
  console.log(`${wire.server.name} ${wire.client.name}`);
  await new Promise((_, reject) => {
    process.on('SIGUSR2', () => reject(new Error('thrown')));
    setInterval(() => {}, 1000);
  });
});
