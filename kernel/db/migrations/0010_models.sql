-- compatible
-- Models that another program made, and what measuring a model showed.

alter table models add column origin text not null default 'trained' check (origin in ('trained', 'imported'));

-- What one measuring of one model on the cases of one period showed.
create table model_evaluations (
  institution_id uuid not null references institutions,
  evaluation_id uuid not null,
  application_id text not null,
  model_name text not null,
  model_digest bytea not null,
  -- Days, both included.
  period_from date not null,
  period_to date not null check (period_to >= period_from),
  -- Canonical JSON: figures of all cases together, and names of features; nothing of one case.
  report json not null,
  evaluated_by text not null,
  evaluated_at timestamptz(3) not null,
  primary key (institution_id, evaluation_id),
  foreign key (institution_id, application_id, model_name, model_digest) references models
);
create index model_evaluations_by_model on model_evaluations (institution_id, application_id, model_digest, evaluation_id);

alter table model_evaluations enable row level security;
create policy own_institution on model_evaluations to khudi_kernel
  using (institution_id = (select current_setting('khudi.institution_id')::uuid))
  with check (institution_id = (select current_setting('khudi.institution_id')::uuid));
-- What is recorded is only ever added to.
grant select, insert on model_evaluations to khudi_kernel;
