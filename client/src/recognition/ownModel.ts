import { name, version } from '../../../server/model/weights/digits.json';

/** Name and version of the network that reads on this device, as the server tells those of its own. */
export const OWN_MODEL = `${name} ${version}`;
