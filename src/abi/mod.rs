//! The C boundary: the only place with `unsafe`. One file per noun; every export is one guarded expression.
//!
//! Documentation of exported items is written for a C reader, since it becomes `include/cosmi.h`. Conventions:
//! `docs/ABI.md`.

#![allow(
    clippy::missing_safety_doc,
    reason = "the C documentation of each export is its safety contract: pointers are NULL or valid"
)]
#![allow(
    rustdoc::bare_urls,
    reason = "the documentation of exports is for C readers"
)]
#![allow(
    non_camel_case_types,
    reason = "Rust names are the C names, so nothing needs renaming"
)]

mod guard;
#[cfg(windows)]
mod resident;
mod text;

pub mod access;
pub mod account;
pub mod client;
pub mod collection;
pub mod connection_strings;
pub mod data_access;
pub mod database;
pub mod environment;
pub mod error;
pub mod identity;
pub mod keys;
pub mod log;
pub mod operation;
pub mod options;
pub mod resources;
pub mod status;
pub mod throughput;
pub mod token;
pub mod version;
