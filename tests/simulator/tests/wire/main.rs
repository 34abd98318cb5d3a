//! The simulator as its clients see it: a process and what goes over its sockets.

mod arm;
mod cosmos;
mod faults;
mod metadata;
mod process;
mod recordings;
mod support;
