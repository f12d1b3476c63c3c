import { e164, isPostalCode, needsPostalCode } from '@souk/contracts/phones-and-postal-codes';
import { isCommonPassword } from '@souk/user/passwords/judge-password';

/** Prints what the data of countries and the list of passwords say. */
process.stdout.write(
  JSON.stringify([
    e164('0151 23456001', 'DE'),
    e164('12', 'DE'),
    needsPostalCode('DE'),
    needsPostalCode('HK'),
    isPostalCode('1011', 'DE'),
    isPostalCode('10115', 'DE'),
    await isCommonPassword('baseball1234'),
    await isCommonPassword('mailcreated5240'),
    await isCommonPassword('no list has this one'),
  ]),
);
