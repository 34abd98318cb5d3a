//! cosmi
