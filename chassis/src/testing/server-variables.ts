/**
 * Environment variables of the real servers that suites run against. `npm test -- --real` starts them and sets these; a
 * developer may point them anywhere where databases and topics may be made and dropped.
 */
export const SERVER_VARIABLES = {
  /** `mysql://root:…@host:port`: a user that may create databases and users */
  MySQL: 'SOUK_TEST_MYSQL',
  /** `mongodb://root:…@host:port/?…`: the same for a replica set */
  MongoDB: 'SOUK_TEST_MONGODB',
  /** `host:port,host:port` */
  Kafka: 'SOUK_TEST_KAFKA',
} as const;

export type RealServer = keyof typeof SERVER_VARIABLES;
