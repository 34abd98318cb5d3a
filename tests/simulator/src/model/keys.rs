//! The four keys of an account.

use jiff::Timestamp;

use crate::secret;

#[derive(Clone)]
pub struct Keys {
    pub primary: String,
    pub secondary: String,
    pub primary_readonly: String,
    pub secondary_readonly: String,
    /// When each of them was made, in this order.
    pub generated: [Timestamp; 4],
}

impl Keys {
    pub fn new(now: Timestamp) -> Keys {
        Keys {
            primary: secret::account_key(),
            secondary: secret::account_key(),
            primary_readonly: secret::account_key(),
            secondary_readonly: secret::account_key(),
            generated: [now; 4],
        }
    }

    /// Replaces one key; false when there is no such kind.
    pub fn regenerate(&mut self, kind: &str, now: Timestamp) -> bool {
        let (index, key) = match kind.to_ascii_lowercase().as_str() {
            "primary" => (0, &mut self.primary),
            "secondary" => (1, &mut self.secondary),
            "primaryreadonly" => (2, &mut self.primary_readonly),
            "secondaryreadonly" => (3, &mut self.secondary_readonly),
            _ => return false,
        };
        *key = secret::account_key();
        self.generated[index] = now;
        true
    }

    pub fn read_write(&self) -> [&str; 2] {
        [&self.primary, &self.secondary]
    }

    pub fn read_only(&self) -> [&str; 2] {
        [&self.primary_readonly, &self.secondary_readonly]
    }
}
