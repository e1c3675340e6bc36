-- Made by test/migrations.test.ts; to be read and compared, never run.

create table access_key_uses (
  institution_id uuid not null,
  key_hash bytea not null,
  used_at timestamp with time zone not null,
  constraint access_key_uses_pkey PRIMARY KEY (institution_id, key_hash),
  constraint access_key_uses_institution_id_fkey FOREIGN KEY (institution_id) REFERENCES institutions(institution_id),
  constraint access_key_uses_institution_id_key_hash_fkey FOREIGN KEY (institution_id, key_hash) REFERENCES access_keys(institution_id, key_hash)
);
alter table access_key_uses enable row level security;
create policy own_institution on access_key_uses for all to khudi_kernel using ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting))) with check ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting)));
grant insert, select, update on access_key_uses to khudi_kernel;

create table access_keys (
  institution_id uuid not null,
  key_hash bytea not null,
  label text not null,
  roles text[] not null,
  application_id text,
  created_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  revoked_at timestamp with time zone,
  purposes text[],
  addresses text[],
  constraint access_keys_pkey PRIMARY KEY (institution_id, key_hash),
  constraint access_keys_institution_id_fkey FOREIGN KEY (institution_id) REFERENCES institutions(institution_id),
  constraint access_keys_addresses_check CHECK ((cardinality(addresses) > 0)),
  constraint access_keys_purposes_check CHECK ((cardinality(purposes) > 0))
);
alter table access_keys enable row level security;
create policy own_institution on access_keys for all to khudi_kernel using ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting))) with check ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting)));
grant insert, select, update on access_keys to khudi_kernel;

create table account_grants (
  institution_id uuid not null,
  grant_id uuid not null,
  account_id uuid not null,
  role text not null,
  unit_id uuid,
  given_at timestamp(3) with time zone not null,
  revoked_at timestamp(3) with time zone,
  constraint account_grants_pkey PRIMARY KEY (institution_id, grant_id),
  constraint account_grants_institution_id_account_id_fkey FOREIGN KEY (institution_id, account_id) REFERENCES accounts(institution_id, account_id),
  constraint account_grants_institution_id_fkey FOREIGN KEY (institution_id) REFERENCES institutions(institution_id),
  constraint account_grants_institution_id_unit_id_fkey FOREIGN KEY (institution_id, unit_id) REFERENCES units(institution_id, unit_id)
);
CREATE UNIQUE INDEX account_grants_in_force ON account_grants USING btree (institution_id, account_id, role, unit_id) NULLS NOT DISTINCT WHERE (revoked_at IS NULL);
alter table account_grants enable row level security;
create policy own_institution on account_grants for all to khudi_kernel using ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting))) with check ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting)));
grant insert, select on account_grants to khudi_kernel;

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
  legal_basis_kind text,
  legal_basis_en text,
  legal_basis_ur text,
  legal_basis_section text,
  constraint ai_systems_pkey PRIMARY KEY (institution_id, registration_id),
  constraint ai_systems_institution_id_fkey FOREIGN KEY (institution_id) REFERENCES institutions(institution_id),
  constraint ai_systems_application_digest_check CHECK ((length(application_digest) = 32)),
  constraint ai_systems_check CHECK (((legal_basis_kind IS NULL) = (legal_basis_en IS NULL))),
  constraint ai_systems_check1 CHECK (((legal_basis_kind IS NULL) = (legal_basis_ur IS NULL))),
  constraint ai_systems_check2 CHECK (((legal_basis_kind IS NULL) = (legal_basis_section IS NULL))),
  constraint ai_systems_legal_basis_kind_check CHECK ((legal_basis_kind = ANY (ARRAY['law'::text, 'consent'::text, 'contract'::text, 'public_task'::text, 'vital_interest'::text]))),
  constraint ai_systems_state_check CHECK ((state = ANY (ARRAY['live'::text, 'stopped'::text])))
);
CREATE INDEX ai_systems_by_application ON ai_systems USING btree (institution_id, application_id, registration_id);
alter table ai_systems enable row level security;
create policy own_institution on ai_systems for all to khudi_kernel using ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting))) with check ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting)));
grant insert, select on ai_systems to khudi_kernel;

