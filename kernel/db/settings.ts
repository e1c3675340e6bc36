/** The server's configuration files. They are ours and written at each start; an institution's own go into `custom.conf`. */
import { closeSync, existsSync, writeFileSync } from 'node:fs'
import { totalmem } from 'node:os'
import { join } from 'node:path'
import { type DataFolder, openInside } from './data-folder.ts'

const MEGABYTE = 1024 * 1024

export function writeSettings(place: DataFolder, socket: string, durable: boolean): void {
  const settings = [doors(socket), memory(), writing(durable), LOGGING, "include_if_exists = 'custom.conf'\n"]
  write(
    place,
    'postgresql.conf',
    `# Written at each start; put settings of your own into custom.conf.\n${settings.join('\n')}`,
  )
  // The socket's folder is the lock: only the server's user and root reach it. A role that connected cannot become
  // another, because `set role` asks for membership and `set session authorization` for a superuser.
  write(place, 'pg_hba.conf', '# Written at each start.\nlocal all all trust\n')
  if (!existsSync(join(place.data, 'custom.conf')))
    write(
      place,
      'custom.conf',
      '# Settings of your own, in the form of postgresql.conf. They win over those of Khudi.\n',
    )
}

function write(place: DataFolder, name: string, text: string): void {
  const file = openInside(place, name, 'replace')
  writeFileSync(file, text)
  closeSync(file)
}

function doors(socket: string): string {
  return `listen_addresses = ''
port = 5432
unix_socket_directories = '${socket.replaceAll("'", "''")}'
unix_socket_permissions = 0700
max_connections = 120
cluster_name = 'khudi'
timezone = 'UTC'
log_timezone = 'UTC'
lc_messages = 'C'
`
}

function memory(): string {
  const totalMb = totalmem() / MEGABYTE
  // An eighth, not PostgreSQL's advised quarter: models, engines and the file cache share the machine.
  const sharedMb = Math.round(Math.min(2048, Math.max(64, totalMb / 8)))
  return `shared_buffers = ${sharedMb}MB
effective_cache_size = ${Math.round(totalMb / 2)}MB
work_mem = 16MB
maintenance_work_mem = 128MB
random_page_cost = 1.1
jit = off
max_worker_processes = 4
max_parallel_workers_per_gather = 1
autovacuum_max_workers = 2
`
}

/** Replicas (`wal_level`) stay possible. Checkpoints are rare: each makes the next change of a page write the whole page. */
function writing(durable: boolean): string {
  const ifDurable = durable ? 'on' : 'off'
  return `wal_level = replica
max_wal_size = 2GB
min_wal_size = 256MB
checkpoint_timeout = 15min
fsync = ${ifDurable}
synchronous_commit = ${ifDurable}
full_page_writes = ${ifDurable}
`
}

/** Texts of statements and details of errors hold personal data: the server's log gets neither. */
const LOGGING = `log_min_messages = log
log_min_error_statement = panic
log_error_verbosity = terse
log_parameter_max_length = 0
log_checkpoints = off
`
