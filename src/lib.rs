//! cosmi: Azure Cosmos DB by managed identity, as a native library.
//!
//! On a machine that Azure knows (a VM, a Function, a runbook) one call gets a token for the machine's own
//! identity, reads the account's keys from Resource Manager with it, and shows a collection and its offer.
//!
//! The library is used through its C ABI (`include/cosmi.h`, conventions in `docs/ABI.md`). In Rust terms:
//!
//! * [`azure`] does the work: plain async Rust, no unsafe code, nothing known of the boundary.
//! * [`task`] runs one piece of that work as an operation that ends exactly once; [`runtime`] is where it runs.
//! * [`abi`] is the boundary: the only place with `unsafe`, and it neither does I/O nor decides anything.
//!
//! Arrows point one way: `abi` → `task`, `runtime`, `azure`; `azure` knows none of the others.

#![deny(missing_docs)]

pub mod abi;
#[forbid(unsafe_code)]
pub mod azure;
#[forbid(unsafe_code)]
pub mod runtime;
#[forbid(unsafe_code)]
pub mod task;
