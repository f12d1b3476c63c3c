const LIMIT_MS = 5000;

/** The sum of a metric's series in what a service tells Prometheus. */
export async function metricOf(url: string, name: string): Promise<number> {
  const response = await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(LIMIT_MS) });
  const series = (await response.text()).split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
  if (series.length === 0) throw new Error(`${url} has no metric ${name}`);
  return series.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}
