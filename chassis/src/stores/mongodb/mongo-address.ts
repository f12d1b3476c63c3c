/** A URL that is not accepted. The message gives the reason without quoting the URL, which holds a password. */
export class MongoAddressError extends Error {
  readonly code = 'mongo-address-wrong';
  constructor(why: string) {
    super(`a MongoDB URL ${why}`);
    this.name = 'MongoAddressError';
  }
}

interface MongoAddress {
  /** Name of the database. */
  readonly name: string;
  /** Database in which the user is kept, when the URL does not name it: the driver would look in the database itself. */
  readonly authSource?: 'admin';
}

const FORM = 'is mongodb://user:password@host:port,…/database?…';

const PARTS = /^mongodb(?:\+srv)?:\/\/(?<credentials>[^@/?]*@)?[^/?]+(?:\/(?<database>[^?]*))?(?:\?(?<query>.*))?$/;

/** The parts of a URL that we need; the driver reads the rest. Throws MongoAddressError. */
export function mongoAddress(url: string): MongoAddress {
  const { credentials, database = '', query = '' } = PARTS.exec(url)?.groups ?? {};
  const name = decoded(database);
  if (name === '') throw new MongoAddressError(FORM);
  const said = /(?:^|&)(?:authSource|authMechanism)=/i.test(query);
  return credentials === undefined || said ? { name } : { name, authSource: 'admin' };
}

/** The driver's refusal; its message is left out if it quotes the URL or a part of it, as a few do. */
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
