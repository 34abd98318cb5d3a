//! The C SDKs.

use std::path::{Path, PathBuf};

use anyhow::Result;

use super::natives::{Built, Target};
use crate::workspace::Workspace;

/// Writes the C SDK of each target.
pub fn write(
    _workspace: &Workspace,
    _targets_built: &[(&Target, Built)],
    _into: &Path,
    _notices: &Path,
) -> Result<Vec<PathBuf>> {
    Ok(Vec::new())
}