create table backends (
  institution_id uuid not null,
  backend_id text not null,
  version integer not null,
  change text not null,
  kind text not null,
  title_en text not null,
  title_ur text not null,
  scheme text,
  host text,
  port integer,
  addresses text[] not null,
  classifications text[] not null,
  location text not null,
  operator_law text not null,
  owner_law text not null,
  key_holder text not null,
  evidence text not null,
  evidence_digest bytea,
  expires_at timestamp(3) with time zone,
  is_built_in boolean not null,
  changed_at timestamp(3) with time zone not null,
  constraint backends_pkey PRIMARY KEY (institution_id, backend_id, version),
  constraint backends_institution_id_fkey FOREIGN KEY (institution_id) REFERENCES institutions(institution_id),
  constraint backends_backend_id_check CHECK ((backend_id ~ '^[a-z][a-z0-9-]{0,62}$'::text)),
  constraint backends_change_check CHECK ((change = ANY (ARRAY['registered'::text, 'amended'::text, 'withdrawn'::text]))),
  constraint backends_check CHECK ((is_built_in OR (expires_at IS NOT NULL))),
  constraint backends_check1 CHECK ((((scheme IS NULL) = (host IS NULL)) AND ((scheme IS NULL) = (port IS NULL)))),
  constraint backends_classifications_check CHECK ((classifications <@ ARRAY['open'::text, 'official'::text, 'personal'::text, 'sensitive'::text])),
  constraint backends_evidence_check CHECK ((length(evidence) > 0)),
  constraint backends_evidence_digest_check CHECK ((length(evidence_digest) = 32)),
  constraint backends_kind_check CHECK ((kind = ANY (ARRAY['database'::text, 'objects'::text, 'model_runtime'::text, 'mail'::text, 'sms'::text, 'time'::text, 'identity'::text, 'witness'::text]))),
  constraint backends_port_check CHECK (((port >= 1) AND (port <= 65535))),
  constraint backends_scheme_check CHECK ((scheme = ANY (ARRAY['https'::text, 'http'::text, 'postgresql'::text, 'smtps'::text, 'ntp'::text]))),
  constraint backends_version_check CHECK ((version >= 1))
);
alter table backends enable row level security;
create policy own_institution on backends for all to khudi_kernel using ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting))) with check ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting)));
grant insert, select on backends to khudi_kernel;

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
  unit_id uuid,
  opened_sealed bytea,
  opened_digest bytea,
  forgotten_by uuid,
  forgotten_at timestamp(3) with time zone,
  constraint cases_pkey PRIMARY KEY (institution_id, case_id),
  constraint cases_institution_id_application_id_reference_key UNIQUE (institution_id, application_id, reference),
  constraint cases_check CHECK (((state <> 'in_review'::text) OR ((review_role IS NOT NULL) AND (priority IS NOT NULL)))),
  constraint cases_check1 CHECK (((sealed IS NULL) OR (holder_id IS NOT NULL))),
  constraint cases_check2 CHECK (((forgotten_by IS NULL) = (forgotten_at IS NULL))),
  constraint cases_check3 CHECK (((forgotten_at IS NULL) OR (sealed IS NULL))),
  constraint cases_opened_digest_check CHECK ((length(opened_digest) = 32)),
  constraint cases_opened_sealed_check CHECK ((length(opened_sealed) = 32)),
  constraint cases_reference_check CHECK (((length(reference) >= 1) AND (length(reference) <= 200))),
  constraint cases_source_check CHECK ((source = ANY (ARRAY['api'::text, 'import'::text, 'page'::text, 'sample'::text]))),
  constraint cases_state_check CHECK ((state = ANY (ARRAY['opened'::text, 'in_review'::text, 'decided'::text, 'closed'::text])))
);
CREATE INDEX cases_by_day ON cases USING btree (institution_id, application_id, occurred_on, case_id);
CREATE INDEX cases_by_holder ON cases USING btree (institution_id, holder_id) WHERE (holder_id IS NOT NULL);
CREATE INDEX cases_forgotten ON cases USING btree (institution_id, forgotten_by, case_id) WHERE (forgotten_by IS NOT NULL);
CREATE INDEX cases_queue ON cases USING btree (institution_id, ((- priority)), case_id) WHERE (state = 'in_review'::text);
alter table cases enable row level security;
create policy own_institution on cases for all to khudi_kernel using ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting))) with check ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting)));
create policy own_units on cases for all to khudi_kernel using ((( SELECT (current_setting('khudi.units'::text, true) = '*'::text)) OR (unit_id = ANY ((( SELECT current_setting('khudi.units'::text) AS current_setting))::uuid[]))));
grant insert, select, update on cases to khudi_kernel;

create table consents (
  institution_id uuid not null,
  application_id text not null,
  number integer not null,
  consent_id uuid not null,
  holder_id uuid not null,
  use text not null,
  event text not null,
  channel text not null,
  sealed bytea not null,
  recorded_by text not null,
  recorded_at timestamp(3) with time zone not null,
  constraint consents_pkey PRIMARY KEY (institution_id, application_id, number),
  constraint consents_institution_id_consent_id_key UNIQUE (institution_id, consent_id),
  constraint consents_institution_id_fkey FOREIGN KEY (institution_id) REFERENCES institutions(institution_id),
  constraint consents_channel_check CHECK ((channel = ANY (ARRAY['written'::text, 'electronic'::text, 'in_person'::text, 'representative'::text]))),
  constraint consents_event_check CHECK ((event = ANY (ARRAY['given'::text, 'withdrawn'::text, 'objected'::text, 'lifted'::text]))),
  constraint consents_number_check CHECK ((number >= 1)),
  constraint consents_use_check CHECK ((use = ANY (ARRAY['decision'::text, 'training'::text])))
);
CREATE INDEX consents_by_holder ON consents USING btree (institution_id, holder_id, application_id, use, number);
CREATE INDEX consents_objections ON consents USING btree (institution_id, application_id, use) WHERE (event = 'objected'::text);
alter table consents enable row level security;
create policy own_institution on consents for all to khudi_kernel using ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting))) with check ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting)));
grant insert, select on consents to khudi_kernel;

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
  policy_digest bytea,
  sealed_digest bytea,
  constraint decisions_pkey PRIMARY KEY (institution_id, decision_id),
  constraint decisions_institution_id_case_id_round_key UNIQUE (institution_id, case_id, round),
  constraint decisions_institution_id_case_id_fkey FOREIGN KEY (institution_id, case_id) REFERENCES cases(institution_id, case_id),
  constraint decisions_check CHECK (((review = 'automatic'::text) = (review_role IS NULL))),
  constraint decisions_check1 CHECK (((review = 'unaided'::text) = (recommendation IS NULL))),
  constraint decisions_policy_digest_check CHECK ((length(policy_digest) = 32)),
  constraint decisions_review_check CHECK ((review = ANY (ARRAY['automatic'::text, 'sampled'::text, 'required'::text, 'unaided'::text]))),
  constraint decisions_round_check CHECK ((round >= 1)),
  constraint decisions_sealed_digest_check CHECK ((length(sealed_digest) = 32))
);
CREATE INDEX decisions_by_time ON decisions USING btree (institution_id, application_id, decision_id);
CREATE INDEX decisions_taken_out ON decisions USING btree (institution_id, case_id) WHERE (sealed_digest IS NOT NULL);
alter table decisions enable row level security;
create policy own_institution on decisions for all to khudi_kernel using ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting))) with check ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting)));
create policy own_units on decisions for all to khudi_kernel using ((( SELECT (current_setting('khudi.units'::text, true) = '*'::text)) OR (EXISTS ( SELECT
   FROM cases
  WHERE ((cases.institution_id = decisions.institution_id) AND (cases.case_id = decisions.case_id))))));
