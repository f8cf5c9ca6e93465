import { clientBuildStep, clientPackagesStep } from './client.mjs';
import { environmentStep } from './environment.mjs';
import { packagesStep } from './packages.mjs';
import { runSteps } from './steps.mjs';

/** What each use of the project needs, in the order in which it is set up. */
const PURPOSES = {
  serve: [environmentStep, packagesStep('serve'), clientPackagesStep, clientBuildStep],
  develop: [environmentStep, packagesStep('serve'), clientPackagesStep],
  train: [environmentStep, packagesStep('train')],
  track: [environmentStep, packagesStep('track')],
  // The checks build the client themselves: a build that fails is a check that fails.
  test: [environmentStep, packagesStep('test'), clientPackagesStep],
};

export const purposes = Object.keys(PURPOSES);

/** Set up for one purpose. Throws Explained where a step fails. */
export const setUp = (purpose) => runSteps(PURPOSES[purpose]);
