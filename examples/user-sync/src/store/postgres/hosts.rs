//! Several hosts, each with as much time as another: the driver's own limit ends when a host has
//! accepted the connection, so one that says nothing after that would keep it from the next.

use tokio_postgres::Config;
use tokio_postgres::config::Host;

/// The same for each of the hosts alone, in their order.
pub fn each(config: &Config) -> impl Iterator<Item = Config> {
    let hosts = config.get_hosts().len().max(config.get_hostaddrs().len());
    (0..hosts).map(|nth| only(config, nth))
}

fn only(config: &Config, nth: usize) -> Config {
    let mut one = Config::new();
    match config.get_hosts().get(nth) {
        Some(Host::Tcp(name)) => drop(one.host(name)),
        #[cfg(unix)]
        Some(Host::Unix(path)) => drop(one.host_path(path)),
        None => {}
    }
    config.get_hostaddrs().get(nth).map(|address| one.hostaddr(*address));
    // One port is that of all.
    let ports = config.get_ports();
    ports.get(nth).or(ports.first()).map(|port| one.port(*port));
    config.get_user().map(|user| one.user(user));
    config.get_password().map(|password| one.password(password));
    config.get_dbname().map(|name| one.dbname(name));
    config.get_options().map(|options| one.options(options));
    config.get_application_name().map(|name| one.application_name(name));
    config.get_connect_timeout().map(|timeout| one.connect_timeout(*timeout));
    config.get_tcp_user_timeout().map(|timeout| one.tcp_user_timeout(*timeout));
    config.get_keepalives_interval().map(|interval| one.keepalives_interval(interval));
    config.get_keepalives_retries().map(|retries| one.keepalives_retries(retries));
    one.keepalives(config.get_keepalives())
        .keepalives_idle(config.get_keepalives_idle())
        .ssl_mode(config.get_ssl_mode())
        .ssl_negotiation(config.get_ssl_negotiation())
        .channel_binding(config.get_channel_binding())
        .load_balance_hosts(config.get_load_balance_hosts())
        .target_session_attrs(config.get_target_session_attrs());
    one
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(url: &str) -> Config {
        url.parse().expect("a URL")
    }

    const OPTIONS: &str = "sslmode=require&sslnegotiation=direct&options=-c%20a%3Db&application_name=x\
        &connect_timeout=7&tcp_user_timeout=8&keepalives=0&keepalives_idle=9&keepalives_interval=10\
        &keepalives_retries=11&target_session_attrs=read-write&channel_binding=disable\
        &load_balance_hosts=random";

    #[test]
    fn each_host_has_its_port_and_everything_else_that_was_said() {
        let several = parse(&format!("postgres://ann:s3cret@a:1,b:2,%2Frun:3/sync?{OPTIONS}"));
        let expected = ["a:1", "b:2", "%2Frun:3"];
        let expected =
            expected.map(|host| parse(&format!("postgres://ann:s3cret@{host}/sync?{OPTIONS}")));
        assert!(each(&several).eq(expected));
    }

    #[test]
    fn a_port_that_is_said_once_is_that_of_all_and_an_address_needs_no_name() {
        let several = parse("host=a,b port=1");
        assert!(each(&several).eq([parse("host=a port=1"), parse("host=b port=1")]));
        let addresses = parse("hostaddr=10.0.0.1,10.0.0.2");
        assert!(each(&addresses).eq([parse("hostaddr=10.0.0.1"), parse("hostaddr=10.0.0.2")]));
    }
}
