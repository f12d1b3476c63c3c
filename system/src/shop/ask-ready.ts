const LIMIT_MS = 2000;

/** Asks a service whether it is ready: null when it is, else what it or the network said. */
export async function askReady(url: string): Promise<string | null> {
  try {
    const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(LIMIT_MS) });
    const answer = await response.text();
    return response.ok ? null : answer;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
