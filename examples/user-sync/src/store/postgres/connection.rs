//! A connection to the server, as every session of this program is set up.

use std::time::Duration;

use tokio::time::timeout;
use tokio_postgres::Client;

use super::error::Error;
use super::target::Target;

/// What a server may take to let us in, once it has accepted the connection.
const LOGIN: Duration = Duration::from_secs(2);

/// A replica that is stopped in the middle must not keep the rows that it has locked from the others,
/// one whose machine is gone not what only one may do; and what is acknowledged is on disk, whatever
/// the server's own default is.
const SETTINGS: &str = "
    SET statement_timeout = '5s';
    SET idle_in_transaction_session_timeout = '5s';
    SET tcp_keepalives_idle = 10;
    SET tcp_keepalives_interval = 5;
    SET tcp_keepalives_count = 3;
    SELECT set_config('synchronous_commit', 'on', false)
    WHERE current_setting('synchronous_commit') = 'off'";

/// A session with these settings.
pub async fn connect(target: &Target) -> Result<Client, Error> {
    let client = connect_bare(target).await?;
    timeout(LOGIN, client.batch_execute(SETTINGS)).await??;
    Ok(client)
}

/// A session as the server sets it up, without limits of ours: for what may take long.
pub async fn connect_bare(target: &Target) -> Result<Client, Error> {
    let Target { config, tls } = target;
    let hosts = u32::try_from(config.get_hosts().len().max(1)).unwrap_or(u32::MAX);
    let each = config.get_connect_timeout().copied().unwrap_or_default();
    let all = each.saturating_mul(hosts).saturating_add(LOGIN);
    let (client, connection) = timeout(all, config.connect(tls.clone())).await??;
    // It ends when the client is dropped; what goes wrong before, the client is told.
    tokio::spawn(connection);
    Ok(client)
}
