interface Question {
  readonly method?: string;
  readonly token?: string | undefined;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

const LIMIT_MS = 15_000;
const READY_LIMIT_MS = 2000;

/** Sends one request and returns any answer, with status and headers. Default method: POST with a body, else GET. Rejects after 15 s. */
export async function ask(url: string, { body, method = body === undefined ? 'GET' : 'POST', token, headers }: Question = {}): Promise<Answer> {
  const response = await fetch(url, {
    method,
    signal: AbortSignal.timeout(LIMIT_MS),
    headers: {
      ...(body && { 'content-type': 'application/json' }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...headers,
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

/** Asks a service whether it is ready. Returns null if it is, else the service's answer or the network error. */
export async function askReady(url: string): Promise<string | null> {
  try {
    const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(READY_LIMIT_MS) });
    const answer = await response.text();
    return response.ok ? null : answer;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
