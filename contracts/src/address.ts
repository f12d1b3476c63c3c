import { type Static, Type } from '@sinclair/typebox';
import { noFreeText } from './card-number.ts';
import './formats.ts';
import { closed, open, personal } from './schema.ts';
import { KeptName, keptText, Name, shortText, SOMETHING_VISIBLE } from './strings.ts';

const Line = personal(Name);
const KeptLine = personal(KeptName);
const Phone = { pattern: '^[+0-9 ()./-]{3,30}$', maxLength: 30, description: 'a telephone number' };

/** Placeholder in events of version 1 where there is no postal code. */
const NO_POSTAL_CODE = '-';

/** An address as it is stored and answered. Telephone numbers were stored as they were written before they were stored as E.164. */
export const ShippingAddress = closed({
  name: KeptLine,
  line1: KeptLine,
  line2: Type.Optional(KeptLine),
  city: KeptLine,
  postalCode: Type.Optional(personal(keptText(20))),
  region: Type.Optional(KeptLine),
  country: Type.String({ format: 'country', pattern: '^[A-Z]{2}$', description: 'a country of ISO 3166-1 in two capitals' }),
  phone: Type.Optional(noFreeText(personal(Type.String(Phone)))),
});
export type ShippingAddress = Static<typeof ShippingAddress>;

/** The address in version 1 of `order.completed`, whose readers were promised a postal code. Events hold no address any more. */
export const ToldAddress = open(
  closed({
    ...ShippingAddress.properties,
    postalCode: personal(keptText(20, { description: `a postal code, \`${NO_POSTAL_CODE}\` where the country has none` })),
    phone: Type.Optional(noFreeText(personal(Type.String({ ...Phone, description: 'a telephone number as E.164' })))),
  }),
);
/** An address as a caller sends it; `addressRules` decides what is valid in its country. */
export const AskedAddress = closed({
  ...ShippingAddress.properties,
  name: Line,
  line1: Line,
  line2: Type.Optional(Line),
  city: Line,
  postalCode: Type.Optional(
    personal(shortText(20, { description: 'a postal code as they are in the country, needed where its address data say so', examples: ['10115'] })),
  ),
  region: Type.Optional(Line),
  phone: Type.Optional(
    noFreeText(
      personal(
        shortText(40, {
          // Pasted telephone numbers may contain marks of direction; the stored form has none.
          pattern: SOMETHING_VISIBLE,
          description: 'a telephone number with + and the code of its country, or as it is dialled in the country of the address; kept as E.164',
          examples: ['+49 30 1234567'],
        }),
      ),
    ),
  ),
});
export type AskedAddress = Static<typeof AskedAddress>;
