//! A connection to the server, as every session of this program is set up.

use std::time::Duration;

use tokio::time::timeout;
use tokio_postgres::Client;

use super::error::Error;
use super::hosts;
use super::target::Target;

/// What a server may take to let us in, once it has accepted the connection.
const LOGIN: Duration = Duration::from_secs(2);

/// A replica that stands still in the middle must not keep the rows that it has locked from the others
/// for longer than those may take to answer, nor what only one may do, and one whose machine is gone
/// neither; and what is acknowledged is on disk, whatever the server's own default is. A server before
/// version 14 has no limit for an idle session.
const SETTINGS: &str = "
    SET statement_timeout = '5s';
    SET idle_in_transaction_session_timeout = '1s';
    SELECT set_config(name, '10s', false) FROM pg_settings WHERE name = 'idle_session_timeout';
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

/// A session as the server sets it up, without limits of ours: for what may take long. With the first
/// of the hosts that takes changes.
pub async fn connect_bare(target: &Target) -> Result<Client, Error> {
    let mut last = Err(Error::TimedOut);
    for config in hosts::each(&target.config) {
        let limit = config.get_connect_timeout().copied().unwrap_or_default() + LOGIN;
        let connected = timeout(limit, config.connect(target.tls.clone())).await;
        last = connected.map_err(Error::from).and_then(|connected| Ok(connected?));
        if last.is_ok() {
            break;
        }
    }
    let (client, connection) = last?;
    // It ends when the client is dropped; what goes wrong before, the client is told.
    tokio::spawn(connection);
    Ok(client)
}
