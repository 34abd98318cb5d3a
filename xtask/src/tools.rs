//! Finds PowerShell and the .NET SDK: on the command line, in the environment, on PATH, in ../shared/tools.

use std::cell::OnceCell;
use std::env;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};
use clap::Args;

use crate::process;
use crate::workspace::Workspace;

/// What the user said about where the tools are.
#[derive(Args)]
pub struct ToolPaths {
    /// The PowerShell to use [default: $COSMI_PWSH, pwsh on PATH, ../shared/tools]
    #[arg(long, value_name = "PATH", global = true)]
    pwsh: Option<PathBuf>,
    /// The .NET SDK to use [default: $COSMI_DOTNET, dotnet on PATH, ../shared/tools]
    #[arg(long, value_name = "PATH", global = true)]
    dotnet: Option<PathBuf>,
}

/// A tool, and the environment it wants.
#[derive(Clone)]
pub struct Tool {
    program: PathBuf,
    environment: Vec<(OsString, OsString)>,
}

/// The tools outside Rust, each looked for once, when first asked for.
pub struct Tools {
    paths: ToolPaths,
    root: PathBuf,
    target: PathBuf,
    pwsh: OnceCell<Option<Tool>>,
    dotnet: OnceCell<Option<Tool>>,
    shared: OnceCell<Option<Vec<(OsString, OsString)>>>,
}

/// What to tell a user who has no PowerShell.
pub const PWSH_ADVICE: &str = if cfg!(windows) {
    "install PowerShell 7: `winget install Microsoft.PowerShell`, or name Windows PowerShell with `--pwsh powershell`"
} else if cfg!(target_os = "macos") {
    "install PowerShell 7: `brew install powershell`"
} else {
    "install PowerShell 7: https://aka.ms/install-powershell-linux"
};

/// What to tell a user who has no .NET SDK.
pub const DOTNET_ADVICE: &str =
    "install the .NET SDK, version 10: https://dotnet.microsoft.com/download";

impl Tools {
    pub fn new(workspace: &Workspace, paths: ToolPaths) -> Tools {
        Tools {
            paths,
            root: workspace.root.clone(),
            target: workspace.target.clone(),
            pwsh: OnceCell::new(),
            dotnet: OnceCell::new(),
            shared: OnceCell::new(),
        }
    }

    /// PowerShell, or `None` where there is none.
    pub fn pwsh(&self) -> Result<Option<&Tool>> {
        self.once(&self.pwsh, "pwsh", "COSMI_PWSH", self.paths.pwsh.as_deref())
    }

    /// The .NET SDK, or `None` where there is none.
    pub fn dotnet(&self) -> Result<Option<&Tool>> {
        self.once(
            &self.dotnet,
            "dotnet",
            "COSMI_DOTNET",
            self.paths.dotnet.as_deref(),
        )
    }

    /// A Windows build of PowerShell, for Wine: $COSMI_PWSH_WINDOWS, ../shared/tools.
    pub fn windows_pwsh(&self) -> Result<Option<Tool>> {
        const NAME: &str = "COSMI_PWSH_WINDOWS";
        let environment = self.shared_environment().cloned().unwrap_or_default();
        let Some(program) = env::var_os(NAME)
            .filter(|value| !value.is_empty())
            .or_else(|| value_of(&environment, NAME))
            .map(PathBuf::from)
        else {
            return Ok(None);
        };
        if !program.is_file() {
            bail!(
                "${NAME} names {}, which is not a program",
                program.display()
            );
        }
        Ok(Some(Tool {
            program,
            environment,
        }))
    }

