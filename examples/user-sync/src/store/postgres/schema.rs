//! Creating the tables, or bringing older ones up to date.

use tokio_postgres::Client;

use super::error::Error;

/// Each element brings the schema from the version of its index to the next.
const MIGRATIONS: [&str; 2] = [include_str!("schema.sql"), include_str!("schema_2.sql")];

/// Of two replicas that start at once, one does it. Any number will do, if it is always the same.
const LOCK: i64 = 0x6f6b_7461_0000;

const TABLES: [&str; 13] = [
    "schema_version",
    "users",
    "logins",
    "groups",
    "memberships",
    "events",
    "duplicates",
    "hook_types",
    "dead_letters",
    "refreshes",
    "pace",
    "meta",
    "replicas",
];

/// What has to be there before the first change is taken in.
pub async fn prepare(client: &mut Client) -> Result<(), Error> {
    check_encoding(client).await?;
    migrate(client).await?;
    check_privileges(client).await
}

async fn migrate(client: &mut Client) -> Result<(), Error> {
    let transaction = client.transaction().await?;
    transaction.execute("SELECT pg_advisory_xact_lock($1)", &[&LOCK]).await?;
    let version = match exists(&transaction).await? {
        true => {
            transaction.query_one("SELECT version FROM schema_version", &[]).await?.try_get(0)?
        }
        false => 0,
    };
    let Some(missing) = usize::try_from(version).ok().and_then(|version| MIGRATIONS.get(version..))
    else {
        let known = MIGRATIONS.len();
        return Err(Error::Unfit(format!(
            "it was made by a later release (schema {version}, known {known})"
        )));
    };
    if version == 0 {
        let sql = "CREATE TABLE schema_version (version integer NOT NULL);
                   INSERT INTO schema_version VALUES (0)";
        transaction.batch_execute(sql).await?;
    }
    for sql in missing {
        transaction.batch_execute(sql).await?;
        transaction.batch_execute("UPDATE schema_version SET version = version + 1").await?;
    }
    Ok(transaction.commit().await?)
}

async fn exists(transaction: &tokio_postgres::Transaction<'_>) -> Result<bool, Error> {
    let sql = "SELECT to_regclass('schema_version') IS NOT NULL";
    Ok(transaction.query_one(sql, &[]).await?.try_get(0)?)
}

async fn check_encoding(client: &Client) -> Result<(), Error> {
    let row = client.query_one("SHOW server_encoding", &[]).await?;
    match row.try_get(0)? {
        "UTF8" => Ok(()),
        other => Err(Error::Unfit(format!("its encoding is {other}: it has to be UTF8"))),
    }
}

/// Rather now than with the first delivery.
async fn check_privileges(client: &Client) -> Result<(), Error> {
    let sql = "SELECT string_agg(name, ', ')
               FROM unnest($1::text[]) AS name,
                    unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) AS privilege
               WHERE NOT has_table_privilege(name, privilege)";
    let row = client.query_one(sql, &[&TABLES.as_slice()]).await?;
    match row.try_get::<_, Option<&str>>(0)? {
        None => Ok(()),
        Some(_) => Err(Error::Unfit("permission denied for its tables".to_owned())),
    }
}
