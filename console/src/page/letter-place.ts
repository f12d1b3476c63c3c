import type { DeadLetterStatus } from '@souk/contracts/http/ops';
import { type ServiceName, SERVICES } from '@souk/contracts/services';

/** The part of the panel of dead letters that is open. `status` dead is not written. */
export interface LetterPlace {
  readonly status: DeadLetterStatus['status'];
  readonly service?: ServiceName;
  readonly group?: string;
  readonly letter?: { readonly id: string; readonly key: string };
}

/** Stands where the group of a letter is not known. */
export const NO_GROUP = '-';

const RESOLVED = ['redriven', 'discarded'] as const;

/** `order/<group>/<letter id>/<key of the message>`, each part percent-encoded; letters that are not dead have their status before it. */
export function letterItem({ status, service, group, letter }: LetterPlace): string | undefined {
  const parts = [...(status === 'dead' ? [] : [status]), service, group, letter?.id, letter?.key];
  const end = parts.indexOf(undefined);
  const item = (end === -1 ? parts : parts.slice(0, end)).map((part) => encodeURIComponent(part ?? '')).join('/');
  return item === '' ? undefined : item;
}

/** Reads what `letterItem` wrote; whatever else it is leads to the list of groups. */
export function readLetterItem(item: string | undefined): LetterPlace {
  const parts = (item ?? '').split('/').map(decoded);
  const status = RESOLVED.find((each) => each === parts[0]) ?? 'dead';
  const [first, group, id, key] = status === 'dead' ? parts : parts.slice(1);
  const service = SERVICES.find((each) => each === first);
  if (service === undefined) return { status };
  if (group === undefined || group === '') return { status, service };
  if (id === undefined || id === '') return { status, service, group };
  return { status, service, group, letter: { id, key: key ?? '' } };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return '';
  }
}
