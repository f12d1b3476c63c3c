/** A URL that cannot be taken. Says why without quoting the URL, which holds a password. */
export class MongoAddressError extends Error {
  readonly code = 'mongo-address-wrong';
  constructor(why: string) {
    super(`a MongoDB URL ${why}`);
    this.name = 'MongoAddressError';
  }
}

export interface MongoAddress {
  /** of the database */
  readonly name: string;
  /** Where the user is kept, when the URL does not say so: the driver would look in the database itself. */
  readonly authSource?: 'admin';
}

const FORM = 'is mongodb://user:password@host:port,…/database?…';

const PARTS = /^mongodb(?:\+srv)?:\/\/(?<credentials>[^@/?]*@)?[^/?]+(?:\/(?<database>[^?]*))?(?:\?(?<query>.*))?$/;

/** What we need to know of a URL; the driver reads the rest. Throws MongoAddressError. */
export function mongoAddress(url: string): MongoAddress {
  const { credentials, database = '', query = '' } = PARTS.exec(url)?.groups ?? {};
  const name = decoded(database);
  if (name === '') throw new MongoAddressError(FORM);
  const said = /(?:^|&)(?:authSource|authMechanism)=/i.test(query);
  return credentials === undefined || said ? { name } : { name, authSource: 'admin' };
}

/** Of what the driver says, because a few of its sentences quote the URL, or a part of it. */
export function refusedByDriver(error: unknown): MongoAddressError {
  const said = error instanceof Error ? error.message : '';
  return new MongoAddressError(said === '' || said.includes('://') ? FORM : `is refused by the driver: ${said}`);
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new MongoAddressError('has % only before two hexadecimal digits (%25 is a percent sign)');
  }
}
