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
  source text not null,
  review_role text,
  priority double precision,
  opened_at timestamp with time zone not null,
  changed_at timestamp with time zone not null,
  holder_id uuid,
  sealed bytea,
  constraint cases_pkey PRIMARY KEY (institution_id, case_id),
  constraint cases_institution_id_application_id_reference_key UNIQUE (institution_id, application_id, reference),
  constraint cases_check CHECK (((state <> 'in_review'::text) OR ((review_role IS NOT NULL) AND (priority IS NOT NULL)))),
  constraint cases_check1 CHECK (((sealed IS NULL) OR (holder_id IS NOT NULL))),
  constraint cases_reference_check CHECK (((length(reference) >= 1) AND (length(reference) <= 200))),
  constraint cases_source_check CHECK ((source = ANY (ARRAY['api'::text, 'import'::text, 'page'::text, 'sample'::text]))),
  constraint cases_state_check CHECK ((state = ANY (ARRAY['opened'::text, 'in_review'::text, 'decided'::text, 'closed'::text])))
);
CREATE INDEX cases_by_day ON cases USING btree (institution_id, application_id, occurred_on, case_id);
CREATE INDEX cases_by_holder ON cases USING btree (institution_id, holder_id) WHERE (holder_id IS NOT NULL);
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
  sealed bytea,
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
  reply text,
  created_at timestamp with time zone not null,
  case_id uuid,
  holder_id uuid,
  sealed bytea,
  constraint idempotency_keys_pkey PRIMARY KEY (institution_id, actor, idempotency_key),
  constraint idempotency_keys_institution_id_fkey FOREIGN KEY (institution_id) REFERENCES institutions(institution_id),
  constraint idempotency_keys_check CHECK (((reply IS NULL) = (sealed IS NOT NULL))),
  constraint idempotency_keys_check1 CHECK (((sealed IS NULL) = (holder_id IS NULL))),
  constraint idempotency_keys_check2 CHECK (((sealed IS NULL) = (case_id IS NULL))),
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
  sealed bytea not null,
  constraint import_refusals_pkey PRIMARY KEY (institution_id, import_id, record),
  constraint import_refusals_institution_id_import_id_fkey FOREIGN KEY (institution_id, import_id) REFERENCES imports(institution_id, import_id)
);
alter table import_refusals enable row level security;
create policy own_institution on import_refusals for all to khudi_kernel using ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting))) with check ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting)));
grant delete, insert, select on import_refusals to khudi_kernel;

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
  holder_id uuid,
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

create table log_all (
  institution_id uuid,
  entry_index bigint,
  entry_id uuid,
  kind text,
  case_id uuid,
  record_id text,
  actor text,
  said text,
  salt bytea,
  record_digest bytea,
  commitment bytea,
  recorded_at timestamp(3) with time zone
);
alter table log_all disable row level security;
grant select on log_all to khudi_kernel;

create table log_checkpoints (
  institution_id uuid not null,
  tree_size bigint not null,
  root_hash bytea not null,
  note text not null,
  signed_at timestamp with time zone not null,
  constraint log_checkpoints_pkey PRIMARY KEY (institution_id, tree_size),
  constraint log_checkpoints_root_hash_check CHECK ((length(root_hash) = 32)),
  constraint log_checkpoints_tree_size_check CHECK ((tree_size >= 0))
);
alter table log_checkpoints enable row level security;
create policy own_institution on log_checkpoints for all to khudi_kernel using ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting))) with check ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting)));
grant insert, select on log_checkpoints to khudi_kernel;

create table log_cosignatures (
  institution_id uuid not null,
  tree_size bigint not null,
  witness text not null,
  line text not null,
  cosigned_at timestamp with time zone not null,
  constraint log_cosignatures_pkey PRIMARY KEY (institution_id, tree_size, witness),
  constraint log_cosignatures_institution_id_tree_size_fkey FOREIGN KEY (institution_id, tree_size) REFERENCES log_checkpoints(institution_id, tree_size)
);
alter table log_cosignatures enable row level security;
create policy own_institution on log_cosignatures for all to khudi_kernel using ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting))) with check ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting)));
grant insert, select on log_cosignatures to khudi_kernel;

