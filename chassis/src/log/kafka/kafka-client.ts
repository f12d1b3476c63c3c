import { connect, isIP, type Socket } from 'node:net';
import { connect as connectEncrypted } from 'node:tls';
import { type ISocketFactory, Kafka, type KafkaConfig, logLevel, type RetryOptions } from 'kafkajs';
import './kafkajs/codec.ts';
import './kafkajs/corrections.ts';
import type { KafkaAddress, KafkaSecurity } from './kafka-address.ts';

/** Milliseconds until a request without an answer counts as lost, and its connection with it. */
export const REQUEST_LIMIT_MS = 4000;
const CONNECT_LIMIT_MS = 2000;
const KEEP_ALIVE_MS = 15_000;

/** One retry, for a leader that has moved; further retries are up to the caller, who knows what is waiting. */
export const ONE_RETRY: RetryOptions = { initialRetryTime: 100, maxRetryTime: 300, retries: 1 };

const OPEN: KafkaSecurity = { tls: false };

export interface KafkaClient {
  readonly kafka: Kafka;
  /** Closes all connections, because one of them does not answer; kafkajs opens new ones. */
  cut(): void;
  /** Closes all connections for good: any further attempt of kafkajs fails at once and ends. */
  abandon(): void;
}

/** The TLS server name. A broker known only by its IP address gets none, and its certificate has the address. */
function serverNameOf(host: string): { readonly servername?: string } {
  return isIP(host) === 0 ? { servername: host } : {};
}

/**
 * A kafkajs client whose sockets can be closed from outside: kafkajs would go on using a connection that no longer
 * answers, and has no time limit for an orderly end.
 */
export function kafkaClient({ brokers, clientId, security = OPEN }: KafkaAddress, retry = ONE_RETRY): KafkaClient {
  const sockets = new Set<Socket>();
  let abandoned = false;

  const socketFactory: ISocketFactory = ({ host, port, onConnect }) => {
    if (abandoned) throw new Error('this client is closed');
    const socket = security.tls
      ? connectEncrypted({ host, port, ...serverNameOf(host) }, onConnect)
      : connect({ host, port }, onConnect);
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    socket.setNoDelay(true);
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    return socket;
  };

  function cut(): void {
    for (const socket of sockets) socket.destroy(new Error('the connection was cut: no answer'));
  }

  const kafka = new Kafka({
    // An empty list makes kafkajs stop trying.
    brokers: () => (abandoned ? [] : [...brokers]),
    clientId,
    ssl: security.tls,
    ...(security.sasl && { sasl: security.sasl as NonNullable<KafkaConfig['sasl']> }),
    authenticationTimeout: REQUEST_LIMIT_MS,
    socketFactory,
    connectionTimeout: CONNECT_LIMIT_MS,
    requestTimeout: REQUEST_LIMIT_MS,
    retry,
    // Errors that matter come as a rejection or an event; kafkajs' log also has errors for a first group and for every rebalance.
    logLevel: logLevel.NOTHING,
  });

  return {
    kafka,
    cut,
    abandon: () => {
      abandoned = true;
      cut();
    },
  };
}