grant insert, select on decisions to khudi_kernel;

create table factors (
  institution_id uuid not null,
  factor_id uuid not null,
  account_id uuid not null,
  kind text not null,
  name text not null,
  credential_id bytea,
  material bytea not null,
  counter bigint not null,
  transports text[] not null,
  added_at timestamp(3) with time zone not null,
  last_used_at timestamp(3) with time zone,
  removed_at timestamp(3) with time zone,
  constraint factors_pkey PRIMARY KEY (institution_id, factor_id),
  constraint factors_institution_id_credential_id_key UNIQUE (institution_id, credential_id),
  constraint factors_institution_id_account_id_fkey FOREIGN KEY (institution_id, account_id) REFERENCES accounts(institution_id, account_id),
  constraint factors_institution_id_fkey FOREIGN KEY (institution_id) REFERENCES institutions(institution_id),
  constraint factors_check CHECK (((kind = 'passkey'::text) = (credential_id IS NOT NULL))),
  constraint factors_check1 CHECK (((kind <> 'recovery_codes'::text) OR (length(material) = 320))),
  constraint factors_counter_check CHECK ((counter >= 0)),
  constraint factors_kind_check CHECK ((kind = ANY (ARRAY['totp'::text, 'passkey'::text, 'recovery_codes'::text]))),
  constraint factors_name_check CHECK ((length(name) <= 60))
);
CREATE INDEX factors_by_account ON factors USING btree (institution_id, account_id, factor_id);
CREATE UNIQUE INDEX factors_one_of_account ON factors USING btree (institution_id, account_id, kind) WHERE ((removed_at IS NULL) AND (kind <> 'passkey'::text));
alter table factors enable row level security;
create policy own_institution on factors for all to khudi_kernel using ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting))) with check ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting)));
grant insert, select on factors to khudi_kernel;

create table glass_reviews (
  institution_id uuid not null,
  glass_id uuid not null,
  reviewed_by text not null,
  reviewed_at timestamp(3) with time zone not null,
  finding text not null,
  constraint glass_reviews_pkey PRIMARY KEY (institution_id, glass_id),
  constraint glass_reviews_institution_id_fkey FOREIGN KEY (institution_id) REFERENCES institutions(institution_id),
  constraint glass_reviews_institution_id_glass_id_fkey FOREIGN KEY (institution_id, glass_id) REFERENCES glasses(institution_id, glass_id),
  constraint glass_reviews_finding_check CHECK ((length(TRIM(BOTH FROM finding)) > 0))
);
alter table glass_reviews enable row level security;
create policy own_institution on glass_reviews for all to khudi_kernel using ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting))) with check ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting)));
grant insert, select on glass_reviews to khudi_kernel;

create table glasses (
  institution_id uuid not null,
  glass_id uuid not null,
  broken_by text not null,
  role text,
  reason text not null,
  broken_at timestamp(3) with time zone not null,
  ends_at timestamp(3) with time zone not null,
  constraint glasses_pkey PRIMARY KEY (institution_id, glass_id),
  constraint glasses_institution_id_fkey FOREIGN KEY (institution_id) REFERENCES institutions(institution_id),
  constraint glasses_check CHECK (((ends_at >= broken_at) AND (ends_at <= (broken_at + 'PT1H'::interval)))),
  constraint glasses_reason_check CHECK ((length(TRIM(BOTH FROM reason)) >= 20))
);
CREATE INDEX glasses_by_person ON glasses USING btree (institution_id, broken_by, ends_at);
alter table glasses enable row level security;
create policy own_institution on glasses for all to khudi_kernel using ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting))) with check ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting)));
grant insert, select on glasses to khudi_kernel;

