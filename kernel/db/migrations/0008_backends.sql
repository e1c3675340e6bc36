-- compatible
-- The register of everything that processes or stores, with the four facts about each; the country that an institution calls
-- home; and what was sent to backends under another law.

-- The last one is in force; without any, what the installation says.
create table home_countries (
  institution_id uuid not null references institutions,
  setting_id uuid not null,
  -- ISO 3166-1 alpha-2.
  country text not null,
  set_at timestamptz(3) not null,
  primary key (institution_id, setting_id)
);

-- One row a version; the last one is in force.
create table backends (
  institution_id uuid not null references institutions,
  backend_id text not null check (backend_id ~ '^[a-z][a-z0-9-]{0,62}$'),
  version integer not null check (version >= 1),
  change text not null check (change in ('registered', 'amended', 'withdrawn')),
  kind text not null check (
    kind in ('database', 'objects', 'model_runtime', 'mail', 'sms', 'time', 'identity', 'witness')
  ),
  title_en text not null,
  title_ur text not null,
  -- All null where it is on this machine and reached without a network.
  scheme text check (scheme in ('https', 'http', 'postgresql', 'smtps', 'ntp')),
  host text,
  port integer check (port between 1 and 65535),
  -- Ranges that are its own although they are not public: addresses of this machine, of a private network. CIDR.
  addresses text[] not null,
  -- What it is meant for.
  classifications text[] not null
    check (classifications <@ array['open', 'official', 'personal', 'sensitive']),
  -- ISO 3166-1 alpha-2, or unknown; of the key holder also institution. Whatever else stands here is refused when it is read.
  location text not null,
  operator_law text not null,
  owner_law text not null,
  key_holder text not null,
  evidence text not null check (length(evidence) > 0),
  -- SHA-256 of the document.
  evidence_digest bytea check (length(evidence_digest) = 32),
  -- Null only of what the platform itself brings and nobody has said anything else about.
  expires_at timestamptz(3),
  is_built_in boolean not null,
  changed_at timestamptz(3) not null,
  primary key (institution_id, backend_id, version),
  check (is_built_in or expires_at is not null),
  check ((scheme is null) = (host is null) and (scheme is null) = (port is null))
);

-- What was sent to a backend under another law, except open data: recorded before it leaves.
create table transfers (
  institution_id uuid not null references institutions,
  transfer_id uuid not null,
  backend_id text not null,
  backend_version integer not null,
  classification text not null check (classification in ('official', 'personal', 'sensitive')),
  purpose text not null,
  -- Null for what the platform does by itself.
  role text,
  is_redacted boolean not null,
  transferred_at timestamptz(3) not null,
  primary key (institution_id, transfer_id),
  foreign key (institution_id, backend_id, backend_version) references backends
);

do $$
declare
  one text;
begin
  foreach one in array array['home_countries', 'backends', 'transfers'] loop
    execute format('alter table %I enable row level security', one);
    execute format(
      'create policy own_institution on %I to khudi_kernel
         using (institution_id = (select current_setting(''khudi.institution_id'')::uuid))
         with check (institution_id = (select current_setting(''khudi.institution_id'')::uuid))', one);
  end loop;
end
$$;

grant select, insert on home_countries, backends, transfers to khudi_kernel;
