import { type Static, Type } from '@sinclair/typebox';
import './formats.ts';
import { closed } from './schema.ts';
import { KeptName, keptText, Name, shortText } from './text.ts';

/** As it is kept, told and answered. */
export const ShippingAddress = closed({
  name: KeptName,
  line1: KeptName,
  line2: Type.Optional(KeptName),
  city: KeptName,
  postalCode: keptText(20),
  region: Type.Optional(KeptName),
  country: Type.String({ format: 'country', pattern: '^[A-Z]{2}$', description: 'ISO 3166-1 alpha-2' }),
  phone: Type.Optional(Type.String({ pattern: '^[+0-9 ()./-]{3,30}$', maxLength: 30 })),
});
export type ShippingAddress = Static<typeof ShippingAddress>;

/** As somebody gives it. */
export const AskedAddress = closed({
  ...ShippingAddress.properties,
  name: Name,
  line1: Name,
  line2: Type.Optional(Name),
  city: Name,
  postalCode: shortText(20),
  region: Type.Optional(Name),
});
export type AskedAddress = Static<typeof AskedAddress>;