create table home_countries (
  institution_id uuid not null,
  setting_id uuid not null,
  country text not null,
  set_at timestamp(3) with time zone not null,
  constraint home_countries_pkey PRIMARY KEY (institution_id, setting_id),
  constraint home_countries_institution_id_fkey FOREIGN KEY (institution_id) REFERENCES institutions(institution_id)
);
alter table home_countries enable row level security;
create policy own_institution on home_countries for all to khudi_kernel using ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting))) with check ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting)));
grant insert, select on home_countries to khudi_kernel;

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
  constraint idempotency_keys_idempotency_key_check CHECK (((length(idempotency_key) >= 1) AND (length(idempotency_key) <= 255))),
  constraint idempotency_keys_sealed_has_case CHECK (((sealed IS NULL) OR (case_id IS NOT NULL)))
);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys USING btree (institution_id, created_at);
alter table idempotency_keys enable row level security;
create policy own_institution on idempotency_keys for all to khudi_kernel using ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting))) with check ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting)));
create policy own_units on idempotency_keys for all to khudi_kernel using (((case_id IS NULL) OR ( SELECT (current_setting('khudi.units'::text, true) = '*'::text)) OR (EXISTS ( SELECT
   FROM cases
  WHERE ((cases.institution_id = idempotency_keys.institution_id) AND (cases.case_id = idempotency_keys.case_id))))));
grant delete, insert, select, update on idempotency_keys to khudi_kernel;

create table identities (
  institution_id uuid not null,
  identity_id uuid not null,
  issuer text not null,
  subject_hash bytea not null,
  account_id uuid not null,
  linked_at timestamp(3) with time zone not null,
  constraint identities_pkey PRIMARY KEY (institution_id, identity_id),
  constraint identities_institution_id_subject_hash_key UNIQUE (institution_id, subject_hash),
  constraint identities_institution_id_account_id_fkey FOREIGN KEY (institution_id, account_id) REFERENCES accounts(institution_id, account_id),
  constraint identities_institution_id_fkey FOREIGN KEY (institution_id) REFERENCES institutions(institution_id),
  constraint identities_subject_hash_check CHECK ((length(subject_hash) = 32))
);
CREATE INDEX identities_by_account ON identities USING btree (institution_id, account_id);
alter table identities enable row level security;
create policy own_institution on identities for all to khudi_kernel using ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting))) with check ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting)));
grant insert, select on identities to khudi_kernel;

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
create policy whole_institution on import_refusals for all to khudi_kernel using (( SELECT (COALESCE(NULLIF(current_setting('khudi.units'::text, true), ''::text), '*'::text) = '*'::text)));
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
create policy whole_institution on imports for all to khudi_kernel using (( SELECT (COALESCE(NULLIF(current_setting('khudi.units'::text, true), ''::text), '*'::text) = '*'::text)));
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

create table issuers (
  institution_id uuid not null,
  issuer_id uuid not null,
  issuer text not null,
  client_id text not null,
  sealed_secret bytea,
  title_en text not null,
  title_ur text not null,
  backend_id text not null,
  is_factor_trusted boolean not null,
  rules json not null,
  added_at timestamp(3) with time zone not null,
  removed_at timestamp(3) with time zone,
  constraint issuers_pkey PRIMARY KEY (institution_id, issuer_id),
  constraint issuers_institution_id_fkey FOREIGN KEY (institution_id) REFERENCES institutions(institution_id),
  constraint issuers_issuer_check CHECK (((length(issuer) >= 1) AND (length(issuer) <= 500)))
);
CREATE UNIQUE INDEX issuers_one_in_use ON issuers USING btree (institution_id, issuer) WHERE (removed_at IS NULL);
alter table issuers enable row level security;
create policy own_institution on issuers for all to khudi_kernel using ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting))) with check ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting)));
grant insert, select on issuers to khudi_kernel;

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
create policy whole_institution on job_schedules for all to khudi_kernel using (( SELECT (COALESCE(NULLIF(current_setting('khudi.units'::text, true), ''::text), '*'::text) = '*'::text)));
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
create policy whole_institution on jobs for all to khudi_kernel using (( SELECT (COALESCE(NULLIF(current_setting('khudi.units'::text, true), ''::text), '*'::text) = '*'::text)));
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
CREATE INDEX log_entries_of_accounts ON log_entries USING btree (institution_id, record_id) WHERE (kind = 'account.created'::text);
alter table log_entries enable row level security;
create policy own_institution on log_entries for all to khudi_kernel using ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting))) with check ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting)));
create policy own_units on log_entries for select to khudi_kernel using ((( SELECT (current_setting('khudi.units'::text, true) = '*'::text)) OR ((case_id IS NULL) AND ( SELECT (COALESCE(current_setting('khudi.units'::text, true), ''::text) = ''::text))) OR (EXISTS ( SELECT
   FROM cases
  WHERE ((cases.institution_id = log_entries.institution_id) AND (cases.case_id = log_entries.case_id))))));
create policy own_units_added on log_entries for insert to khudi_kernel with check (((case_id IS NULL) OR ( SELECT (current_setting('khudi.units'::text, true) = '*'::text)) OR (EXISTS ( SELECT
   FROM cases
  WHERE ((cases.institution_id = log_entries.institution_id) AND (cases.case_id = log_entries.case_id))))));
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
create policy own_units on log_pending for select to khudi_kernel using ((( SELECT (current_setting('khudi.units'::text, true) = '*'::text)) OR ((case_id IS NULL) AND ( SELECT (COALESCE(current_setting('khudi.units'::text, true), ''::text) = ''::text))) OR (EXISTS ( SELECT
   FROM cases
  WHERE ((cases.institution_id = log_pending.institution_id) AND (cases.case_id = log_pending.case_id))))));
