/** An image of ours, under whatever name. */
export const OWN_IMAGE = /(?:^|\/)souk\/(?:product|inventory|order|payment|user)(?=$|[:@])/;
