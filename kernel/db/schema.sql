-- Made by test/migrations.test.ts; to be read and compared, never run.

create table access_keys (
  institution_id uuid not null,
  key_hash bytea not null,
  label text not null,
  roles text[] not null,
  application_id text,
  created_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  revoked_at timestamp with time zone,
  constraint access_keys_pkey PRIMARY KEY (institution_id, key_hash),
  constraint access_keys_institution_id_fkey FOREIGN KEY (institution_id) REFERENCES institutions(institution_id)
);
alter table access_keys enable row level security;
create policy own_institution on access_keys for all to khudi_kernel using ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting))) with check ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting)));
grant insert, select, update on access_keys to khudi_kernel;

create table accounts (
  institution_id uuid not null,
  account_id uuid not null,
  username text not null,
  roles text[] not null,
  password_hash text not null,
  language text not null,
  created_at timestamp with time zone not null,
  disabled_at timestamp with time zone,
  constraint accounts_pkey PRIMARY KEY (institution_id, account_id),
  constraint accounts_institution_id_username_key UNIQUE (institution_id, username),
  constraint accounts_institution_id_fkey FOREIGN KEY (institution_id) REFERENCES institutions(institution_id),
  constraint accounts_language_check CHECK ((language = ANY (ARRAY['en'::text, 'ur'::text]))),
  constraint accounts_username_check CHECK ((username ~ '^[a-z][a-z0-9._-]{1,62}$'::text))
);
alter table accounts enable row level security;
create policy own_institution on accounts for all to khudi_kernel using ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting))) with check ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting)));
grant insert, select, update on accounts to khudi_kernel;

create table ai_systems (
  institution_id uuid not null,
  registration_id uuid not null,
  application_id text not null,
  application_digest bytea not null,
  state text not null,
  registered_at timestamp with time zone not null,
  constraint ai_systems_pkey PRIMARY KEY (institution_id, registration_id),
  constraint ai_systems_institution_id_fkey FOREIGN KEY (institution_id) REFERENCES institutions(institution_id),
  constraint ai_systems_application_digest_check CHECK ((length(application_digest) = 32)),
  constraint ai_systems_state_check CHECK ((state = ANY (ARRAY['live'::text, 'stopped'::text])))
);
CREATE INDEX ai_systems_by_application ON ai_systems USING btree (institution_id, application_id, registration_id);
alter table ai_systems enable row level security;
create policy own_institution on ai_systems for all to khudi_kernel using ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting))) with check ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting)));
grant insert, select on ai_systems to khudi_kernel;

create table cases (
  institution_id uuid not null,
  case_id uuid not null,
  application_id text not null,
  reference text not null,
  state text not null,
  version integer not null,
  occurred_on date not null,
  payload json not null,
  payload_digest bytea not null,
  subject text,
  source text not null,
  review_role text,
  priority double precision,
  opened_at timestamp with time zone not null,
  changed_at timestamp with time zone not null,
  constraint cases_pkey PRIMARY KEY (institution_id, case_id),
  constraint cases_institution_id_application_id_reference_key UNIQUE (institution_id, application_id, reference),
  constraint cases_check CHECK (((state <> 'in_review'::text) OR ((review_role IS NOT NULL) AND (priority IS NOT NULL)))),
  constraint cases_reference_check CHECK (((length(reference) >= 1) AND (length(reference) <= 200))),
  constraint cases_source_check CHECK ((source = ANY (ARRAY['api'::text, 'import'::text, 'page'::text, 'sample'::text]))),
  constraint cases_state_check CHECK ((state = ANY (ARRAY['opened'::text, 'in_review'::text, 'decided'::text, 'closed'::text])))
);
CREATE INDEX cases_by_day ON cases USING btree (institution_id, application_id, occurred_on, case_id);
CREATE INDEX cases_queue ON cases USING btree (institution_id, ((- priority)), case_id) WHERE (state = 'in_review'::text);
alter table cases enable row level security;
create policy own_institution on cases for all to khudi_kernel using ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting))) with check ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting)));
grant insert, select, update on cases to khudi_kernel;

