import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

import { pages } from './plugins/pages.js';

const repository = fileURLToPath(new URL('../../../', import.meta.url));

export default defineConfig({
  // Relative addresses: the page works from any folder of any host.
  base: './',
  plugins: [pages(repository)],
  // `probelang` is a link to the package in this repository.
  resolve: { preserveSymlinks: true },
  optimizeDeps: { exclude: ['probelang'] },
  // The samples are the recordings of the conformance suite.
  server: { fs: { allow: [repository] } },
  build: { target: 'es2022', chunkSizeWarningLimit: 700, assetsInlineLimit: 0 },
  worker: { format: 'es' },
});
