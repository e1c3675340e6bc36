/**
 * Restore: puts an archive into an empty database, all of it or nothing.
 *
 * The schemas are made as they were (the archive says at which migration), filled in one transaction that commits after
 * the last member has been checked, and then brought up to this program's migrations. A kill before the commit leaves an
 * empty database; after it, the next start applies the migrations.
 */
import { once } from 'node:events'
import pg from 'pg'
import { type CopyStreamQuery, from as copyFrom } from 'pg-copy-streams'
import type { Cluster } from '../db/cluster.ts'
import { type Migration, migrate, readMigrations } from '../db/migrate.ts'
import { type ApplicationMigrations, KERNEL_MIGRATIONS, prepareDatabase } from '../db/open.ts'
import { applicationSchema, KERNEL_SCHEMA, quote } from '../db/roles.ts'
import { Refusal } from '../errors.ts'
import { diskObjects } from '../objects/objects.ts'
import { damaged, type Head, type Member, readArchive, type SchemaHead } from './archive.ts'
import type { RowProgress } from './backup.ts'
import { copyOf, readSchemas } from './tables.ts'
