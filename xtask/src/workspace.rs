//! Where things are: the source tree, the target directory, and what a build leaves in it.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::process;

/// The source tree and its target directory.
pub struct Workspace {
    pub root: PathBuf,
    pub target: PathBuf,
    metadata: Value,
}

/// How the native library is built.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// Small and optimised, as shipped.
    Release,
    /// Quick to build; the tests and the demo use it.
    Debug,
}

impl Workspace {
    /// Asks cargo, so that `CARGO_TARGET_DIR` and configuration files are obeyed.
    pub fn find() -> Result<Workspace> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"))
            .parent()
            .context("xtask is not inside a workspace")?
            .to_owned();
        let mut cargo = Command::new(cargo_program());
        cargo
            .current_dir(&root)
            .args(["metadata", "--format-version", "1", "--no-deps"]);
        let metadata: Value = serde_json::from_str(&process::capture(&mut cargo)?)
            .context("cargo metadata printed something that is not JSON")?;
        let target = metadata["target_directory"]
            .as_str()
            .context("cargo metadata names no target directory")?;
        Ok(Workspace {
            root,
            target: PathBuf::from(target),
            metadata,
        })
    }

    /// A cargo command in the source tree; continuous integration takes the lock file as it is.
    pub fn cargo(&self, arguments: &[&str]) -> Command {
        self.cargo_with(cargo_program(), arguments)
    }

    /// The same with a program that stands in for cargo.
    pub fn cargo_with(&self, program: impl AsRef<std::ffi::OsStr>, arguments: &[&str]) -> Command {
        let mut command = self.command(program);
        command.args(arguments);
        if is_ci() {
            command.arg("--locked");
        }
        command
    }

    /// A command that runs in the source tree.
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = process::command(program, &self.target);
        command.current_dir(&self.root);
        command
    }

    /// The names of all integration tests of the workspace's packages.
    pub fn integration_tests(&self) -> Vec<&str> {
        let packages = self.metadata["packages"]
            .as_array()
            .map_or(&[][..], Vec::as_slice);
        packages
            .iter()
            .flat_map(|package| package["targets"].as_array().map_or(&[][..], Vec::as_slice))
            .filter(|target| target["kind"][0] == "test")
            .filter_map(|target| target["name"].as_str())
            .collect()
    }

    /// A cargo command on library and simulator together: one by one, shared dependencies get other features and are
    /// built twice. Never on xtask: it is running, and some systems do not let a running program be replaced.
    pub fn cargo_on_members(&self, verb: &[&str]) -> Command {
        let mut command = self.cargo(verb);
        command.args(["--workspace", "--exclude", "xtask"]);
        command
    }

    /// The command that builds library and simulator for tests and demo.
    pub fn build_debug(&self) -> Command {
        self.cargo_on_members(&["build"])
    }

    /// The native library a build of this profile leaves.
    pub fn library(&self, profile: Profile) -> PathBuf {
        self.profile_directory(profile).join(LIBRARY_FILE)
    }

    /// The simulator program.
    pub fn simulator(&self) -> PathBuf {
        self.profile_directory(Profile::Debug)
            .join(format!("cosmi-simulator{}", env::consts::EXE_SUFFIX))
    }

    /// Where the module of this profile is staged; the folder is called as the module, as PowerShell wants it.
    pub fn module(&self, profile: Profile) -> PathBuf {
        let parent = match profile {
            Profile::Release => "module",
            Profile::Debug => "module-debug",
        };
        self.target.join(parent).join("Cosmi")
    }

    fn profile_directory(&self, profile: Profile) -> PathBuf {
        self.target.join(match profile {
            Profile::Release => "release",
            Profile::Debug => "debug",
        })
    }
}

/// True on a build server: nothing may be missing there, and the lock file is not changed.
pub fn is_ci() -> bool {
    env::var("CI").is_ok_and(|value| value == "true" || value == "1")
}

fn cargo_program() -> std::ffi::OsString {
    env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

/// What cargo calls the library on this system.
pub const LIBRARY_FILE: &str = if cfg!(windows) {
    "cosmi.dll"
} else if cfg!(target_os = "macos") {
    "libcosmi.dylib"
} else {
    "libcosmi.so"
};

/// .NET's name of this platform, the folder below `runtimes`.
pub fn runtime_identifier() -> String {
    let system = match env::consts::OS {
        "windows" => "win",
        "macos" => "osx",
        "linux" if cfg!(target_env = "musl") => "linux-musl",
        other => other,
    };
    let architecture = match env::consts::ARCH {
        "x86_64" => "x64",
        "aarch64" => "arm64",
        other => other,
    };
    format!("{system}-{architecture}")
}
