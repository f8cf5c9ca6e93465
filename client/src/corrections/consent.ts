import { useChoice } from '../choice';

const ANSWERS = ['false', 'true'] as const;

/** Whether corrections may be sent to the server, as said in this browser, and what says it anew. */
export function useConsent(): [boolean, (consent: boolean) => void] {
  const [said, say] = useChoice('send-corrections', ANSWERS);
  return [said === 'true', (given) => { say(given ? 'true' : 'false'); }];
}