create policy own_units_added on log_pending for insert to khudi_kernel with check (((case_id IS NULL) OR ( SELECT (current_setting('khudi.units'::text, true) = '*'::text)) OR (EXISTS ( SELECT
   FROM cases
  WHERE ((cases.institution_id = log_pending.institution_id) AND (cases.case_id = log_pending.case_id))))));
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

create table model_evaluations (
  institution_id uuid not null,
  evaluation_id uuid not null,
  application_id text not null,
  model_name text not null,
  model_digest bytea not null,
  period_from date not null,
  period_to date not null,
  report json not null,
  evaluated_by text not null,
  evaluated_at timestamp(3) with time zone not null,
  constraint model_evaluations_pkey PRIMARY KEY (institution_id, evaluation_id),
  constraint model_evaluations_institution_id_application_id_model_name_fkey FOREIGN KEY (institution_id, application_id, model_name, model_digest) REFERENCES models(institution_id, application_id, model_name, model_digest),
  constraint model_evaluations_institution_id_fkey FOREIGN KEY (institution_id) REFERENCES institutions(institution_id),
  constraint model_evaluations_check CHECK ((period_to >= period_from))
);
CREATE INDEX model_evaluations_by_model ON model_evaluations USING btree (institution_id, application_id, model_digest, evaluation_id);
alter table model_evaluations enable row level security;
create policy own_institution on model_evaluations for all to khudi_kernel using ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting))) with check ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting)));
grant insert, select on model_evaluations to khudi_kernel;

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
  origin text not null default 'trained'::text,
  constraint models_pkey PRIMARY KEY (institution_id, application_id, model_name, model_digest),
  constraint models_institution_id_fkey FOREIGN KEY (institution_id) REFERENCES institutions(institution_id),
  constraint models_model_digest_check CHECK ((length(model_digest) = 32)),
  constraint models_origin_check CHECK ((origin = ANY (ARRAY['trained'::text, 'imported'::text]))),
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
  sealed_digest bytea,
  constraint outcomes_pkey PRIMARY KEY (institution_id, outcome_id),
  constraint outcomes_institution_id_case_id_revision_key UNIQUE (institution_id, case_id, revision),
  constraint outcomes_institution_id_case_id_fkey FOREIGN KEY (institution_id, case_id) REFERENCES cases(institution_id, case_id),
  constraint outcomes_revision_check CHECK ((revision >= 1)),
  constraint outcomes_sealed_digest_check CHECK ((length(sealed_digest) = 32))
);
CREATE INDEX outcomes_taken_out ON outcomes USING btree (institution_id, case_id) WHERE (sealed_digest IS NOT NULL);
alter table outcomes enable row level security;
create policy own_institution on outcomes for all to khudi_kernel using ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting))) with check ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting)));
create policy own_units on outcomes for all to khudi_kernel using ((( SELECT (current_setting('khudi.units'::text, true) = '*'::text)) OR (EXISTS ( SELECT
   FROM cases
  WHERE ((cases.institution_id = outcomes.institution_id) AND (cases.case_id = outcomes.case_id))))));
grant insert, select on outcomes to khudi_kernel;

create table passwords (
  institution_id uuid not null,
  password_id uuid not null,
  account_id uuid not null,
  password_hash text not null,
  set_at timestamp(3) with time zone not null,
  constraint passwords_pkey PRIMARY KEY (institution_id, password_id),
  constraint passwords_institution_id_account_id_fkey FOREIGN KEY (institution_id, account_id) REFERENCES accounts(institution_id, account_id),
  constraint passwords_institution_id_fkey FOREIGN KEY (institution_id) REFERENCES institutions(institution_id)
);
CREATE INDEX passwords_by_account ON passwords USING btree (institution_id, account_id, password_id);
alter table passwords enable row level security;
create policy own_institution on passwords for all to khudi_kernel using ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting))) with check ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting)));
grant insert, select on passwords to khudi_kernel;

create table policy_versions (
  institution_id uuid not null,
  version integer not null,
  digest bytea not null,
  files json not null,
  proposed_by text not null,
  approved_by text,
  set_at timestamp(3) with time zone not null,
  constraint policy_versions_pkey PRIMARY KEY (institution_id, version),
  constraint policy_versions_institution_id_fkey FOREIGN KEY (institution_id) REFERENCES institutions(institution_id),
  constraint policy_versions_check CHECK (((version = 1) OR (approved_by IS NOT NULL))),
  constraint policy_versions_digest_check CHECK ((length(digest) = 32)),
  constraint policy_versions_version_check CHECK ((version >= 1))
);
alter table policy_versions enable row level security;
create policy own_institution on policy_versions for all to khudi_kernel using ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting))) with check ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting)));
grant insert, select on policy_versions to khudi_kernel;

