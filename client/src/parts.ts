/*
 * Parts of the page that few people need, and nobody at first.
 */

export const historyList = () => import('./history/HistoryList');
export const photoSteps = () => import('./photo/PhotoSteps');

/** Fetch them before they are needed: by then the network may be gone, or the server may have newer ones only. */
export function fetchParts(): void {
  // Whoever needs one that does not come tells.
  void Promise.allSettled([historyList(), photoSteps()]);
}
