import { DatabaseError } from "./problem.ts";
import type { Sql } from "./sql.ts";

/** Serves, and takes one of the two others for a transaction: what each may see is in the migrations. */
const walls = ["leerid_school", "leerid_beheer"];
const roles = ["leerid_app", ...walls];

const mend =
  "De beheerder van PostgreSQL kan dit oplossen: voer deploy/postgresql/rollen.sql uit op deze databank, en geef dan opnieuw  leerid migrate .";
const restoreAgain =
  "Zet de dump opnieuw terug in een lege databank, ná deploy/postgresql/rollen.sql en zonder --no-owner of --no-privileges (zie docs/uitbating.md).";

/**
 * Before anything is made: may this user migrate, or would he stop half way. A superuser may: the migrations make the roles for him.
 * @throws DatabaseError that says which file mends it
 */
export async function checkOwner(sql: Sql): Promise<void> {
  const [found] = await sql<
    {
      wie: string;
      databank: string;
      makes: boolean;
      absent: string[];
      withoutAdmin: string[];
      mayCreate: boolean;
      owns: boolean;
    }[]
  >`
    select current_user::text as wie, current_database()::text as databank,
           (select rolsuper or rolcreaterole from pg_roles where rolname = current_user) as makes,
           array(select naam from unnest(${roles}::text[]) naam where not exists (select from pg_roles where rolname = naam) order by naam) as absent,
           array(select rolname::text from pg_roles
                  where rolname = any(${roles}::text[]) and not pg_has_role(current_user, oid, 'MEMBER WITH ADMIN OPTION')) as "withoutAdmin",
           has_database_privilege(current_user, current_database(), 'CREATE') as "mayCreate",
           coalesce((select pg_has_role(current_user, relowner, 'USAGE') from pg_class where oid = to_regclass('public.migratie')), true) as owns`;
  if (!found) throw new Error("PostgreSQL said nothing of its roles");
  const { wie, databank, makes, absent, withoutAdmin, mayCreate, owns } = found;
  if (absent.length > 0 && !makes)
    throw new DatabaseError(`De rollen ${absent.join(", ")} ontbreken in PostgreSQL. ${mend}`);
  if (withoutAdmin.length > 0)
    throw new DatabaseError(
      `De gebruiker ${wie} mag de rollen ${withoutAdmin.join(", ")} niet beheren, en kan dus niet migreren. ${mend} ` +
        "Migreert een andere gebruiker, kijk dan LEERID_DATABASE_EIGENAAR_URL na.",
    );
  if (!owns)
    throw new DatabaseError(`De tabellen in ${databank} zijn niet van de gebruiker ${wie}. ${restoreAgain}`);
  if (!mayCreate)
    throw new DatabaseError(
      `De gebruiker ${wie} is geen eigenaar van de databank ${databank}. De beheerder van PostgreSQL kan dit oplossen:  alter database "${databank}" owner to "${wie}"  (of kijk LEERID_DATABASE_EIGENAAR_URL na).`,
    );
}

/**
 * After every `migrate`, also when there was nothing to do: the roles, who may take which, and the rights on what there is. A dump holds
 * no roles and no memberships, and one restored before a role was there has lost all rights of it as well.
 * @throws DatabaseError that says which file mends it
 */
