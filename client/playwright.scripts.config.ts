import { defineConfig } from '@playwright/test';
import tests from './playwright.config';

/** What is made or measured with the app as it is: its pictures in the README, and how fast it reads. */
export default defineConfig({
  ...tests,
  testDir: 'scripts',
  projects: (tests.projects ?? []).flatMap(({ name, use }) => (['light', 'dark'] as const).map((colorScheme) => ({
    name: `${name}-${colorScheme}`,
    use: { ...use, colorScheme },
  }))),
});
