import { SERVICES } from '@souk/contracts/services';

/** An image of ours, under whatever name. */
export const OWN_IMAGE = new RegExp(`(?:^|/)souk/(?:${[...SERVICES, 'console'].join('|')})(?=$|[:@])`);