create table proposal_endings (
  institution_id uuid not null,
  proposal_id uuid not null,
  state text not null,
  ended_by text not null,
  ended_at timestamp(3) with time zone not null,
  reason text,
  glass_id uuid,
  constraint proposal_endings_pkey PRIMARY KEY (institution_id, proposal_id),
  constraint proposal_endings_institution_id_fkey FOREIGN KEY (institution_id) REFERENCES institutions(institution_id),
  constraint proposal_endings_institution_id_glass_id_fkey FOREIGN KEY (institution_id, glass_id) REFERENCES glasses(institution_id, glass_id),
  constraint proposal_endings_institution_id_proposal_id_fkey FOREIGN KEY (institution_id, proposal_id) REFERENCES proposals(institution_id, proposal_id),
  constraint proposal_endings_check CHECK (((glass_id IS NULL) OR (state = 'approved'::text))),
  constraint proposal_endings_check1 CHECK (((state <> 'rejected'::text) OR (length(TRIM(BOTH FROM reason)) > 0))),
  constraint proposal_endings_state_check CHECK ((state = ANY (ARRAY['approved'::text, 'rejected'::text, 'withdrawn'::text])))
);
alter table proposal_endings enable row level security;
create policy own_institution on proposal_endings for all to khudi_kernel using ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting))) with check ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting)));
grant insert, select on proposal_endings to khudi_kernel;

create table proposals (
  institution_id uuid not null,
  proposal_id uuid not null,
  kind text not null,
  body text not null,
  proposed_by text not null,
  proposed_at timestamp(3) with time zone not null,
  expires_at timestamp(3) with time zone not null,
  constraint proposals_pkey PRIMARY KEY (institution_id, proposal_id),
  constraint proposals_institution_id_fkey FOREIGN KEY (institution_id) REFERENCES institutions(institution_id),
  constraint proposals_check CHECK ((expires_at > proposed_at))
);
alter table proposals enable row level security;
create policy own_institution on proposals for all to khudi_kernel using ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting))) with check ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting)));
grant insert, select on proposals to khudi_kernel;

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
  glass_id uuid,
  constraint reads_pkey PRIMARY KEY (institution_id, read_id),
  constraint reads_institution_id_fkey FOREIGN KEY (institution_id) REFERENCES institutions(institution_id),
  constraint reads_cases_check CHECK ((cases >= 0))
);
CREATE INDEX reads_by_holder ON reads USING btree (institution_id, holder_id, read_id) WHERE (holder_id IS NOT NULL);
CREATE INDEX reads_of_batches ON reads USING btree (institution_id, application_id, read_id) WHERE (holder_id IS NULL);
alter table reads enable row level security;
create policy own_institution on reads for all to khudi_kernel using ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting))) with check ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting)));
create policy own_units on reads for select to khudi_kernel using ((( SELECT (current_setting('khudi.units'::text, true) = '*'::text)) OR ((case_id IS NULL) AND ( SELECT (COALESCE(current_setting('khudi.units'::text, true), ''::text) = ''::text))) OR (EXISTS ( SELECT
   FROM cases
  WHERE ((cases.institution_id = reads.institution_id) AND (cases.case_id = reads.case_id))))));
create policy own_units_added on reads for insert to khudi_kernel with check (((case_id IS NULL) OR ( SELECT (current_setting('khudi.units'::text, true) = '*'::text)) OR (EXISTS ( SELECT
   FROM cases
  WHERE ((cases.institution_id = reads.institution_id) AND (cases.case_id = reads.case_id))))));
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
  sealed_digest bytea,
  constraint reviews_pkey PRIMARY KEY (institution_id, review_id),
  constraint reviews_institution_id_decision_id_key UNIQUE (institution_id, decision_id),
  constraint reviews_institution_id_account_id_fkey FOREIGN KEY (institution_id, account_id) REFERENCES accounts(institution_id, account_id),
  constraint reviews_institution_id_decision_id_fkey FOREIGN KEY (institution_id, decision_id) REFERENCES decisions(institution_id, decision_id),
  constraint reviews_check CHECK (((reason IS NULL) OR (sealed IS NULL))),
  constraint reviews_check1 CHECK (((verdict <> 'overridden'::text) OR (length(TRIM(BOTH FROM reason)) > 0) OR (sealed IS NOT NULL) OR (sealed_digest IS NOT NULL))),
  constraint reviews_sealed_digest_check CHECK ((length(sealed_digest) = 32)),
  constraint reviews_verdict_check CHECK ((verdict = ANY (ARRAY['agreed'::text, 'overridden'::text, 'decided'::text])))
);
CREATE INDEX reviews_taken_out ON reviews USING btree (institution_id, decision_id) WHERE (sealed_digest IS NOT NULL);
alter table reviews enable row level security;
create policy own_institution on reviews for all to khudi_kernel using ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting))) with check ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting)));
create policy own_units on reviews for all to khudi_kernel using ((( SELECT (current_setting('khudi.units'::text, true) = '*'::text)) OR (EXISTS ( SELECT
   FROM cases
  WHERE ((cases.institution_id = reviews.institution_id) AND (cases.case_id = reviews.case_id))))));
grant insert, select on reviews to khudi_kernel;

