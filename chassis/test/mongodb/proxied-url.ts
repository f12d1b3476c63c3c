import type { TcpProxy } from '../../src/testing/tcp-proxy.ts';

/** The same database through a proxy, alone: a driver that knows the replica set would go around it. */
export function proxiedUrl(url: string, { host, port }: TcpProxy): string {
  const [, user = '', database = '', query = ''] = /^mongodb:\/\/([^@/]*@)?[^/]+\/([^?]*)\??(.*)$/.exec(url) ?? [];
  const options = new URLSearchParams(query);
  options.delete('replicaSet');
  options.set('directConnection', 'true');
  options.set('monitorCommands', 'true');
  return `mongodb://${user}${host}:${port}/${database}?${options.toString()}`;
}

export function addressIn(url: string): { readonly host: string; readonly port: number } {
  const [, host = '', port = '27017'] = /^mongodb:\/\/(?:[^@/]*@)?([^:,/?]+):?(\d+)?/.exec(url) ?? [];
  return { host, port: Number(port) };
}
