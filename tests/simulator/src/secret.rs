//! Random values, and the HMAC both kinds of signatures use.

use std::fmt::Write as _;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Bytes nobody can guess.
pub fn random<const LENGTH: usize>() -> [u8; LENGTH] {
    let mut bytes = [0; LENGTH];
    getrandom::fill(&mut bytes).expect("the operating system has random numbers");
    bytes
}

/// A key as Cosmos DB writes it: 64 bytes in base64.
pub fn account_key() -> String {
    STANDARD.encode(random::<64>())
}

/// A secret as App Service writes its header: upper-case hexadecimal.
pub fn hexadecimal<const LENGTH: usize>() -> String {
    in_hexadecimal(&random::<LENGTH>())
}

/// Upper-case hexadecimal.
pub fn in_hexadecimal(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        write!(text, "{byte:02X}").expect("a string takes any text");
    }
    text
}

pub fn sign(key: &[u8], message: &[u8]) -> Vec<u8> {
    mac(key, message).finalize().into_bytes().to_vec()
}

/// Compares in constant time.
pub fn verify(key: &[u8], message: &[u8], signature: &[u8]) -> bool {
    mac(key, message).verify_slice(signature).is_ok()
}

fn mac(key: &[u8], message: &[u8]) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(message);
    mac
}