create table decisions (
  institution_id uuid not null,
  decision_id uuid not null,
  case_id uuid not null,
  application_id text not null,
  round integer not null,
  application_digest bytea not null,
  model_digest bytea,
  recommendation text,
  score double precision,
  reasons json not null,
  review text not null,
  review_role text,
  decided_at timestamp with time zone not null,
  constraint decisions_pkey PRIMARY KEY (institution_id, decision_id),
  constraint decisions_institution_id_case_id_round_key UNIQUE (institution_id, case_id, round),
  constraint decisions_institution_id_case_id_fkey FOREIGN KEY (institution_id, case_id) REFERENCES cases(institution_id, case_id),
  constraint decisions_check CHECK (((review = 'automatic'::text) = (review_role IS NULL))),
  constraint decisions_check1 CHECK (((review = 'unaided'::text) = (recommendation IS NULL))),
  constraint decisions_review_check CHECK ((review = ANY (ARRAY['automatic'::text, 'sampled'::text, 'required'::text, 'unaided'::text]))),
  constraint decisions_round_check CHECK ((round >= 1))
);
CREATE INDEX decisions_by_time ON decisions USING btree (institution_id, application_id, decision_id);
alter table decisions enable row level security;
create policy own_institution on decisions for all to khudi_kernel using ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting))) with check ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting)));
grant insert, select on decisions to khudi_kernel;

create table idempotency_keys (
  institution_id uuid not null,
  actor text not null,
  idempotency_key text not null,
  request_digest bytea not null,
  status integer not null,
  reply text not null,
  created_at timestamp with time zone not null,
  constraint idempotency_keys_pkey PRIMARY KEY (institution_id, actor, idempotency_key),
  constraint idempotency_keys_institution_id_fkey FOREIGN KEY (institution_id) REFERENCES institutions(institution_id),
  constraint idempotency_keys_idempotency_key_check CHECK (((length(idempotency_key) >= 1) AND (length(idempotency_key) <= 255)))
);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys USING btree (institution_id, created_at);
alter table idempotency_keys enable row level security;
create policy own_institution on idempotency_keys for all to khudi_kernel using ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting))) with check ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting)));
grant delete, insert, select, update on idempotency_keys to khudi_kernel;

create table import_refusals (
  institution_id uuid not null,
  import_id uuid not null,
  record bigint not null,
  line bigint not null,
  problems json not null,
  raw text not null,
  fields json,
  constraint import_refusals_pkey PRIMARY KEY (institution_id, import_id, record),
  constraint import_refusals_institution_id_import_id_fkey FOREIGN KEY (institution_id, import_id) REFERENCES imports(institution_id, import_id)
);
alter table import_refusals enable row level security;
create policy own_institution on import_refusals for all to khudi_kernel using ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting))) with check ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting)));
grant insert, select on import_refusals to khudi_kernel;

create table imports (
  institution_id uuid not null,
  import_id uuid not null,
  application_id text not null,
  source_name text not null,
  source_digest bytea not null,
  mapping_digest bytea not null,
  header json not null,
  delimiter text not null,
  state text not null,
  records bigint not null,
  opened bigint not null,
  unchanged bigint not null,
  refused bigint not null,
  outcomes bigint not null,
  started_at timestamp with time zone not null,
  finished_at timestamp with time zone,
  constraint imports_pkey PRIMARY KEY (institution_id, import_id),
  constraint imports_institution_id_application_id_source_digest_mapping_key UNIQUE (institution_id, application_id, source_digest, mapping_digest),
  constraint imports_institution_id_fkey FOREIGN KEY (institution_id) REFERENCES institutions(institution_id),
  constraint imports_check CHECK ((records = ((opened + unchanged) + refused))),
  constraint imports_state_check CHECK ((state = ANY (ARRAY['running'::text, 'finished'::text])))
);
alter table imports enable row level security;
create policy own_institution on imports for all to khudi_kernel using ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting))) with check ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting)));
grant insert, select, update on imports to khudi_kernel;

