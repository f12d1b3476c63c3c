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