    fn once<'a>(
        &self,
        cell: &'a OnceCell<Option<Tool>>,
        name: &str,
        variable: &str,
        given: Option<&Path>,
    ) -> Result<Option<&'a Tool>> {
        if cell.get().is_none() {
            let found = self.find(name, variable, given)?;
            return Ok(cell.get_or_init(|| found).as_ref());
        }
        Ok(cell.get().and_then(Option::as_ref))
    }

    fn find(&self, name: &str, variable: &str, given: Option<&Path>) -> Result<Option<Tool>> {
        let named = match given {
            Some(path) => Some((path.to_owned(), format!("--{name}"))),
            None => env::var_os(variable)
                .filter(|value| !value.is_empty())
                .map(|value| (PathBuf::from(value), format!("${variable}"))),
        };
        if let Some((path, origin)) = named {
            // A tool that was named and is not there is a mistake, not a reason to look elsewhere.
            return match in_path(&path, env::var_os("PATH")) {
                Some(program) => Ok(Some(Tool {
                    program,
                    environment: Vec::new(),
                })),
                None => bail!("{origin} names {}, which is not a program", path.display()),
            };
        }
        if let Some(program) = in_path(Path::new(name), env::var_os("PATH")) {
            return Ok(Some(Tool {
                program,
                environment: Vec::new(),
            }));
        }
        let Some(environment) = self.shared_environment() else {
            return Ok(None);
        };
        let path = value_of(environment, "PATH");
        Ok(in_path(Path::new(name), path).map(|program| Tool {
            program,
            environment: environment.clone(),
        }))
    }

    /// What ../shared/tools/env.sh changes in the environment.
    fn shared_environment(&self) -> Option<&Vec<(OsString, OsString)>> {
        self.shared
            .get_or_init(|| {
                let script = self.root.parent()?.join("shared/tools/env.sh");
                if !script.is_file() {
                    return None;
                }
                let mut bash = process::command("bash", &self.target);
                bash.args(["-c", ". \"$1\" && env -0", "bash"]).arg(&script);
                match process::capture(&mut bash) {
                    Ok(text) => Some(
                        text.split('\0')
                            .filter_map(|entry| entry.split_once('='))
                            .filter(|(name, value)| {
                                !name.starts_with('_')
                                    && env::var_os(name).as_deref() != Some((*value).as_ref())
                            })
                            .map(|(name, value)| (name.into(), value.into()))
                            .collect(),
                    ),
                    Err(error) => {
                        eprintln!("../shared/tools cannot be used: {error:#}");
                        None
                    }
                }
            })
            .as_ref()
    }
}

impl Tool {
    /// Where the tool lies.
    pub fn program(&self) -> &Path {
        &self.program
    }

    /// A variable of its environment.
    pub fn variable(&self, name: &str) -> Option<OsString> {
        value_of(&self.environment, name).or_else(|| env::var_os(name))
    }

    /// A command that runs this tool in the source tree.
    pub fn command(&self, workspace: &Workspace) -> Command {
        self.command_for(workspace, &self.program)
    }

    /// Another program that will run this tool, so in its environment.
    pub fn command_for(&self, workspace: &Workspace, program: impl AsRef<OsStr>) -> Command {
        let mut command = workspace.command(program);
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }

    /// PowerShell without the user's profile and prompts.
    pub fn pwsh_command(&self, workspace: &Workspace) -> Command {
        let mut command = self.command(workspace);
        command.args(["-NoProfile", "-NonInteractive"]);
        if cfg!(windows) {
            command.args(["-ExecutionPolicy", "Bypass"]);
        }
        command
    }
}

fn value_of(environment: &[(OsString, OsString)], name: &str) -> Option<OsString> {
    environment
        .iter()
        .find(|(candidate, _)| candidate == name)
        .map(|(_, value)| value.clone())
}

/// The program a name or path means.
pub fn in_path(name: &Path, path: Option<OsString>) -> Option<PathBuf> {
    let candidates = |folder: &Path| {
        let plain = folder.join(name);
        let with_suffix = (!env::consts::EXE_SUFFIX.is_empty())
            .then(|| PathBuf::from(format!("{}{}", plain.display(), env::consts::EXE_SUFFIX)));
        std::iter::once(plain)
            .chain(with_suffix)
            .find(|file| file.is_file())
    };
    if name.components().count() > 1 {
        return std::path::absolute(candidates(Path::new(""))?).ok();
    }
    env::split_paths(&path?).find_map(|folder| candidates(&folder))
}
