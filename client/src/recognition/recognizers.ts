import { whenIdle } from '../idle';
import { EitherRecognizer } from './eitherRecognizer';
import { OnDeviceRecognizer } from './onDevice';
import { OWN_MODEL } from './ownModel';
import { serverRecognizer, serversModel } from './server';

export const device = new OnDeviceRecognizer();

export const recognizer = new EitherRecognizer(serverRecognizer, device, serversModel, OWN_MODEL);

/** Keep the recogniser ready for a network that comes and goes; returns what stops it. */
export function followNetwork(): () => void {
  const listening = new AbortController();
  const changed = (): void => { recognizer.networkChanged(navigator.onLine); };
  window.addEventListener('online', changed, listening);
  window.addEventListener('offline', changed, listening);
  if (!navigator.onLine) changed();
  whenIdle(() => { device.warmUp(); });
  return () => { listening.abort(); };
}