create table institutions (
  institution_id uuid not null,
  slug text not null,
  title_en text not null,
  title_ur text not null,
  created_at timestamp with time zone not null,
  constraint institutions_pkey PRIMARY KEY (institution_id),
  constraint institutions_slug_key UNIQUE (slug),
  constraint institutions_slug_check CHECK ((slug ~ '^[a-z][a-z0-9-]{1,62}$'::text))
);
alter table institutions enable row level security;
create policy institutions_are_known on institutions for select to khudi_kernel using (true);
create policy own_institution on institutions for insert to khudi_kernel with check ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting)));
grant insert, select on institutions to khudi_kernel;

create table job_schedules (
  institution_id uuid not null,
  schedule_id text not null,
  kind text not null,
  cron text not null,
  timezone text not null,
  next_run_at timestamp with time zone not null,
  constraint job_schedules_pkey PRIMARY KEY (institution_id, schedule_id),
  constraint job_schedules_institution_id_fkey FOREIGN KEY (institution_id) REFERENCES institutions(institution_id)
);
alter table job_schedules enable row level security;
create policy own_institution on job_schedules for all to khudi_kernel using ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting))) with check ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting)));
grant delete, insert, select, update on job_schedules to khudi_kernel;

create table jobs (
  institution_id uuid not null,
  job_id uuid not null,
  kind text not null,
  payload json not null,
  state text not null,
  unique_key text,
  run_at timestamp with time zone not null,
  attempts integer not null,
  max_attempts integer not null,
  leased_until timestamp with time zone,
  last_error text,
  created_at timestamp with time zone not null,
  finished_at timestamp with time zone,
  constraint jobs_pkey PRIMARY KEY (institution_id, job_id),
  constraint jobs_institution_id_fkey FOREIGN KEY (institution_id) REFERENCES institutions(institution_id),
  constraint jobs_max_attempts_check CHECK ((max_attempts >= 1)),
  constraint jobs_state_check CHECK ((state = ANY (ARRAY['queued'::text, 'running'::text, 'done'::text, 'dead'::text])))
);
CREATE INDEX jobs_dead ON jobs USING btree (institution_id, job_id) WHERE (state = 'dead'::text);
CREATE INDEX jobs_due ON jobs USING btree (institution_id, run_at, job_id) WHERE (state = ANY (ARRAY['queued'::text, 'running'::text]));
CREATE UNIQUE INDEX jobs_one_per_key ON jobs USING btree (institution_id, unique_key) WHERE ((unique_key IS NOT NULL) AND (state = ANY (ARRAY['queued'::text, 'running'::text])));
alter table jobs enable row level security;
create policy own_institution on jobs for all to khudi_kernel using ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting))) with check ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting)));
grant delete, insert, select, update on jobs to khudi_kernel;

create table log_entries (
  institution_id uuid not null,
  entry_id uuid not null,
  kind text not null,
  case_id uuid,
  record_id text not null,
  actor text not null,
  salt bytea not null,
  commitment bytea not null,
  recorded_at timestamp with time zone not null,
  constraint log_entries_pkey PRIMARY KEY (institution_id, entry_id),
  constraint log_entries_commitment_check CHECK ((length(commitment) = 32)),
  constraint log_entries_salt_check CHECK ((length(salt) = 16))
);
CREATE INDEX log_entries_by_case ON log_entries USING btree (institution_id, case_id) WHERE (case_id IS NOT NULL);
alter table log_entries enable row level security;
create policy own_institution on log_entries for all to khudi_kernel using ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting))) with check ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting)));
grant insert, select on log_entries to khudi_kernel;

