// The storm lab's simulation, for Vite: its wasm is built before the first page is served or bundled, when it is missing or
// older than its sources (scripts/lab.mjs).
export function stormLab() {
  return {
    name: 'rejoin-storm-lab',
    async buildStart() {
      const { lab } = await import('../scripts/lab.mjs');
      await lab();
    },
  };
}
