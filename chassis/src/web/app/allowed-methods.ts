interface Route {
  readonly method: string;
  readonly path: string;
}

/** Tells a path that does not exist (no method) from one that exists under other methods. Asked only when no route matched. */
export function allowedMethods(routes: readonly Route[]): (path: string) => readonly string[] {
  const patterns = routes.map(({ method, path }) => ({ method, segments: segmentsOf(path) }));
  return (path) => {
    const segments = segmentsOf(path);
    const methods = new Set<string>();
    for (const pattern of patterns) {
      if (!matches(pattern.segments, segments)) continue;
      methods.add(pattern.method);
      if (pattern.method === 'GET') methods.add('HEAD');
    }
    return [...methods].toSorted();
  };
}

/** A slash at the end makes no other path. */
function segmentsOf(path: string): readonly string[] {
  return (path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path).split('/').slice(1);
}

function matches(pattern: readonly string[], segments: readonly string[]): boolean {
  return (
    pattern.length === segments.length &&
    pattern.every((part, at) => (part.startsWith(':') ? segments[at] !== '' : part === segments[at]))
  );
}