create table log_entries (
  institution_id uuid not null,
  entry_index bigint not null,
  entry_id uuid not null,
  kind text not null,
  case_id uuid,
  record_id text not null,
  actor text not null,
  said text not null,
  salt bytea not null,
  record_digest bytea not null,
  commitment bytea not null,
  recorded_at timestamp(3) with time zone not null,
  constraint log_entries_pkey PRIMARY KEY (institution_id, entry_index),
  constraint log_entries_entry_index_check CHECK ((entry_index >= 0))
);
CREATE INDEX log_entries_by_case ON log_entries USING btree (institution_id, case_id) WHERE (case_id IS NOT NULL);
alter table log_entries enable row level security;
create policy own_institution on log_entries for all to khudi_kernel using ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting))) with check ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting)));
grant select on log_entries to khudi_kernel;

create table log_keys (
  institution_id uuid not null,
  key_number integer not null,
  algorithm text not null,
  vkey text not null,
  handover text,
  created_at timestamp with time zone not null,
  retired_at timestamp with time zone,
  constraint log_keys_pkey PRIMARY KEY (institution_id, algorithm, key_number),
  constraint log_keys_institution_id_fkey FOREIGN KEY (institution_id) REFERENCES institutions(institution_id),
  constraint log_keys_algorithm_check CHECK ((algorithm = ANY (ARRAY['ed25519'::text, 'ml-dsa-44'::text]))),
  constraint log_keys_key_number_check CHECK ((key_number >= 1))
);
CREATE UNIQUE INDEX log_keys_one_in_use ON log_keys USING btree (institution_id, algorithm) WHERE (retired_at IS NULL);
alter table log_keys enable row level security;
create policy own_institution on log_keys for all to khudi_kernel using ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting))) with check ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting)));
grant insert, select, update on log_keys to khudi_kernel;

create table log_pending (
  institution_id uuid not null,
  entry_id uuid not null,
  kind text not null,
  case_id uuid,
  record_id text not null,
  actor text not null,
  said text not null,
  salt bytea not null,
  record_digest bytea not null,
  commitment bytea not null,
  recorded_at timestamp(3) with time zone not null,
  constraint log_pending_pkey PRIMARY KEY (institution_id, entry_id),
  constraint log_pending_commitment_check CHECK ((length(commitment) = 32)),
  constraint log_pending_record_digest_check CHECK ((length(record_digest) = 32)),
  constraint log_pending_salt_check CHECK ((length(salt) = 16))
);
alter table log_pending enable row level security;
create policy own_institution on log_pending for all to khudi_kernel using ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting))) with check ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting)));
grant insert, select on log_pending to khudi_kernel;

create table log_policies (
  institution_id uuid not null,
  policy_id uuid not null,
  policy text not null,
  set_at timestamp with time zone not null,
  constraint log_policies_pkey PRIMARY KEY (institution_id, policy_id),
  constraint log_policies_institution_id_fkey FOREIGN KEY (institution_id) REFERENCES institutions(institution_id)
);
alter table log_policies enable row level security;
create policy own_institution on log_policies for all to khudi_kernel using ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting))) with check ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting)));
grant insert, select on log_policies to khudi_kernel;

create table log_witnesses (
  institution_id uuid not null,
  url text not null,
  tree_size bigint not null,
  cosigned_at timestamp with time zone,
  failure text,
  detail text,
  failing_since timestamp with time zone,
  constraint log_witnesses_pkey PRIMARY KEY (institution_id, url),
  constraint log_witnesses_institution_id_fkey FOREIGN KEY (institution_id) REFERENCES institutions(institution_id),
  constraint log_witnesses_check CHECK (((failure IS NULL) = (failing_since IS NULL))),
  constraint log_witnesses_check1 CHECK (((failure IS NULL) = (detail IS NULL))),
  constraint log_witnesses_tree_size_check CHECK ((tree_size >= 0))
);
alter table log_witnesses enable row level security;
create policy own_institution on log_witnesses for all to khudi_kernel using ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting))) with check ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting)));
grant insert, select, update on log_witnesses to khudi_kernel;