create table models (
  institution_id uuid not null,
  model_digest bytea not null,
  application_id text not null,
  model_name text not null,
  engine text not null,
  state text not null,
  training json not null,
  created_at timestamp with time zone not null,
  promoted_at timestamp with time zone,
  constraint models_pkey PRIMARY KEY (institution_id, application_id, model_name, model_digest),
  constraint models_institution_id_fkey FOREIGN KEY (institution_id) REFERENCES institutions(institution_id),
  constraint models_model_digest_check CHECK ((length(model_digest) = 32)),
  constraint models_state_check CHECK ((state = ANY (ARRAY['draft'::text, 'live'::text, 'retired'::text])))
);
CREATE UNIQUE INDEX models_one_live ON models USING btree (institution_id, application_id, model_name) WHERE (state = 'live'::text);
alter table models enable row level security;
create policy own_institution on models for all to khudi_kernel using ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting))) with check ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting)));
grant insert, select, update on models to khudi_kernel;

create table outcomes (
  institution_id uuid not null,
  outcome_id uuid not null,
  case_id uuid not null,
  revision integer not null,
  payload json not null,
  payload_digest bytea not null,
  recorded_by text not null,
  recorded_at timestamp with time zone not null,
  constraint outcomes_pkey PRIMARY KEY (institution_id, outcome_id),
  constraint outcomes_institution_id_case_id_revision_key UNIQUE (institution_id, case_id, revision),
  constraint outcomes_institution_id_case_id_fkey FOREIGN KEY (institution_id, case_id) REFERENCES cases(institution_id, case_id),
  constraint outcomes_revision_check CHECK ((revision >= 1))
);
alter table outcomes enable row level security;
create policy own_institution on outcomes for all to khudi_kernel using ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting))) with check ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting)));
grant insert, select on outcomes to khudi_kernel;

create table reviews (
  institution_id uuid not null,
  review_id uuid not null,
  decision_id uuid not null,
  case_id uuid not null,
  account_id uuid not null,
  verdict text not null,
  recommendation text not null,
  reason text,
  reviewed_at timestamp with time zone not null,
  constraint reviews_pkey PRIMARY KEY (institution_id, review_id),
  constraint reviews_institution_id_decision_id_key UNIQUE (institution_id, decision_id),
  constraint reviews_institution_id_account_id_fkey FOREIGN KEY (institution_id, account_id) REFERENCES accounts(institution_id, account_id),
  constraint reviews_institution_id_decision_id_fkey FOREIGN KEY (institution_id, decision_id) REFERENCES decisions(institution_id, decision_id),
  constraint reviews_check CHECK (((verdict <> 'overridden'::text) OR (length(TRIM(BOTH FROM reason)) > 0))),
  constraint reviews_verdict_check CHECK ((verdict = ANY (ARRAY['agreed'::text, 'overridden'::text, 'decided'::text])))
);
alter table reviews enable row level security;
create policy own_institution on reviews for all to khudi_kernel using ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting))) with check ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting)));
grant insert, select on reviews to khudi_kernel;

create table sampling_keys (
  institution_id uuid not null,
  sampling_key bytea not null,
  constraint sampling_keys_pkey PRIMARY KEY (institution_id),
  constraint sampling_keys_institution_id_fkey FOREIGN KEY (institution_id) REFERENCES institutions(institution_id),
  constraint sampling_keys_sampling_key_check CHECK ((length(sampling_key) = 32))
);
alter table sampling_keys enable row level security;
create policy own_institution on sampling_keys for all to khudi_kernel using ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting))) with check ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting)));
grant insert, select on sampling_keys to khudi_kernel;

create table sessions (
  institution_id uuid not null,
  token_hash bytea not null,
  account_id uuid not null,
  created_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  constraint sessions_pkey PRIMARY KEY (institution_id, token_hash),
  constraint sessions_institution_id_account_id_fkey FOREIGN KEY (institution_id, account_id) REFERENCES accounts(institution_id, account_id),
  constraint sessions_institution_id_fkey FOREIGN KEY (institution_id) REFERENCES institutions(institution_id)
);
alter table sessions enable row level security;
create policy own_institution on sessions for all to khudi_kernel using ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting))) with check ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting)));
grant delete, insert, select, update on sessions to khudi_kernel;