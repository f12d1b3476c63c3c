import type { Socket } from 'bun';
import { answerReader, type AnswerReader, type HttpAnswer } from './answer-reader.ts';

/** The result of one request, as far as its sender can tell. */
export type Told =
  | { readonly kind: 'answered'; readonly answer: HttpAnswer }
  /** No byte of it was sent, so it was certainly not carried out. */
  | { readonly kind: 'unsent'; readonly why: string }
  /** It was sent, and may have been carried out. */
  | { readonly kind: 'unanswered'; readonly why: string };

export interface Connections {
  /** Sends a whole request at once, on a connection that it does not share until it is answered. */
  send(request: string, told: (told: Told) => void): void;
  /** Connections that are open or being opened. */
  readonly open: number;
  /** The most connections at one time. */
  readonly most: number;
  /** Requests that had to wait for a connection because the bound was reached. */
  readonly heldBack: number;
  close(): void;
}

export interface ConnectionOptions {
  readonly url: string;
  /** The most connections; further requests wait for one, and are counted. */
  readonly bound?: number;
  /** Time after which a request counts as unanswered; its connection stays open, so that nothing is cut off on the other side. */
  readonly answerLimitMs?: number;
}

/** Below the limit of open files that a process has on most machines. */
export const CONNECTION_BOUND = 16_000;
const ANSWER_LIMIT_MS = 120_000;
const LOOK_EVERY_MS = 1000;

interface Exchange {
  readonly request: string;
  readonly told: (told: Told) => void;
  readonly since: number;
}

interface Line {
  socket: Socket<Line> | undefined;
  exchange: Exchange | undefined;
  /** Bytes of the request that the kernel has not taken yet. */
  rest: Buffer | undefined;
  readonly reader: AnswerReader;
}

/**
 * Keep-alive connections to one service, one for each request that waits for its answer: a client with fewer would queue requests
 * inside itself, and measure its own queue.
 */
export function connections({ url, bound = CONNECTION_BOUND, answerLimitMs = ANSWER_LIMIT_MS }: ConnectionOptions): Connections {
  const { hostname, port } = new URL(url);
  const idle: Line[] = [];
  const lines = new Set<Line>();
  const held: Exchange[] = [];
  let most = 0;
  let heldBack = 0;
  let isClosed = false;

  function finish(line: Line, told: Told): void {
    const { exchange } = line;
    line.exchange = undefined;
    line.rest = undefined;
    exchange?.told(told);
  }

  function newLine(exchange: Exchange): void {
    const line: Line = { socket: undefined, exchange, rest: undefined, reader: answerReader((answer) => answered(line, answer)) };
    lines.add(line);
    most = Math.max(most, lines.size);
    Bun.connect<Line>({ hostname, port: Number(port), data: line, socket: handlers }).catch((error: unknown) => {
      unsent(line, error instanceof Error && 'code' in error ? String(error.code) : String(error));
    });
  }

  function unsent(line: Line, why: string): void {
    if (!lines.delete(line)) return;
    finish(line, { kind: 'unsent', why });
    next();
  }

  function write(line: Line, socket: Socket<Line>, exchange: Exchange): void {
    const { request } = exchange;
    const taken = Math.max(0, socket.write(request));
    line.rest = taken < Buffer.byteLength(request) ? Buffer.from(request).subarray(taken) : undefined;
  }

  function answered(line: Line, answer: HttpAnswer): void {
    // An answer that comes unasked, such as a 408 on an idle connection, belongs to no request.
    const { exchange } = line;
    finish(line, { kind: 'answered', answer });
    if (answer.closes || exchange === undefined) return over(line);
    const waiting = held.shift();
    if (waiting === undefined) idle.push(line);
    else use(line, waiting);
  }

  function use(line: Line, exchange: Exchange): void {
    line.exchange = exchange;
    if (line.socket !== undefined) write(line, line.socket, exchange);
  }

  function next(): void {
    if (held.length === 0 || lines.size >= bound) return;
    const waiting = held.shift();
    if (waiting !== undefined) newLine(waiting);
  }

  function over(line: Line): void {
    if (!lines.delete(line)) return;
    const at = idle.indexOf(line);
    if (at !== -1) idle.splice(at, 1);
    finish(line, { kind: 'unanswered', why: 'the connection ended' });
    line.socket?.end();
    next();
  }

  const handlers = {
    open(socket: Socket<Line>) {
      const line = socket.data;
      line.socket = socket;
      if (isClosed) socket.terminate();
      else if (line.exchange !== undefined) write(line, socket, line.exchange);
    },
    data(socket: Socket<Line>, bytes: Buffer) {
      try {
        socket.data.reader.push(bytes);
      } catch {
        // Counted as unanswered: the order may exist all the same.
        over(socket.data);
      }
    },
    drain(socket: Socket<Line>) {
      const line = socket.data;
      if (line.rest === undefined) return;
      const taken = Math.max(0, socket.write(line.rest));
      line.rest = taken < line.rest.byteLength ? line.rest.subarray(taken) : undefined;
    },
    close(socket: Socket<Line>) {
      socket.data.reader.end();
      over(socket.data);
    },
    error(socket: Socket<Line>) {
      over(socket.data);
    },
  };

  const looking = setInterval(() => {
    const limit = performance.now() - answerLimitMs;
    for (const line of lines) {
      if (line.exchange === undefined || line.exchange.since > limit) continue;
      if (line.socket === undefined) unsent(line, 'no connection in time');
      else finish(line, { kind: 'unanswered', why: 'no answer in time' });
    }
    while ((held[0]?.since ?? Number.POSITIVE_INFINITY) <= limit) held.shift()?.told({ kind: 'unsent', why: 'no connection in time' });
  }, LOOK_EVERY_MS);
  looking.unref();

  return {
    send(request, told) {
      const exchange = { request, told, since: performance.now() };
      const free = idle.pop();
      if (free !== undefined) return use(free, exchange);
      if (lines.size < bound) return newLine(exchange);
      heldBack += 1;
      held.push(exchange);
    },
    get open() {
      return lines.size;
    },
    get most() {
      return most;
    },
    get heldBack() {
      return heldBack;
    },
    close() {
      isClosed = true;
      clearInterval(looking);
      for (const line of lines) line.socket?.terminate();
    },
  };
}

/** Sends requests to the given services in turn. */
export function inTurn(all: readonly Connections[]): Connections {
  const sum = (of: (one: Connections) => number) => all.reduce((total, one) => total + of(one), 0);
  let next = 0;
  return {
    send(request, told) {
      all[next++ % all.length]?.send(request, told);
    },
    get open() {
      return sum(({ open }) => open);
    },
    get most() {
      return sum(({ most }) => most);
    },
    get heldBack() {
      return sum(({ heldBack }) => heldBack);
    },
    close: () => all.forEach((one) => one.close()),
  };
}
