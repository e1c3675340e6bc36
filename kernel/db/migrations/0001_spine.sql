-- compatible
-- The record of decisions. Every primary key begins with institution_id: it is the row-level-security key and would be
-- the distribution column on a distributed PostgreSQL. The migration runner has made the role khudi_kernel beforehand.

create table institutions (
  institution_id uuid primary key,
  slug text not null unique check (slug ~ '^[a-z][a-z0-9-]{1,62}$'),
  title_en text not null,
  title_ur text not null,
  created_at timestamptz not null
);

-- Secret of the draw that sends a sample of automatic decisions to an officer. A table of its own, because the names of
-- institutions are everybody's to read.
create table sampling_keys (
  institution_id uuid primary key references institutions,
  sampling_key bytea not null check (length(sampling_key) = 32)
);

create table accounts (
  institution_id uuid not null references institutions,
  account_id uuid not null,
  username text not null check (username ~ '^[a-z][a-z0-9._-]{1,62}$'),
  roles text[] not null,
  -- PHC string of Argon2id (RFC 9106).
  password_hash text not null,
  language text not null check (language in ('en', 'ur')),
  created_at timestamptz not null,
  disabled_at timestamptz,
  primary key (institution_id, account_id),
  unique (institution_id, username)
);

create table sessions (
  institution_id uuid not null references institutions,
  -- SHA-256 of the token; the token itself is only in the browser's cookie.
  token_hash bytea not null,
  account_id uuid not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  primary key (institution_id, token_hash),
  foreign key (institution_id, account_id) references accounts
);

create table access_keys (
  institution_id uuid not null references institutions,
  key_hash bytea not null,
  label text not null,
  roles text[] not null,
  application_id text,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  revoked_at timestamptz,
  primary key (institution_id, key_hash)
);

-- Every registration of an application; the last one is in force.
create table ai_systems (
  institution_id uuid not null references institutions,
  registration_id uuid not null,
  application_id text not null,
  -- Digest of the application's folder as registered; other code of the same name does not run.
  application_digest bytea not null check (length(application_digest) = 32),
  state text not null check (state in ('live', 'stopped')),
  registered_at timestamptz not null,
  primary key (institution_id, registration_id)
);
create index ai_systems_by_application on ai_systems (institution_id, application_id, registration_id);

create table models (
  institution_id uuid not null references institutions,
  model_digest bytea not null check (length(model_digest) = 32),
  application_id text not null,
  model_name text not null,
  engine text not null,
  state text not null check (state in ('draft', 'live', 'retired')),
  training json not null,
  created_at timestamptz not null,
  promoted_at timestamptz,
  primary key (institution_id, application_id, model_name, model_digest)
);
create unique index models_one_live on models (institution_id, application_id, model_name) where state = 'live';

create table cases (
  institution_id uuid not null,
  case_id uuid not null,
  application_id text not null,
  -- The institution's own number for what is to be decided; makes intake idempotent.
  reference text not null check (length(reference) between 1 and 200),
  state text not null check (state in ('opened', 'in_review', 'decided', 'closed')),
  version integer not null,
  occurred_on date not null,
  payload json not null,
  payload_digest bytea not null,
  subject text,
  source text not null check (source in ('api', 'import', 'page', 'sample')),
  -- Where an officer must decide: the role that may, and the order of the queue (higher first).
  review_role text,
  priority double precision,
  opened_at timestamptz not null,
  changed_at timestamptz not null,
  primary key (institution_id, case_id),
  unique (institution_id, application_id, reference),
  check (state <> 'in_review' or (review_role is not null and priority is not null))
);
create index cases_by_day on cases (institution_id, application_id, occurred_on, case_id);
create index cases_queue on cases (institution_id, (-priority), case_id) where state = 'in_review';

create table decisions (
  institution_id uuid not null,
  decision_id uuid not null,
  case_id uuid not null,
  application_id text not null,
  -- 1 for the first decision on a case; a decision taken again after an appeal counts up.
  round integer not null check (round >= 1),
  application_digest bytea not null,
  -- Null where no model took part: the application's rules alone, or a model that failed.
  model_digest bytea,
  -- Null where the model failed and an officer decides unaided.
  recommendation text,
  score double precision,
  reasons json not null,
  review text not null check (review in ('automatic', 'sampled', 'required', 'unaided')),
  review_role text,
  decided_at timestamptz not null,
  primary key (institution_id, decision_id),
  unique (institution_id, case_id, round),
  foreign key (institution_id, case_id) references cases,
  check ((review = 'automatic') = (review_role is null)),
  check ((review = 'unaided') = (recommendation is null))
);
create index decisions_by_time on decisions (institution_id, application_id, decision_id);

create table reviews (
  institution_id uuid not null,
  review_id uuid not null,
  decision_id uuid not null,
  case_id uuid not null,
  account_id uuid not null,
  verdict text not null check (verdict in ('agreed', 'overridden', 'decided')),
  recommendation text not null,
  reason text,
  reviewed_at timestamptz not null,
  primary key (institution_id, review_id),
  unique (institution_id, decision_id),
  foreign key (institution_id, decision_id) references decisions,
  foreign key (institution_id, account_id) references accounts,
  -- Whoever disagrees says why.
  check (verdict <> 'overridden' or length(trim(reason)) > 0)
);