create table logs (
  institution_id uuid not null,
  origin text not null,
  created_at timestamp with time zone not null,
  constraint logs_pkey PRIMARY KEY (institution_id),
  constraint logs_origin_key UNIQUE (origin),
  constraint logs_institution_id_fkey FOREIGN KEY (institution_id) REFERENCES institutions(institution_id),
  constraint logs_origin_check CHECK ((origin ~ '^[^\s+]+$'::text))
);
alter table logs enable row level security;
create policy own_institution on logs for all to khudi_kernel using ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting))) with check ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting)));
grant insert, select on logs to khudi_kernel;

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
  sealed bytea,
  constraint outcomes_pkey PRIMARY KEY (institution_id, outcome_id),
  constraint outcomes_institution_id_case_id_revision_key UNIQUE (institution_id, case_id, revision),
  constraint outcomes_institution_id_case_id_fkey FOREIGN KEY (institution_id, case_id) REFERENCES cases(institution_id, case_id),
  constraint outcomes_revision_check CHECK ((revision >= 1))
);
alter table outcomes enable row level security;
create policy own_institution on outcomes for all to khudi_kernel using ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting))) with check ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting)));
grant insert, select on outcomes to khudi_kernel;

create table reads (
  institution_id uuid not null,
  read_id uuid not null,
  holder_id uuid,
  case_id uuid,
  application_id text,
  cases bigint not null,
  role text not null,
  purpose text not null,
  read_at timestamp(3) with time zone not null,
  constraint reads_pkey PRIMARY KEY (institution_id, read_id),
  constraint reads_institution_id_fkey FOREIGN KEY (institution_id) REFERENCES institutions(institution_id),
  constraint reads_cases_check CHECK ((cases >= 0))
);
CREATE INDEX reads_by_holder ON reads USING btree (institution_id, holder_id, read_id) WHERE (holder_id IS NOT NULL);
CREATE INDEX reads_of_batches ON reads USING btree (institution_id, application_id, read_id) WHERE (holder_id IS NULL);
alter table reads enable row level security;
create policy own_institution on reads for all to khudi_kernel using ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting))) with check ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting)));
grant insert, select on reads to khudi_kernel;

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
  sealed bytea,
  constraint reviews_pkey PRIMARY KEY (institution_id, review_id),
  constraint reviews_institution_id_decision_id_key UNIQUE (institution_id, decision_id),
  constraint reviews_institution_id_account_id_fkey FOREIGN KEY (institution_id, account_id) REFERENCES accounts(institution_id, account_id),
  constraint reviews_institution_id_decision_id_fkey FOREIGN KEY (institution_id, decision_id) REFERENCES decisions(institution_id, decision_id),
  constraint reviews_check CHECK (((reason IS NULL) OR (sealed IS NULL))),
  constraint reviews_check1 CHECK (((verdict <> 'overridden'::text) OR (length(TRIM(BOTH FROM reason)) > 0) OR (sealed IS NOT NULL))),
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

create table vault_keys (
  institution_id uuid not null,
  holder_id uuid not null,
  blind_index bytea,
  wrapped_key bytea,
  wrapping_key integer,
  created_at timestamp with time zone not null,
  erased_at timestamp with time zone,
  erasure_ground text,
  constraint vault_keys_pkey PRIMARY KEY (institution_id, holder_id),
  constraint vault_keys_institution_id_blind_index_key UNIQUE (institution_id, blind_index),
  constraint vault_keys_institution_id_fkey FOREIGN KEY (institution_id) REFERENCES institutions(institution_id),
  constraint vault_keys_blind_index_check CHECK ((length(blind_index) = 32)),
  constraint vault_keys_check CHECK (((erased_at IS NULL) = (wrapped_key IS NOT NULL))),
  constraint vault_keys_check1 CHECK (((erased_at IS NULL) = (erasure_ground IS NULL))),
  constraint vault_keys_check2 CHECK (((wrapped_key IS NULL) = (wrapping_key IS NULL))),
  constraint vault_keys_check3 CHECK (((wrapped_key IS NULL) = (blind_index IS NULL))),
  constraint vault_keys_erasure_ground_check CHECK ((erasure_ground = ANY (ARRAY['request'::text, 'retention_passed'::text, 'unlawful'::text, 'order'::text]))),
  constraint vault_keys_wrapped_key_check CHECK ((length(wrapped_key) = 60))
);
CREATE INDEX vault_keys_by_wrapping_key ON vault_keys USING btree (institution_id, wrapping_key, holder_id) WHERE (wrapping_key IS NOT NULL);
alter table vault_keys enable row level security;
create policy own_institution on vault_keys for all to khudi_kernel using ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting))) with check ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting)));
grant insert, select, update on vault_keys to khudi_kernel;

