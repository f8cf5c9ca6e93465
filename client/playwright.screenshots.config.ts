import { defineConfig } from '@playwright/test';
import tests from './playwright.config';

/** The pictures of the app in the README and in the manifest, taken of the app as it is. */
export default defineConfig({
  ...tests,
  testDir: 'scripts',
  projects: (tests.projects ?? []).flatMap(({ name, use }) => (['light', 'dark'] as const).map((colorScheme) => ({
    name: `${name}-${colorScheme}`,
    use: { ...use, colorScheme },
  }))),
});
