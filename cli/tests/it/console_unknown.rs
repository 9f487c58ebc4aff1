//! The console says which paths clients asked for that the emulator does not have.

use okta_hooks_testing::axe;
use okta_hooks_testing::console::{console, tab};

use crate::console::org;

#[tokio::test(flavor = "multi_thread")]
async fn what_clients_asked_for_in_vain_is_said_with_a_count() {
    let server = org();
    let Some(mut page) = console(&server, 390) else { return };
    page.wait_for("#live", "Live");
    assert_eq!(page.eval("document.querySelector('#unknown').checkVisibility()"), false);
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let ask = async |path: &str| {
        let request = client.get(format!("http://{}{path}", server.address));
        let answer = request.header("authorization", "SSWS console-test-token").send().await;
        assert_eq!(answer.unwrap().status(), 404);
    };
    ask("/api/v1/zones/nzo1a").await;
    page.wait_for("#unknown", "1 request for what the emulator does not have");
    page.eval("document.querySelector('#unknown summary').focus()");
    page.key("Enter");
    page.wait_for("#unknown-list", "GET /api/v1/zones/{}");
    page.wait_for("#unknown-list", "once");

    ask("/api/v1/zones/nzo2b").await;
    for name in ["policies", "idps", "behaviors", "brands", "domains", "realms", "devices"] {
        ask(&format!("/api/v1/{name}/a-path-that-is-as-long-as-they-come/{name}")).await;
    }
    page.wait_for("#unknown", "9 requests for what the emulator does not have");
    page.wait_for("#unknown-list", "2 times");
    assert_eq!(page.eval("document.querySelector('#unknown details').open"), true, "it stays open");
    for width in [390, 320] {
        page.resize(width, 844);
        for name in ["hooks", "inspector"] {
            tab(&mut page, name);
            let wide = page.eval("document.documentElement.scrollWidth").as_u64().unwrap();
            assert!(wide <= width.into(), "{name} at {width}");
            let main = "document.querySelector('main').getBoundingClientRect().height";
            assert!(page.eval(main).as_f64().unwrap() > 300.0, "there is room for {name}");
        }
    }
    let Some(axe) = axe::script() else { return };
    for scheme in ["light", "dark"] {
        page.prefer(scheme);
        for (width, height) in [(1280, 800), (390, 844)] {
            page.resize(width, height);
            assert_eq!(page.accessibility_faults(&axe), "", "{scheme}, {width}");
        }
    }
}
