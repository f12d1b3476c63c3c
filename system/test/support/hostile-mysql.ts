import { createConnection } from 'mysql2/promise';
import { nativeMysql } from '../../src/tools/servers/native/native-servers.ts';
import { startNativeServer } from '../../src/tools/servers/native/native-server.ts';
import type { Server } from '../../src/tools/servers/server.ts';

/** What an operator may have set for all sessions, each as far as it goes from what is usual. */
const SETTINGS: Readonly<Record<string, string | number>> = {
  autocommit: 0,
  // Or CHAIN: both cannot be.
  completion_type: 'RELEASE',
  sql_safe_updates: 1,
  sql_select_limit: 1,
  sql_auto_is_null: 1,
  max_join_size: 1,
  max_execution_time: 1,
  max_sort_length: 4,
  range_optimizer_max_mem_size: 1,
  group_concat_max_len: 4,
  div_precision_increment: 0,
  foreign_key_checks: 0,
  unique_checks: 0,
  lock_wait_timeout: 1,
  innodb_lock_wait_timeout: 1,
  wait_timeout: 1,
  interactive_timeout: 1,
  net_read_timeout: 1,
  net_write_timeout: 1,
  transaction_isolation: 'SERIALIZABLE',
  transaction_read_only: 1,
  sql_mode: 'ANSI_QUOTES,IGNORE_SPACE,PIPES_AS_CONCAT,NO_BACKSLASH_ESCAPES,NO_UNSIGNED_SUBTRACTION,PAD_CHAR_TO_FULL_LENGTH',
  time_zone: '-11:00',
  default_storage_engine: 'MyISAM',
  default_tmp_storage_engine: 'MyISAM',
  sql_require_primary_key: 1,
  innodb_strict_mode: 0,
  explicit_defaults_for_timestamp: 0,
  character_set_server: 'utf32',
  collation_server: 'utf32_general_ci',
  // For all who are not root.
  init_connect: 'set names latin1, autocommit = 0',
  lc_messages: 'ja_JP',
  lc_time_names: 'ja_JP',
  big_tables: 1,
  old_alter_table: 1,
  sql_quote_show_create: 0,
  session_track_schema: 1,
  session_track_state_change: 1,
  session_track_system_variables: '*',
  session_track_transaction_info: 'CHARACTERISTICS',
  session_track_gtids: 'OWN_GTID',
  max_error_count: 0,
  explain_format: 'JSON',
  optimizer_switch: 'derived_merge=off,semijoin=off,materialization=off,index_merge=off,mrr=on,mrr_cost_based=off,batched_key_access=on',
};

/** A MySQL of its own with these settings for whoever connects from now on. */
export async function hostileMysql(): Promise<Server> {
  const server = await startNativeServer(nativeMysql(), (line) => void process.stderr.write(`${line}\n`));
  for (const [name, value] of Object.entries(SETTINGS)) await setGlobally(server, name, value);
  return server;
}

export async function setGlobally({ address }: Server, name: string, value: string | number): Promise<void> {
  const connection = await createConnection({ uri: address, connectTimeout: 10_000 });
  await connection.query(`set global ${name} = ?`, [value]);
  connection.destroy();
}
