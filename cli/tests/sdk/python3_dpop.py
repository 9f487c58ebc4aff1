"""A service app that requires DPoP, with Okta's Python SDK 3.x, against the org of OKTA_URL."""

import asyncio

from checks import Checks, assertion_client
from okta.client import Client
from okta.models import CreateUserRequest


async def main():
    check = Checks()
    client = Client({**assertion_client(), "dpopEnabled": True})
    login = "nadia.osei@example.com"
    profile = {"login": login, "email": login, "firstName": "Nadia", "lastName": "Osei"}
    users, _, error = await client.list_users(limit=2)
    check("a list", (users, error), ([], None))
    made = await client.create_user(CreateUserRequest.from_dict({"profile": profile}))
    check("without the scope", made[-1].error_code, "E0000006")
    missing = await client.get_user("00unobody")
    check("not there", missing[-1].error_code, "E0000007")
    # The SDK encodes the `@` in its proof and Okta does not, so that this fails at Okta, too.
    _, answer, _ = await client.get_user(login)
    check("a login in the path", answer.status_code, 400)
    _, _, error = await Client(assertion_client()).list_users()
    check("without a proof", "The DPoP proof JWT header is missing." in str(error), True)
    check.report()


asyncio.run(main())
