import { readFileSync } from 'node:fs';
import { constants } from 'node:zlib';
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { compression, defineAlgorithm } from 'vite-plugin-compression2';
import type { Plugin } from 'vite';
import { VitePWA } from 'vite-plugin-pwa';
import { defineConfig } from 'vitest/config';
import client from './package.json' with { type: 'json' };

/** Licences of what is built in and is no code that Vite counts, by where they go. */
const OTHER_LICENCES = {
  'licenses/besley.txt': '@fontsource/besley/LICENSE',
  'licenses/workbox.txt': 'workbox-core/LICENSE',
  'licenses/swagger-ui-notice.txt': 'swagger-ui-dist/NOTICE',
};

function otherLicences(): Plugin {
  return {
    name: 'other-licences',
    apply: 'build',
    generateBundle() {
      for (const [fileName, source] of Object.entries(OTHER_LICENCES)) {
        this.emitFile({ type: 'asset', fileName, source: readFileSync(new URL(`node_modules/${source}`, import.meta.url)) });
      }
    },
  };
}

export default defineConfig({
  plugins: [
    react(),
    tailwindcss(),
    otherLicences(),
    // Once, here, instead of for every visitor. Browsers take Brotli through TLS only.
    compression({
      include: /assets\/.*\.(js|css|wasm|onnx)$/,
      algorithms: [
        defineAlgorithm('gzip', { level: 9 }),
        defineAlgorithm('brotliCompress', { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }),
      ],
    }),
    VitePWA({
      // The person says when: a page that changes under the pen would lose the drawing.
      registerType: 'prompt',
      // The app registers it by itself, see src/update.
      injectRegister: false,
      manifest: false,
      workbox: {
        // Everything is fetched at the first visit, the engine too: who loses the network a minute
        // later, without ever having needed it before, still has a recogniser.
        globPatterns: ['**/*.{js,mjs,css,html,svg,png,woff2,wasm,onnx,webmanifest}'],
        // For shop windows, and for those who write programs.
        globIgnores: ['screenshots/*', 'docs.html', 'assets/docs-*'],
        maximumFileSizeToCacheInBytes: 16 * 1024 * 1024,
        clientsClaim: true,
        navigateFallbackDenylist: [/^\/api\//, /^\/licenses[./]/, /^\/screenshots\//],
      },
    }),
  ],
  define: { __VERSION__: JSON.stringify(client.version) },
  worker: { format: 'es' },
  build: {
    // An asset inlined as a data: address would be stopped by the content security policy.
    assetsInlineLimit: 0,
    // Of all that is built in: most of it asks for that.
    license: { fileName: 'licenses.md' },
    rolldownOptions: { input: ['index.html', 'docs.html'] },
    // The API's page shows a library of this size; the app's own page has a test that it is small (e2e/quiet.spec.ts).
    chunkSizeWarningLimit: 2000,
  },
  server: {
    // The network lies beside the client.
    fs: { allow: ['..'] },
    proxy: {
      '/api': {
        target: `http://localhost:${process.env.PORT ?? '5000'}`,
        // This page of the API is the client's own.
        bypass: ({ url }) => (url === '/api/docs' ? '/docs.html' : undefined),
      },
    },
  },
  test: {
    environment: 'jsdom',
    include: ['src/**/*.test.{ts,tsx}'],
    restoreMocks: true,
    // One document for all files: nine tenths of the time went into making one for each.
    isolate: false,
  },
});