create table rights_steps (
  institution_id uuid not null,
  proceeding_id uuid not null,
  step_number integer not null,
  step_id uuid not null,
  kind text not null,
  body json not null,
  holder_id uuid,
  sealed bytea,
  is_last boolean not null,
  recorded_by text not null,
  recorded_at timestamp(3) with time zone not null,
  constraint rights_steps_pkey PRIMARY KEY (institution_id, proceeding_id, step_number),
  constraint rights_steps_institution_id_step_id_key UNIQUE (institution_id, step_id),
  constraint rights_steps_institution_id_fkey FOREIGN KEY (institution_id) REFERENCES institutions(institution_id),
  constraint rights_steps_check CHECK (((sealed IS NULL) OR (holder_id IS NOT NULL))),
  constraint rights_steps_step_number_check CHECK ((step_number >= 1))
);
CREATE INDEX rights_steps_by_holder ON rights_steps USING btree (institution_id, holder_id, proceeding_id) WHERE (holder_id IS NOT NULL);
CREATE INDEX rights_steps_by_kind ON rights_steps USING btree (institution_id, kind, proceeding_id);
alter table rights_steps enable row level security;
create policy own_institution on rights_steps for all to khudi_kernel using ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting))) with check ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting)));
grant insert, select on rights_steps to khudi_kernel;

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
  session_id uuid not null,
  stage text not null,
  method text not null,
  verified_at timestamp with time zone not null,
  last_seen_at timestamp with time zone not null,
  address_class text not null,
  browser text not null,
  constraint sessions_pkey PRIMARY KEY (institution_id, token_hash),
  constraint sessions_institution_id_session_id_key UNIQUE (institution_id, session_id),
  constraint sessions_institution_id_account_id_fkey FOREIGN KEY (institution_id, account_id) REFERENCES accounts(institution_id, account_id),
  constraint sessions_institution_id_fkey FOREIGN KEY (institution_id) REFERENCES institutions(institution_id),
  constraint sessions_address_class_check CHECK ((address_class = ANY (ARRAY['machine'::text, 'private'::text, 'public'::text, 'unknown'::text]))),
  constraint sessions_browser_check CHECK ((length(browser) <= 80)),
  constraint sessions_method_check CHECK ((method = ANY (ARRAY['password'::text, 'password_totp'::text, 'password_recovery'::text, 'passkey'::text, 'issuer'::text]))),
  constraint sessions_stage_check CHECK ((stage = ANY (ARRAY['full'::text, 'second_factor'::text, 'enrolment'::text])))
);
CREATE INDEX sessions_by_account ON sessions USING btree (institution_id, account_id);
alter table sessions enable row level security;
create policy own_institution on sessions for all to khudi_kernel using ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting))) with check ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting)));
grant delete, insert, select, update on sessions to khudi_kernel;

create table sign_in_allowances (
  institution_id uuid not null,
  subject bytea not null,
  device bytea not null,
  spent_until timestamp with time zone not null,
  constraint sign_in_allowances_pkey PRIMARY KEY (institution_id, subject, device),
  constraint sign_in_allowances_institution_id_fkey FOREIGN KEY (institution_id) REFERENCES institutions(institution_id),
  constraint sign_in_allowances_device_check CHECK (((length(device) = 0) OR (length(device) = 32))),
  constraint sign_in_allowances_subject_check CHECK ((length(subject) = 32))
);
CREATE INDEX sign_in_allowances_by_time ON sign_in_allowances USING btree (institution_id, spent_until);
alter table sign_in_allowances enable row level security;
create policy own_institution on sign_in_allowances for all to khudi_kernel using ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting))) with check ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting)));
grant delete, insert, select, update on sign_in_allowances to khudi_kernel;

create table sign_in_ceremonies (
  institution_id uuid not null,
  token_hash bytea not null,
  kind text not null,
  sealed bytea not null,
  expires_at timestamp with time zone not null,
  constraint sign_in_ceremonies_pkey PRIMARY KEY (institution_id, token_hash),
  constraint sign_in_ceremonies_institution_id_fkey FOREIGN KEY (institution_id) REFERENCES institutions(institution_id),
  constraint sign_in_ceremonies_kind_check CHECK ((kind = ANY (ARRAY['totp'::text, 'passkey_registration'::text, 'passkey'::text, 'issuer'::text]))),
  constraint sign_in_ceremonies_token_hash_check CHECK ((length(token_hash) = 32))
);
CREATE INDEX sign_in_ceremonies_by_time ON sign_in_ceremonies USING btree (institution_id, expires_at);
alter table sign_in_ceremonies enable row level security;
create policy own_institution on sign_in_ceremonies for all to khudi_kernel using ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting))) with check ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting)));
grant delete, insert, select, update on sign_in_ceremonies to khudi_kernel;

create table sign_in_devices (
  institution_id uuid not null,
  device_hash bytea not null,
  account_id uuid not null,
  first_seen_at timestamp with time zone not null,
  last_seen_at timestamp with time zone not null,
  constraint sign_in_devices_pkey PRIMARY KEY (institution_id, device_hash, account_id),
  constraint sign_in_devices_institution_id_account_id_fkey FOREIGN KEY (institution_id, account_id) REFERENCES accounts(institution_id, account_id),
  constraint sign_in_devices_institution_id_fkey FOREIGN KEY (institution_id) REFERENCES institutions(institution_id),
  constraint sign_in_devices_device_hash_check CHECK ((length(device_hash) = 32))
);
CREATE INDEX sign_in_devices_by_account ON sign_in_devices USING btree (institution_id, account_id);
alter table sign_in_devices enable row level security;
create policy own_institution on sign_in_devices for all to khudi_kernel using ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting))) with check ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting)));
grant delete, insert, select, update on sign_in_devices to khudi_kernel;

