// The guide's hook that keeps users in SQLite, but for one thing: it answers after the row is on disk,
// as all others here do.
const express = require("express");
const sqlite3 = require("sqlite3");

const db = new sqlite3.Database("users.db");
db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
         CREATE TABLE IF NOT EXISTS users (id INTEGER PRIMARY KEY, login TEXT, event TEXT)`);

const app = express();
app.use(express.json({ limit: "1mb" }));

app.post("/hook", (request, response) => {
  if (request.headers.authorization !== process.env.OKTA_HOOK_SECRET) {
    return response.sendStatus(401);
  }
  const [event] = request.body.data.events;
  const row = [event.target[0].alternateId, event.eventType];
  db.run("INSERT INTO users (login, event) VALUES (?, ?)", row, (error) => {
    response.sendStatus(error ? 503 : 200);
  });
});

const [host, port] = process.env.LISTEN.split(":");
const server = app.listen(Number(port), host, () => {
  console.log(`Listening on http://${host}:${server.address().port}`);
});
