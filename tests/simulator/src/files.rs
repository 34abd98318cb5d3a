//! What this Azure keeps in the file system while it runs.

use std::path::{Path, PathBuf};

use crate::secret;

/// A folder for its user alone, removed at the end.
pub struct TemporaryFolder {
    path: PathBuf,
}

impl TemporaryFolder {
    pub fn new() -> std::io::Result<TemporaryFolder> {
        let name = format!(
            "cosmi-simulator-{}-{}",
            std::process::id(),
            secret::hexadecimal::<4>()
        );
        let path = std::path::absolute(std::env::temp_dir().join(name))?;
        create(&path)?;
        Ok(TemporaryFolder { path })
    }

    pub fn join(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// A folder somebody asked for, made when it is not there, or one in here.
    pub fn folder(&self, asked: Option<&Path>, name: &str) -> Result<PathBuf, String> {
        let path = asked.map_or_else(|| self.join(name), Path::to_path_buf);
        std::fs::create_dir_all(&path)
            .and_then(|()| std::path::absolute(&path))
            .map_err(|error| format!("{}: {error}", path.display()))
    }

    /// Writes a file where somebody asked for it, or in here.
    pub fn write(&self, asked: Option<&Path>, name: &str, text: &str) -> Result<PathBuf, String> {
        let path = asked.map_or_else(|| self.join(name), Path::to_path_buf);
        std::fs::write(&path, text)
            .and_then(|()| std::path::absolute(&path))
            .map_err(|error| format!("{}: {error}", path.display()))
    }
}

#[cfg(unix)]
fn create(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new().mode(0o700).create(path)
}

/// The user's folder for temporary files is the user's alone already.
#[cfg(not(unix))]
fn create(path: &Path) -> std::io::Result<()> {
    std::fs::create_dir(path)
}

impl Drop for TemporaryFolder {
    fn drop(&mut self) {
        // Nothing depends on it any more; what is left over does no harm.
        let _ = std::fs::remove_dir_all(&self.path);
    }
}