create table outcomes (
  institution_id uuid not null,
  outcome_id uuid not null,
  case_id uuid not null,
  -- A correction is a further revision; none is overwritten.
  revision integer not null check (revision >= 1),
  payload json not null,
  payload_digest bytea not null,
  recorded_by text not null,
  recorded_at timestamptz not null,
  primary key (institution_id, outcome_id),
  unique (institution_id, case_id, revision),
  foreign key (institution_id, case_id) references cases
);

create table log_entries (
  institution_id uuid not null,
  entry_id uuid not null,
  kind text not null,
  case_id uuid,
  -- Identifier of the recorded row in its own table.
  record_id text not null,
  actor text not null,
  salt bytea not null check (length(salt) = 16),
  -- SHA-256(salt || kind || 0x0A || canonical JSON of the record).
  commitment bytea not null check (length(commitment) = 32),
  recorded_at timestamptz not null,
  primary key (institution_id, entry_id)
);
create index log_entries_by_case on log_entries (institution_id, case_id) where case_id is not null;

create table jobs (
  institution_id uuid not null references institutions,
  job_id uuid not null,
  kind text not null,
  payload json not null,
  state text not null check (state in ('queued', 'running', 'done', 'dead')),
  -- At most one queued or running job may hold a key.
  unique_key text,
  run_at timestamptz not null,
  attempts integer not null,
  max_attempts integer not null check (max_attempts >= 1),
  -- A running job whose lease ran out belongs to whoever takes it next.
  leased_until timestamptz,
  last_error text,
  created_at timestamptz not null,
  finished_at timestamptz,
  primary key (institution_id, job_id)
);
create unique index jobs_one_per_key on jobs (institution_id, unique_key) where unique_key is not null and state in ('queued', 'running');
create index jobs_due on jobs (institution_id, run_at, job_id) where state in ('queued', 'running');
create index jobs_dead on jobs (institution_id, job_id) where state = 'dead';

create table job_schedules (
  institution_id uuid not null references institutions,
  schedule_id text not null,
  kind text not null,
  cron text not null,
  timezone text not null,
  next_run_at timestamptz not null,
  primary key (institution_id, schedule_id)
);

create table imports (
  institution_id uuid not null references institutions,
  import_id uuid not null,
  application_id text not null,
  source_name text not null,
  source_digest bytea not null,
  mapping_digest bytea not null,
  -- Columns and delimiter of the file, for the file of refused rows.
  header json not null,
  delimiter text not null,
  state text not null check (state in ('running', 'finished')),
  -- Records of the file whose effect is committed; a resumed run skips them.
  records bigint not null,
  opened bigint not null,
  unchanged bigint not null,
  refused bigint not null,
  outcomes bigint not null,
  started_at timestamptz not null,
  finished_at timestamptz,
  primary key (institution_id, import_id),
  unique (institution_id, application_id, source_digest, mapping_digest),
  check (records = opened + unchanged + refused)
);

create table import_refusals (
  institution_id uuid not null,
  import_id uuid not null,
  record bigint not null,
  line bigint not null,
  problems json not null,
  raw text not null,
  -- Values by column; null where they could not be told apart.
  fields json,
  primary key (institution_id, import_id, record),
  foreign key (institution_id, import_id) references imports
);

create table idempotency_keys (
  institution_id uuid not null references institutions,
  actor text not null,
  idempotency_key text not null check (length(idempotency_key) between 1 and 255),
  request_digest bytea not null,
  status integer not null,
  reply text not null,
  created_at timestamptz not null,
  primary key (institution_id, actor, idempotency_key)
);
create index idempotency_keys_by_age on idempotency_keys (institution_id, created_at);

-- Names of institutions are public; all else is visible inside one institution only. An unset setting is an error, so a
-- forgotten institution fails closed.
grant select, insert on institutions to khudi_kernel;
alter table institutions enable row level security;
create policy institutions_are_known on institutions for select to khudi_kernel using (true);
create policy own_institution on institutions for insert to khudi_kernel
  with check (institution_id = (select current_setting('khudi.institution_id')::uuid));

do $$
declare
  one text;
begin
  foreach one in array array[
    'sampling_keys', 'accounts', 'sessions', 'access_keys', 'ai_systems', 'models', 'cases', 'decisions', 'reviews', 'outcomes',
    'log_entries', 'jobs', 'job_schedules', 'imports', 'import_refusals', 'idempotency_keys'
  ] loop
    execute format('alter table %I enable row level security', one);
    execute format(
      'create policy own_institution on %I to khudi_kernel
         using (institution_id = (select current_setting(''khudi.institution_id'')::uuid))
         with check (institution_id = (select current_setting(''khudi.institution_id'')::uuid))', one);
  end loop;
end
$$;

-- What is recorded is only ever added to.
grant select, insert on sampling_keys, ai_systems, decisions, reviews, outcomes, log_entries, import_refusals to khudi_kernel;
grant select, insert, update on accounts, access_keys, models, cases, imports to khudi_kernel;
grant select, insert, update, delete on sessions, jobs, job_schedules, idempotency_keys to khudi_kernel;
