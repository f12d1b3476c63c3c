interface Route {
  readonly method: string;
  readonly path: string;
}

/** Returns the methods of a path: none if no route has this path, else those under which it exists. Called only when no route matched. */
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

/** A trailing slash does not make another path. */
function segmentsOf(path: string): readonly string[] {
  return (path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path).split('/').slice(1);
}

function matches(pattern: readonly string[], segments: readonly string[]): boolean {
  return (
    pattern.length === segments.length &&
    pattern.every((part, at) => (part.startsWith(':') ? segments[at] !== '' : part === segments[at]))
  );
}
