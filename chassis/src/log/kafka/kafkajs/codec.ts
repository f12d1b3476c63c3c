import Broker, { type Exchange } from 'kafkajs/src/broker/index.js';
import { type FetchArguments, fetchRequest, isPlainProduce, type ProduceArguments, produceRequest } from './wire/requests.ts';
import { fetchResponse } from './wire/fetch-response.ts';

/**
 * Writes and reads records in one pass. kafkajs 2.2.4 does it byte by byte, with a buffer for every header and a BigInt for
 * every number, which took 40 % of a busy service's time. Every fetch answer of a broker of Kafka 2.3 or later is read here,
 * so that an unreadable batch stops its partition and not its reader; kafkajs still writes what is not plain (bytes,
 * compression, transactions). kafkajs is patched once per process when this file is imported.
 */
const PRODUCE_VERSIONS = { from: 3, to: 8 };
const FETCH_VERSION = 11;

const { produce, fetch } = Broker.prototype;

Broker.prototype.produce = function (this: Broker, asked: ProduceArguments): Promise<unknown> {
  return produce.call(exchanging(this, (exchange, args) => quickerProduce(exchange, args as ProduceArguments)), asked);
};

Broker.prototype.fetch = function (this: Broker, asked: FetchArguments): Promise<unknown> {
  return fetch.call(exchanging(this, (exchange, args) => quickerFetch(exchange, args as FetchArguments)), asked);
};

/** The same broker, with each exchange passed through `change` before its request is sent. */
function exchanging(broker: Broker, change: (exchange: Exchange, args: unknown) => Exchange): Broker {
  const lookupRequest: Broker['lookupRequest'] = (apiKey, definition) => {
    const exchangeOf = broker.lookupRequest(apiKey, definition);
    return (args) => change(exchangeOf(args), args);
  };
  return Object.create(broker, { lookupRequest: { value: lookupRequest } });
}

function quickerProduce({ request, response }: Exchange, args: ProduceArguments): Exchange {
  const { from, to } = PRODUCE_VERSIONS;
  if (request.apiVersion < from || request.apiVersion > to || !isPlainProduce(args)) return { request, response };
  return { request: { ...request, encode: async () => asEncoder(produceRequest(args, Date.now())) }, response };
}

function quickerFetch({ request, response }: Exchange, args: FetchArguments): Exchange {
  // An older broker.
  if (request.apiVersion !== FETCH_VERSION) return { request, response };
  return {
    request: { ...request, encode: async () => asEncoder(fetchRequest(args)) },
    response: { ...response, decode: async (bytes) => fetchResponse(bytes) },
  };
}

/** The properties that kafkajs reads of its own encoders. */
const asEncoder = (bytes: Buffer) => ({ buf: bytes, buffer: bytes });
