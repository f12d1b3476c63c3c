import { type ServiceName, SERVICES } from '@souk/contracts/services';

export type Positions = Readonly<Partial<Record<ServiceName, string>>>;

/** Characters of a service's position; ours have less than 200. */
const LONGEST = 4000;

/** `product=<position>;inventory=<position>`: the id of an event in the stream that has all services. */
export function eventId(positions: Positions): string {
  return SERVICES.flatMap((service) => (positions[service] === undefined ? [] : [`${service}=${encodeURIComponent(positions[service])}`])).join(';');
}

/** The positions in an id; what cannot be read is left out. */
export function positionsIn(id: string): Positions {
  const entries = id.split(';').flatMap((part) => {
    const [name = '', value = ''] = part.split('=', 2);
    const service = SERVICES.find((known) => known === name);
    const position = value.length <= LONGEST && /^[\w.!~*'()%-]+$/.test(value) ? decoded(value) : undefined;
    // A position becomes a header of a request.
    return service === undefined || position === undefined || !/^[\x20-\x7e]+$/.test(position) ? [] : [[service, position] as const];
  });
  return Object.fromEntries(entries);
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}
