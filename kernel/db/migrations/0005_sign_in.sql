-- breaking
-- Signing in: passwords that change, second factors, passkeys, known devices, sessions that are listed, identity issuers.
-- An earlier version knows nothing of second factors and would let everybody in without one.

-- Everybody signs in again.
delete from sessions;
alter table sessions
  add column session_id uuid not null,
  -- How far its holder has come: `second_factor` and `enrolment` open nothing but the page that asks for it.
  add column stage text not null check (stage in ('full', 'second_factor', 'enrolment')),
  add column method text not null check (method in ('password', 'password_totp', 'password_recovery', 'passkey', 'issuer')),
  -- When its holder last proved who they are.
  add column verified_at timestamptz not null,
  add column last_seen_at timestamptz not null,
  -- From where, as coarsely as its holder needs to know it again; the address itself is kept nowhere.
  add column address_class text not null check (address_class in ('machine', 'private', 'public', 'unknown')),
  add column browser text not null check (length(browser) <= 80),
  add unique (institution_id, session_id);
create index sessions_by_account on sessions (institution_id, account_id);

-- What the institution asks of everybody; the last one is in force, and where there is none a second factor is required.
create table sign_in_rules (
  institution_id uuid not null references institutions,
  rule_id uuid not null,
  second_factor text not null check (second_factor in ('required', 'optional')),
  set_at timestamptz(3) not null,
  primary key (institution_id, rule_id)
);

-- Passwords after the first; the last one of an account is in force.
create table passwords (
  institution_id uuid not null references institutions,
  password_id uuid not null,
  account_id uuid not null,
  -- PHC string of Argon2id (RFC 9106).
  password_hash text not null,
  set_at timestamptz(3) not null,
  primary key (institution_id, password_id),
  foreign key (institution_id, account_id) references accounts
);
create index passwords_by_account on passwords (institution_id, account_id, password_id);

-- A removed factor stays, because the log names it.
create table factors (
  institution_id uuid not null references institutions,
  factor_id uuid not null,
  account_id uuid not null,
  kind text not null check (kind in ('totp', 'passkey', 'recovery_codes')),
  -- What its holder calls a passkey.
  name text not null check (length(name) <= 60),
  -- Of a passkey, as its authenticator gave it.
  credential_id bytea,
  -- TOTP: the sealed secret. Passkey: its public key in COSE (RFC 9052). Recovery codes: ten SHA-256, one after another.
  material bytea not null,
  -- TOTP: the last time step whose code was taken. Passkey: its signature counter. Recovery codes: one bit for each that was used.
  counter bigint not null check (counter >= 0),
  -- Of a passkey: how it can be reached, as WebAuthn names it.
  transports text[] not null,
  added_at timestamptz(3) not null,
  last_used_at timestamptz(3),
  removed_at timestamptz(3),
  primary key (institution_id, factor_id),
  foreign key (institution_id, account_id) references accounts,
  unique (institution_id, credential_id),
  check ((kind = 'passkey') = (credential_id is not null)),
  check (kind <> 'recovery_codes' or length(material) = 320)
);
create unique index factors_one_of_account on factors (institution_id, account_id, kind)
  where removed_at is null and kind <> 'passkey';
create index factors_by_account on factors (institution_id, account_id, factor_id);

-- Browsers from which somebody has signed in to an account before. SHA-256 of the cookie's secret.
create table sign_in_devices (
  institution_id uuid not null references institutions,
  device_hash bytea not null check (length(device_hash) = 32),
  account_id uuid not null,
  first_seen_at timestamptz not null,
  last_seen_at timestamptz not null,
  primary key (institution_id, device_hash, account_id),
  foreign key (institution_id, account_id) references accounts
);
create index sign_in_devices_by_account on sign_in_devices (institution_id, account_id);

-- How far attempts at a name have run ahead of what is allowed, by name and device. No reference to accounts: names that nobody
-- has are counted alike.
create table sign_in_allowances (
  institution_id uuid not null references institutions,
  -- SHA-256 of what is guessed at.
  subject bytea not null check (length(subject) = 32),
  -- Of the known device; empty for all unknown ones together.
  device bytea not null check (length(device) = 0 or length(device) = 32),
  spent_until timestamptz not null,
  primary key (institution_id, subject, device)
);
create index sign_in_allowances_by_time on sign_in_allowances (institution_id, spent_until);

-- Half a ceremony: what must be known again when the browser comes back from an authenticator or an issuer. Used once.
create table sign_in_ceremonies (
  institution_id uuid not null references institutions,
  token_hash bytea not null check (length(token_hash) = 32),
  kind text not null check (kind in ('totp', 'passkey_registration', 'passkey', 'issuer')),
  sealed bytea not null,
  expires_at timestamptz not null,
  primary key (institution_id, token_hash)
);
create index sign_in_ceremonies_by_time on sign_in_ceremonies (institution_id, expires_at);

-- OpenID Connect issuers. To change one is to remove it and add it again.
create table issuers (
  institution_id uuid not null references institutions,
  issuer_id uuid not null,
  issuer text not null check (length(issuer) between 1 and 500),
  client_id text not null,
  -- The client's secret, sealed; null for a public client.
  sealed_secret bytea,
  title_en text not null,
  title_ur text not null,
  -- The registered backend that answers there.
  backend_id text not null,
  -- Whether the issuer's own second factor counts as ours.
  is_factor_trusted boolean not null,
  -- Which claims give which roles, where.
  rules json not null,
  added_at timestamptz(3) not null,
  removed_at timestamptz(3),
  primary key (institution_id, issuer_id)
);
create unique index issuers_one_in_use on issuers (institution_id, issuer) where removed_at is null;

-- Whom an issuer means by a subject.
create table identities (
  institution_id uuid not null references institutions,
  identity_id uuid not null,
  issuer text not null,
  -- SHA-256 of issuer and subject: a national identity may have the number of a person as its subject.
  subject_hash bytea not null check (length(subject_hash) = 32),
  account_id uuid not null,
  linked_at timestamptz(3) not null,
  primary key (institution_id, identity_id),
  unique (institution_id, subject_hash),
  foreign key (institution_id, account_id) references accounts
);
create index identities_by_account on identities (institution_id, account_id);

do $$
declare
  one text;
begin
  foreach one in array array['sign_in_rules', 'passwords', 'factors', 'sign_in_devices', 'sign_in_allowances',
    'sign_in_ceremonies', 'issuers', 'identities'] loop
    execute format('alter table %I enable row level security', one);
    execute format(
      'create policy own_institution on %I to khudi_kernel
         using (institution_id = (select current_setting(''khudi.institution_id'')::uuid))
         with check (institution_id = (select current_setting(''khudi.institution_id'')::uuid))', one);
  end loop;
end
$$;

grant select, insert on sign_in_rules, passwords, identities to khudi_kernel;
grant select, insert on factors, issuers to khudi_kernel;
grant update (counter, last_used_at, removed_at) on factors to khudi_kernel;
grant update (removed_at) on issuers to khudi_kernel;
grant select, insert, update, delete on sign_in_devices, sign_in_allowances, sign_in_ceremonies to khudi_kernel;
