import { type TcpProxy, tcpProxy } from './tcp-proxy.ts';

export interface MongoProxy extends TcpProxy {
  /** URL of the same database through the proxy only: a driver that knew the replica set would go around it. */
  readonly url: string;
}

/** A breakable network in front of the first member that `url` names. */
export async function mongoProxy(url: string): Promise<MongoProxy> {
  const [, user = '', host = '', port = '27017', database = '', query = ''] =
    /^mongodb:\/\/([^@/]*@)?([^:,/?]+)(?::(\d+))?[^/]*\/([^?]*)\??(.*)$/.exec(url) ?? [];
  const options = new URLSearchParams(query);
  options.delete('replicaSet');
  options.set('directConnection', 'true');
  options.set('monitorCommands', 'true');
  const proxy = await tcpProxy({ host, port: Number(port) });
  return Object.assign(proxy, { url: `mongodb://${user}${proxy.host}:${proxy.port}/${database}?${options.toString()}` });
}
