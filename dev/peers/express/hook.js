// An event hook as Okta's guide has it, on Express: the secret compared with ===, the events read,
// the first target of each looked at.
const express = require("express");

const app = express();
app.use(express.json({ limit: "1mb" }));

app.get("/hook", (request, response) => {
  response.json({ verification: request.headers["x-okta-verification-challenge"] });
});

app.post("/hook", (request, response) => {
  if (request.headers.authorization !== process.env.OKTA_HOOK_SECRET) {
    return response.sendStatus(401);
  }
  for (const event of request.body.data.events) {
    globalThis.latest = event.target?.[0]?.alternateId;
  }
  response.sendStatus(200);
});

const [host, port] = process.env.LISTEN.split(":");
const server = app.listen(Number(port), host, () => {
  console.log(`Listening on http://${host}:${server.address().port}`);
});
