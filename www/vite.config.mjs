// How the demo is served and built. It needs no setting for `rejoin`: the package works in Vite as it is.
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { tokenEndpoint } from './token.mjs';

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  plugins: [tokenEndpoint()],
  // Browsers allow camera and microphone on loopback without HTTPS, and nobody else may ask for a token.
  server: { host: '127.0.0.1' },
  preview: { host: '127.0.0.1' },
});
