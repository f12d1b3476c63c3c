import { type TcpProxy, tcpProxy } from './tcp-proxy.ts';

/**
 * A breakable network in front of one Kafka broker that is known to its clients as `address` (`host:port`). A broker tells
 * clients its address; the proxy replaces the port there by its own, so that they stay with the proxy.
 */
export function kafkaProxy(address: string): Promise<TcpProxy> {
  const [host = '', port = ''] = address.split(':');
  const told = placeOf(host, Number(port));
  return tcpProxy({
    host,
    port: Number(port),
    translate: (answer, proxyPort) => {
      for (let at = answer.indexOf(told); at !== -1; at = answer.indexOf(told, at + told.length)) {
        answer.writeInt32BE(proxyPort, at + told.length - 4);
      }
      return answer;
    },
  });
}

/** A broker's address in the protocol: a string with its length, then an int32. */
function placeOf(host: string, port: number): Buffer {
  const place = Buffer.alloc(2 + host.length + 4);
  place.writeInt16BE(host.length, 0);
  place.write(host, 2);
  place.writeInt32BE(port, 2 + host.length);
  return place;
}
