const LIMIT_MS = 2000;

/** Asks a service whether it is ready. Returns null if it is, else the service's answer or the network error. */
export async function askReady(url: string): Promise<string | null> {
  try {
    const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(LIMIT_MS) });
    const answer = await response.text();
    return response.ok ? null : answer;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
