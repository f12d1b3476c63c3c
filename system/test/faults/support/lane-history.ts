import { type Connection, createConnection, type RowDataPacket } from 'mysql2/promise';
import type { ServerAddresses } from '../../../src/shop/real/addresses.ts';

/** One transaction that wrote to a lane, in the order of commits: the lane's row is locked meanwhile. */
interface LaneWrite {
  readonly lane: string;
  readonly owner: string;
  readonly epoch: number;
}

export interface LaneHistory extends AsyncDisposable {
  writes(lane: string): Promise<readonly LaneWrite[]>;
}

/** Has MySQL itself note who writes to the lanes of this database from now on. */
export async function laneHistory(servers: ServerAddresses, databaseUrl: string): Promise<LaneHistory> {
  const root = new URL(servers.mysql);
  root.pathname = new URL(databaseUrl).pathname;
  const connection: Connection = await createConnection({ uri: root.href, connectTimeout: 5000 });
  await connection.query('create table if not exists lane_writes (id bigint auto_increment primary key, lane varchar(200), owner varchar(200), epoch bigint)');
  await connection.query('drop trigger if exists note_lane_write');
  await connection.query(
    'create trigger note_lane_write after update on lanes for each row insert into lane_writes (lane, owner, epoch) values (new.lane, new.owner, new.epoch)',
  );
  return {
    async writes(lane) {
      const [rows] = await connection.query<(RowDataPacket & LaneWrite)[]>('select lane, owner, epoch from lane_writes where lane = ? order by id', [lane]);
      return rows;
    },
    [Symbol.asyncDispose]: async () => connection.destroy(),
  };
}