create table witnessed_logs (
  institution_id uuid not null,
  origin text not null,
  vkeys text not null,
  tree_size bigint not null,
  root_hash bytea,
  checkpoint text,
  checkpoint_size bigint,
  added_at timestamp with time zone not null,
  cosigned_at timestamp with time zone,
  constraint witnessed_logs_pkey PRIMARY KEY (institution_id, origin),
  constraint witnessed_logs_institution_id_fkey FOREIGN KEY (institution_id) REFERENCES institutions(institution_id),
  constraint witnessed_logs_check CHECK ((checkpoint_size <= tree_size)),
  constraint witnessed_logs_check1 CHECK (((root_hash IS NULL) = (cosigned_at IS NULL))),
  constraint witnessed_logs_check2 CHECK (((root_hash IS NOT NULL) OR (tree_size = 0))),
  constraint witnessed_logs_check3 CHECK (((checkpoint IS NULL) = (checkpoint_size IS NULL))),
  constraint witnessed_logs_root_hash_check CHECK ((length(root_hash) = 32)),
  constraint witnessed_logs_tree_size_check CHECK ((tree_size >= 0))
);
alter table witnessed_logs enable row level security;
create policy own_institution on witnessed_logs for all to khudi_kernel using ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting))) with check ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting)));
grant insert, select, update on witnessed_logs to khudi_kernel;

create table witnesses (
  institution_id uuid not null,
  name text not null,
  vkeys text not null,
  enabled_at timestamp with time zone not null,
  constraint witnesses_pkey PRIMARY KEY (institution_id),
  constraint witnesses_name_key UNIQUE (name),
  constraint witnesses_institution_id_fkey FOREIGN KEY (institution_id) REFERENCES institutions(institution_id),
  constraint witnesses_name_check CHECK ((name ~ '^[^\s+]+$'::text))
);
alter table witnesses enable row level security;
create policy own_institution on witnesses for all to khudi_kernel using ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting))) with check ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting)));
grant insert, select on witnesses to khudi_kernel;

create table wrapping_keys (
  institution_id uuid not null,
  key_number integer not null,
  created_at timestamp with time zone not null,
  retired_at timestamp with time zone,
  destroyed_at timestamp with time zone,
  constraint wrapping_keys_pkey PRIMARY KEY (institution_id, key_number),
  constraint wrapping_keys_institution_id_fkey FOREIGN KEY (institution_id) REFERENCES institutions(institution_id),
  constraint wrapping_keys_key_number_check CHECK ((key_number >= 1))
);
CREATE UNIQUE INDEX wrapping_keys_one_in_use ON wrapping_keys USING btree (institution_id) WHERE (retired_at IS NULL);
alter table wrapping_keys enable row level security;
create policy own_institution on wrapping_keys for all to khudi_kernel using ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting))) with check ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting)));
grant insert, select, update on wrapping_keys to khudi_kernel;

CREATE OR REPLACE FUNCTION kernel.institutions_with_pending()
 RETURNS SETOF uuid
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  with recursive waiting (institution_id) as (
    (select institution_id from kernel.log_pending order by institution_id limit 1)
    union all
    select (
      select later.institution_id from kernel.log_pending later
      where later.institution_id > waiting.institution_id order by later.institution_id limit 1
    )
    from waiting where waiting.institution_id is not null
  )
  select institution_id from waiting where institution_id is not null
$function$;

CREATE OR REPLACE FUNCTION kernel.sequence_entries(most integer)
 RETURNS TABLE(entry_index bigint, commitment bytea)
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_seqscan TO 'off'
AS $function$
  with taken as (
    delete from kernel.log_pending
    where ctid = any (array(
      select ctid from kernel.log_pending
      where institution_id = current_setting('khudi.institution_id')::uuid
      order by entry_id limit most
    ))
    returning *
  )
  insert into kernel.log_entries as placed (institution_id, entry_index, entry_id, kind, case_id, record_id, actor, said, salt,
    record_digest, commitment, recorded_at)
  select institution_id,
    (
      select coalesce(max(last.entry_index) + 1, 0) from kernel.log_entries last
      where last.institution_id = current_setting('khudi.institution_id')::uuid
    ) + row_number() over (order by entry_id) - 1,
    entry_id, kind, case_id, record_id, actor, said, salt, record_digest, commitment, recorded_at
  from taken
  order by entry_id
  returning placed.entry_index, placed.commitment
$function$;