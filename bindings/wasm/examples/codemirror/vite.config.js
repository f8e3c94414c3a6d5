import { defineConfig } from 'vite';

export default defineConfig({
  base: './',
  // `probelang` is a link to the package in this repository; from npm it needs none of this.
  resolve: { preserveSymlinks: true },
  optimizeDeps: { exclude: ['probelang'] },
});
