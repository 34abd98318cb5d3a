//! The simulator as its clients see it: a process and what goes over its sockets.

mod account_writes;
mod arc;
mod arm;
mod cloud_shell;
mod cosmos;
mod databases;
mod environments;
mod faults;
mod hosts;
mod machine_learning;
mod metadata;
mod operations;
mod process;
mod recordings;
mod roles;
mod service_fabric;
mod sts;
mod support;
mod tokens;