create table sign_in_rules (
  institution_id uuid not null,
  rule_id uuid not null,
  second_factor text not null,
  set_at timestamp(3) with time zone not null,
  constraint sign_in_rules_pkey PRIMARY KEY (institution_id, rule_id),
  constraint sign_in_rules_institution_id_fkey FOREIGN KEY (institution_id) REFERENCES institutions(institution_id),
  constraint sign_in_rules_second_factor_check CHECK ((second_factor = ANY (ARRAY['required'::text, 'optional'::text])))
);
alter table sign_in_rules enable row level security;
create policy own_institution on sign_in_rules for all to khudi_kernel using ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting))) with check ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting)));
grant insert, select on sign_in_rules to khudi_kernel;

create table transfers (
  institution_id uuid not null,
  transfer_id uuid not null,
  backend_id text not null,
  backend_version integer not null,
  classification text not null,
  purpose text not null,
  role text,
  is_redacted boolean not null,
  transferred_at timestamp(3) with time zone not null,
  constraint transfers_pkey PRIMARY KEY (institution_id, transfer_id),
  constraint transfers_institution_id_backend_id_backend_version_fkey FOREIGN KEY (institution_id, backend_id, backend_version) REFERENCES backends(institution_id, backend_id, version),
  constraint transfers_institution_id_fkey FOREIGN KEY (institution_id) REFERENCES institutions(institution_id),
  constraint transfers_classification_check CHECK ((classification = ANY (ARRAY['official'::text, 'personal'::text, 'sensitive'::text])))
);
alter table transfers enable row level security;
create policy own_institution on transfers for all to khudi_kernel using ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting))) with check ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting)));
grant insert, select on transfers to khudi_kernel;

create table unit_changes (
  institution_id uuid not null,
  change_id uuid not null,
  unit_id uuid not null,
  change text not null,
  code text not null,
  kind text not null,
  title_en text not null,
  title_ur text not null,
  parent_id uuid,
  closed_at timestamp(3) with time zone,
  changed_at timestamp(3) with time zone not null,
  constraint unit_changes_pkey PRIMARY KEY (institution_id, change_id),
  constraint unit_changes_institution_id_unit_id_fkey FOREIGN KEY (institution_id, unit_id) REFERENCES units(institution_id, unit_id),
  constraint unit_changes_change_check CHECK ((change = ANY (ARRAY['added'::text, 'renamed'::text, 'moved'::text, 'closed'::text])))
);
CREATE INDEX unit_changes_by_unit ON unit_changes USING btree (institution_id, unit_id, change_id);
alter table unit_changes enable row level security;
create policy own_institution on unit_changes for all to khudi_kernel using ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting))) with check ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting)));
grant insert, select on unit_changes to khudi_kernel;

create table units (
  institution_id uuid not null,
  unit_id uuid not null,
  code text not null,
  kind text not null,
  title_en text not null,
  title_ur text not null,
  parent_id uuid,
  closed_at timestamp(3) with time zone,
  constraint units_pkey PRIMARY KEY (institution_id, unit_id),
  constraint units_institution_id_code_key UNIQUE (institution_id, code),
  constraint units_institution_id_fkey FOREIGN KEY (institution_id) REFERENCES institutions(institution_id),
  constraint units_institution_id_parent_id_fkey FOREIGN KEY (institution_id, parent_id) REFERENCES units(institution_id, unit_id),
  constraint units_check CHECK ((parent_id <> unit_id)),
  constraint units_code_check CHECK ((code ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$'::text)),
  constraint units_title_en_check CHECK ((length(TRIM(BOTH FROM title_en)) > 0)),
  constraint units_title_ur_check CHECK ((length(TRIM(BOTH FROM title_ur)) > 0))
);
CREATE INDEX units_by_parent ON units USING btree (institution_id, parent_id) WHERE (parent_id IS NOT NULL);
alter table units enable row level security;
create policy own_institution on units for all to khudi_kernel using ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting))) with check ((institution_id = ( SELECT (current_setting('khudi.institution_id'::text))::uuid AS current_setting)));
grant insert, select on units to khudi_kernel;

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

CREATE OR REPLACE FUNCTION kernel.forget_sealed(case_ids uuid[], only_reasons boolean)
 RETURNS bigint
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  with replaced as (
    select case_id from kernel.cases
    where institution_id = current_setting('khudi.institution_id')::uuid and case_id = any (case_ids)
      and (forgotten_at is not null or (only_reasons and opened_digest is not null))
  ), reasons as (
    update kernel.decisions set sealed = null, sealed_digest = sha256(sealed)
    where institution_id = current_setting('khudi.institution_id')::uuid and case_id in (select case_id from replaced)
      and sealed is not null
    returning 1
  ), findings as (
    update kernel.outcomes set sealed = null, sealed_digest = sha256(sealed)
    where institution_id = current_setting('khudi.institution_id')::uuid and case_id in (select case_id from replaced)
      and sealed is not null and not only_reasons
    returning 1
  ), words as (
    update kernel.reviews set sealed = null, sealed_digest = sha256(sealed)
    where institution_id = current_setting('khudi.institution_id')::uuid and sealed is not null and not only_reasons
      and decision_id in (
        select decision_id from kernel.decisions
        where institution_id = current_setting('khudi.institution_id')::uuid and case_id in (select case_id from replaced)
      )
    returning 1
  )
  select (select count(*) from reasons) + (select count(*) from findings) + (select count(*) from words)
$function$;

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