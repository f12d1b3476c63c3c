import { type Static, Type } from '@sinclair/typebox';
import './formats.ts';
import { closed } from './schema.ts';
import { Name, shortText } from './text.ts';

export const ShippingAddress = closed({
  name: Name,
  line1: Name,
  line2: Type.Optional(Name),
  city: Name,
  postalCode: shortText(20),
  region: Type.Optional(Name),
  country: Type.String({ format: 'country', pattern: '^[A-Z]{2}$', description: 'ISO 3166-1 alpha-2' }),
  phone: Type.Optional(Type.String({ pattern: '^[+0-9 ()./-]{3,30}$', maxLength: 30 })),
});
export type ShippingAddress = Static<typeof ShippingAddress>;
