//! The statements of one transaction. Each is looked up once in it, not once for each event: finding
//! one by its SQL costs a fifth of running it.

use rusqlite::{CachedStatement, Connection, Params};

use super::profiles::Profiles;

pub struct Statements<'t> {
    pub connection: &'t Connection,
    pub profiles: Profiles,
    prepared: Vec<(&'static str, CachedStatement<'t>)>,
}

impl<'t> Statements<'t> {
    pub fn new(connection: &'t Connection, profiles: Profiles) -> Self {
        Self { connection, profiles, prepared: Vec::new() }
    }

    pub fn prepare(&mut self, sql: &'static str) -> rusqlite::Result<&mut CachedStatement<'t>> {
        // The same place is the same SQL, and there are few.
        let known = self.prepared.iter().position(|(known, _)| std::ptr::eq(*known, sql));
        let place = match known {
            Some(place) => place,
            None => {
                self.prepared.push((sql, self.connection.prepare_cached(sql)?));
                self.prepared.len() - 1
            }
        };
        Ok(&mut self.prepared[place].1)
    }

    /// Returns how many rows it changed.
    pub fn execute(
        &mut self,
        sql: &'static str,
        parameters: impl Params,
    ) -> rusqlite::Result<usize> {
        self.prepare(sql)?.execute(parameters)
    }

    /// The same where it does not matter how many.
    pub fn run(&mut self, sql: &'static str, parameters: impl Params) -> rusqlite::Result<()> {
        self.execute(sql, parameters).map(drop)
    }
}
