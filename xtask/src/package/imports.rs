//! What a shared library needs of the system.

use std::fs;

use anyhow::Result;

use super::natives::{Built, Target};

/// What was found.
pub struct Imports;

/// Prints the library's size.
pub fn check(target: &Target, built: &Built) -> Result<Imports> {
    let size = fs::metadata(&built.library)?.len();
    println!("{:<16}{size:>10} bytes", target.rid);
    Ok(Imports)
}
