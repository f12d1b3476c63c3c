/** The kinds of orders in a mixed load; a plain load has `good` ones only. */
const ORDER_KINDS = ['good', 'hot', 'declined', 'cancelled', 'repeated', 'sold out'] as const;
export type OrderKind = (typeof ORDER_KINDS)[number];

/** One order before it is sent. */
export interface OrderRequest {
  readonly token: string;
  readonly body: string;
  /** Default: good. */
  readonly kind?: OrderKind;
  /** The buyer's current access token: an answer may take longer than `token` lives. */
  freshToken?(): string;
}

/** An endless sequence of orders for one shop. */
export interface Work {
  /** The URL of `POST /orders` at each replica of the service; orders go to them in turn. */
  readonly orderUrls: readonly string[];
  /** The nth order. Rejects if there is no token to send it with. */
  order(n: number): OrderRequest | Promise<OrderRequest>;
}

interface Post {
  readonly path: string;
  readonly host: string;
  readonly token: string;
  readonly key?: string;
  readonly body?: string;
}

/** A whole POST as it goes over the wire. */
export function postText({ path, host, token, key, body = '' }: Post): string {
  const once = key === undefined ? '' : `\r\nidempotency-key: ${key}`;
  const type = body === '' ? '' : '\r\ncontent-type: application/json';
  return `POST ${path} HTTP/1.1\r\nhost: ${host}\r\nauthorization: Bearer ${token}${once}${type}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

export function getText({ path, host, token }: { readonly path: string; readonly host: string; readonly token?: string | undefined }): string {
  return `GET ${path} HTTP/1.1\r\nhost: ${host}${token === undefined ? '' : `\r\nauthorization: Bearer ${token}`}\r\n\r\n`;
}

const ID_MARK = Buffer.from('"id":"');
const ID_LENGTH = 36;

/** The first id in a document, which is its own: parsing the rest would cost more than sending the order did. */
export function idIn(body: Buffer): string | undefined {
  const at = body.indexOf(ID_MARK);
  return at === -1 ? undefined : body.toString('latin1', at + ID_MARK.length, at + ID_MARK.length + ID_LENGTH);
}
