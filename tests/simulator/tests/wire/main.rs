//! The simulator as its clients see it: a process and what goes over its sockets.

mod arc;
mod arm;
mod cloud_shell;
mod cosmos;
mod environments;
mod faults;
mod machine_learning;
mod metadata;
mod process;
mod recordings;
mod service_fabric;
mod sts;
mod support;
mod tokens;