export async function checkRoles(sql: Sql): Promise<void> {
  const [found] = await sql<
    { notTaken: string[]; inherited: string[]; wide: string[]; bare: string[]; open: boolean }[]
  >`
    with ours as (
      select n.oid from pg_namespace n
       where n.nspowner = (select relowner from pg_class where oid = 'public.migratie'::regclass)
         and n.nspname !~ '^pg_' and n.nspname not in ('public', 'information_schema'))
    select array(select wall from unnest(${walls}::text[]) wall
                  where not pg_has_role('leerid_app', wall,
                    -- Since 16 being a member does not mean being allowed to take the role; 15 does not know the word SET.
                    case when current_setting('server_version_num')::int >= 160000 then 'SET' else 'MEMBER' end)) as "notTaken",
           array(select wall from unnest(${walls}::text[]) wall where pg_has_role('leerid_app', wall, 'USAGE')) as inherited,
           array(select rolname::text from pg_roles
                  where rolname = any(${roles}::text[]) and (rolsuper or rolbypassrls or rolcreaterole or rolreplication)) as wide,
           array(select role from unnest(${roles}::text[]) role
                  where not exists (
                          select from pg_class c join ours on ours.oid = c.relnamespace
                           where c.relkind in ('r', 'p') and has_schema_privilege(role, ours.oid, 'USAGE')
                             and has_any_column_privilege(role, c.oid, 'SELECT'))) as bare,
           has_schema_privilege('leerid_app', 'public', 'CREATE') as open`;
  if (!found) throw new Error("PostgreSQL said nothing of its roles");
  const { notTaken, inherited, wide, bare, open } = found;
  if (notTaken.length > 0)
    throw new DatabaseError(`De rol leerid_app mag ${notTaken.join(" en ")} niet aannemen. ${mend}`);
  if (inherited.length > 0)
    throw new DatabaseError(
      `De rol leerid_app heeft de rechten van ${inherited.join(" en ")} de hele tijd, en niet alleen wanneer ze die rol aanneemt. ${mend}`,
    );
  if (wide.length > 0)
    throw new DatabaseError(
      `De rollen ${wide.join(", ")} mogen meer dan een rol van LeerID (superuser, BYPASSRLS, CREATEROLE of REPLICATION). ${mend}`,
    );
  if (bare.length > 0)
    throw new DatabaseError(
      `De rollen ${bare.join(", ")} missen hun rechten op de tabellen. ${restoreAgain}`,
    );
  if (open)
    throw new DatabaseError(
      "Iedereen mag tabellen maken in het schema public. De eigenaar van de databank kan dit oplossen:  revoke create on schema public from public .",
    );
}

/**
 * Can each role of the walls be taken, and has it rights. One statement, which really takes them; it ends where the statement does.
 * @throws when the database cannot be reached
 */
export async function canTakeRoles(sql: Sql): Promise<boolean> {
  const [found] = await sql<{ roles: boolean }[]>`
    select bool_and(exists (select from pg_namespace n
                             where n.nspname !~ '^pg_' and n.nspname not in ('public', 'information_schema')
                               and has_schema_privilege(set_config('role', wall, true), n.oid, 'USAGE'))) as roles
      from unnest(${walls}::text[]) wall`.catch((error: unknown) => {
    // May not be taken, or is not there.
    if (["42501", "22023", "42704"].includes(String((error as { code?: unknown }).code)))
      return [{ roles: false }];
    throw error;
  });
  return found?.roles === true;
}

/**
 * What the user of this address can do that no process but `migrate` should: go past the walls between schools, or change the privacy log.
 * @returns a Dutch sentence; undefined when he can do nothing of the kind
 */
export async function findWideRights(sql: Sql): Promise<string | undefined> {
  const [found] = await sql<{ wie: string; wide: string[] }[]>`
    select session_user::text as wie,
           array(select case when r.rolsuper then 'superuser'
                             when r.rolbypassrls then 'BYPASSRLS'
                             when r.rolcreaterole then 'CREATEROLE'
                             when r.rolreplication then 'REPLICATION'
                             when r.oid = (select relowner from pg_class where oid = to_regclass('public.migratie')) then 'eigenaar van de tabellen'
                             else r.rolname::text end
                   from pg_roles r
                  where pg_has_role(session_user, r.oid, 'MEMBER')
                    and (r.rolsuper or r.rolbypassrls
                         or r.rolname = session_user and (r.rolcreaterole or r.rolreplication)
                         or r.oid = (select relowner from pg_class where oid = to_regclass('public.migratie'))
                         or r.rolname in ('pg_read_all_data', 'pg_write_all_data', 'pg_read_server_files', 'pg_write_server_files', 'pg_execute_server_program'))
                  order by r.rolname <> session_user, not r.rolsuper) as wide`;
  if (!found || found.wide.length === 0) return undefined;
  return (
    `De gebruiker ${found.wie} van LEERID_DATABASE_URL kan voorbij de muren in de databank (${[...new Set(found.wide)].slice(0, 3).join(", ")}). ` +
    "Geef het adres van leerid_server, zoals deploy/postgresql/rollen.sql die maakt."
  );
}
