// How the demo and the storm lab are served and built. `rejoin` needs no setting: the package works in Vite as it is.
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { stormLab } from './storm-lab.mjs';
import { tokenEndpoint } from './token.mjs';

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  plugins: [tokenEndpoint(), stormLab()],
  build: { rolldownOptions: { input: ['index.html', 'storm.html'].map((page) => fileURLToPath(new URL(page, import.meta.url))) } },
  // Browsers allow camera and microphone on loopback without HTTPS, and nobody else may ask for a token.
  server: { host: '127.0.0.1' },
  preview: { host: '127.0.0.1' },
});
