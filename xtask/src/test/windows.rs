//! Part `windows`: the shipped library for Windows under Wine, as C programs and PowerShell use it.

use std::collections::VecDeque;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use super::totals::{Outcome, pester_totals};
use crate::module::{self, Native};
use crate::package::natives::{self, Built, WINDOWS_X64};
use crate::process;
use crate::simulator::{Simulator, off_azure};
use crate::tools::{DOTNET_ADVICE, Tool, Tools};
use crate::wine::{self, MINGW, Wine, windows_path};
use crate::workspace::Workspace;

/// How long the whole part may take, its builds aside.
const LIMIT: Duration = Duration::from_secs(360);
/// How long one C program may take.
const PROGRAM_LIMIT: Duration = Duration::from_secs(30);
/// How long one file of Pester tests may take: it was seen that a PowerShell stops for ever under Wine.
const FILE_LIMIT: Duration = Duration::from_secs(180);

/// The C programs: where they are, which, and what more they are linked with.
const PROGRAMS: [(&str, &[&str], &[&str]); 2] = [
    (
        "tests/c",
        &["header_twice", "operations", "pinned", "trust"],
        &["-lws2_32", "-static", "-lpthread"],
    ),
    (
        "examples/c",
        &["show_collection", "tutorial", "provision"],
        &[],
    ),
];

/// What is not run here, and why.
const LEFT_OUT: [(&str, &str); 1] = [("fork.c", "Windows has no fork")];

/// Where the module lies: the folder has what folders of users have.
const MODULE_PARENT: &str = "module-windows/Übung mit Leerzeichen & mehr";

/// The files that take long.
const SLOW: [&str; 4] = [
    "Help.Tests.ps1",
    "Hosts.Tests.ps1",
    "Examples.Tests.ps1",
    "Changes.Tests.ps1",
];

const INTERNET_SETTINGS: &str = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Internet Settings";

/// Runs the part.
pub fn run(workspace: &Workspace, tools: &Tools) -> Result<Outcome> {
    if cfg!(windows) {
        return Ok(Outcome::skipped(
            "this is Windows, where the other parts say it all".to_owned(),
        ));
    }
    let Some(loader) = wine::find() else {
        return Ok(Outcome::missing("wine64", wine::WINE_ADVICE));
    };
    if let Some(what) = natives::missing(workspace, WINDOWS_X64) {
        return Ok(Outcome::unavailable(what));
    }
    let built = natives::build(workspace, WINDOWS_X64)?;
    let simulator = build_simulator(workspace)?;
    let wine = Wine::open(workspace, loader)?;
    let end = Instant::now() + LIMIT;

    let outcome = Programs::new(workspace, &wine, &built)?.run();
    let Some(pwsh) = tools.windows_pwsh()? else {
        return Ok(outcome.and(Outcome::missing(
            "PowerShell for Windows",
            "name its pwsh.exe in COSMI_PWSH_WINDOWS",
        )));
    };
    let Some(module) = stage(workspace, tools, &built)? else {
        return Ok(outcome.and(Outcome::missing("dotnet", DOTNET_ADVICE)));
    };
    let files = Files {
        workspace,
        wine: &wine,
        pwsh,
        module,
        simulator,
        end,
    };
    Ok(outcome.and(files.run()?))
}

/// The simulator as a Windows program, for tests that start one of their own.
fn build_simulator(workspace: &Workspace) -> Result<PathBuf> {
    let mut cargo = workspace.cargo(&["build", "--package", "cosmi-simulator"]);
    process::run(cargo.args(["--target", WINDOWS_X64.triple]))?;
    Ok(workspace
        .target
        .join(WINDOWS_X64.triple)
        .join("debug/cosmi-simulator.exe"))
}

/// The module with the library for Windows alone.
fn stage(workspace: &Workspace, tools: &Tools, built: &Built) -> Result<Option<PathBuf>> {
    let folder = workspace.target.join(MODULE_PARENT).join("Cosmi");
    let native = Native {
        rid: WINDOWS_X64.rid.to_owned(),
        library: built.library.clone(),
    };
    module::stage(workspace, tools, &folder, &[native], &[])
}

/// The C programs, against a simulator outside of Wine: loopback is the same.
struct Programs<'a> {
    wine: &'a Wine<'a>,
    folder: PathBuf,
    simulator: Simulator,
    /// Its certificate authority, in a file whose name is not in every code page.
    ca: PathBuf,
    outcome: Outcome,
}

impl<'a> Programs<'a> {
    /// Compiles them, against the import library.
    fn new(workspace: &Workspace, wine: &'a Wine<'a>, built: &Built) -> Result<Programs<'a>> {
        let folder = workspace.target.join("c-programs/windows");
        // Windows finds a library beside the program.
        module::copy(&built.library, &folder.join(WINDOWS_X64.library))?;
        for (sources, names, more) in PROGRAMS {
            for name in names {
                let mut compiler = workspace.command(MINGW);
                compiler.args(["-std=c11", "-Wall", "-Wextra", "-Werror", "-pedantic"]);
                compiler.arg("-I").arg(workspace.root.join("include"));
                compiler.arg(workspace.root.join(sources).join(name).with_extension("c"));
                compiler.args(&built.import_library).args(more);
                compiler
                    .arg("-o")
                    .arg(folder.join(name).with_extension("exe"));
                process::run(&mut compiler)?;
            }
        }
        let simulator = Simulator::start(workspace, &[])?;
        let ca = folder.join("证书 ß.pem");
        module::copy(Path::new(simulator.text("/ca")?), &ca)?;
        Ok(Programs {
            wine,
            folder,
            simulator,
            ca,
            outcome: Outcome::default(),
        })
    }

    fn run(mut self) -> Outcome {
        for program in ["header_twice", "operations", "pinned"] {
            self.check(&format!("{program}.c"), |programs| {
                let mut command = programs.command(program);
                if program == "pinned" {
                    command.arg(windows_path(&programs.folder.join(WINDOWS_X64.library)));
                }
                succeed(&mut command).map(drop)
            });
        }
        self.check("show_collection.c shows the collection", |programs| {
            programs.shows_the_collection()
        });
        self.check(
            "show_collection.c says what is wrong and what to do",
            |programs| {
                let mut command = programs.pointed("show_collection");
                command.args(["myaccount", "Test", "Missing"]);
                let run = process::limited(&mut command, PROGRAM_LIMIT)?;
                ensure!(
                    run.status.and_then(|status| status.code()) == Some(1)
                        && run.output.contains("NOT_FOUND: ")
                        && run.output.contains("What to do: "),
                    "{}",
                    run.report()
                );
                Ok(())
            },
        );
        self.check(
            "show_collection.c goes past a proxy of the registry",
            |programs| programs.with_proxy(Programs::shows_the_collection),
        );
        self.check(
            "tutorial.c goes from the token to the collection",
            |programs| {
                let mut command = programs.pointed("tutorial");
                command.arg(programs.simulator.text("/subscriptionId")?);
                command.args(["rg", "myaccount", "Test", "Test"]);
                command.arg(programs.simulator.text("/accounts/myaccount/endpoint")?);
                let output = succeed(&mut command)?;
                for line in [
                    "myvm in westeurope",
                    "2 read-only keys of myaccount",
                    "offer:      {",
                ] {
                    ensure!(output.contains(line), "no {line} in:\n{output}");
                }
                Ok(())
            },
        );
        self.check("provision.c makes an account, once", |programs| {
            programs
                .simulator
                .post("operations", &json!({ "polls": 1, "retryAfter": "0" }))?;
            for change in ["new", "already so"] {
                let mut command = programs.pointed("provision");
                command.arg(programs.simulator.text("/subscriptionId")?);
                command.args(["rg", "westeurope", "made-on-windows", "Test", "Test"]);
                command.arg("33333333-0000-0000-0000-000000000002");
                let output = succeed(&mut command)?;
                ensure!(
                    output.lines().filter(|line| line.ends_with(change)).count() == 4,
                    "not all is {change}:\n{output}"
                );
            }
            Ok(())
        });
        self.trust();
        for (what, why) in LEFT_OUT {
            println!(" [!] {what}, is skipped, because {why}");
        }
        self.outcome.skipped += LEFT_OUT.len();
        self.outcome
    }

    /// Whom the library trusts: a given CA alone, else whom Windows trusts.
    fn trust(&mut self) {
        self.check("trust.c trusts the CA given", |programs| {
            let shown = programs.trusting(true, None)?;
            ensure!(is_the_collection(&shown), "{shown}");
            Ok(())
        });
        for (fault, words) in [
            ("unknownCa", "its certificate is from an unknown issuer"),
            ("expired", "its certificate has expired"),
            ("wrongName", "its certificate is for another name"),
        ] {
            self.check(
                &format!("trust.c refuses a certificate: {fault}"),
                |programs| {
                    let endpoint = programs.simulator.text(&format!("/tlsFaults/{fault}"))?;
                    let said = programs.trusting(true, Some(endpoint))?;
                    ensure!(said.starts_with("TLS: ") && said.contains(words), "{said}");
                    Ok(())
                },
            );
        }
        self.check("trust.c refuses whom Windows does not know", |programs| {
            let said = programs.trusting(false, None)?;
            // Why, Wine says in its own way: it looks for revocation lists first.
            ensure!(said.starts_with("TLS: Resource Manager: "), "{said}");
            Ok(())
        });
    }

    /// What trust.c says, with the simulator's CA as an option or with Windows' own trust.
    fn trusting(&self, ca: bool, endpoint: Option<&str>) -> Result<String> {
        let mut command = self.command("trust");
        self.simulator.point(&mut command);
        // The option alone shall decide.
        command.env_remove("COSMI_CA_FILE");
        command.arg(if ca {
            windows_path(Path::new(self.simulator.text("/ca")?))
        } else {
            "-".to_owned()
        });
        command.args(["myaccount", "Test", "Test"]).args(endpoint);
        succeed(&mut command)
    }

    fn shows_the_collection(&self) -> Result<()> {
        let mut command = self.pointed("show_collection");
        let shown = succeed(command.args(["myaccount", "Test", "Test"]))?;
        ensure!(is_the_collection(&shown), "{shown}");
        Ok(())
    }

    /// With the user's settings naming a proxy that is not there.
    fn with_proxy(&self, what: impl FnOnce(&Self) -> Result<()>) -> Result<()> {
        let set = |name: &str, kind: &str, value: &str| {
            let mut command = self.wine.command("reg");
            command.args([
                "add",
                INTERNET_SETTINGS,
                "/v",
                name,
                "/t",
                kind,
                "/d",
                value,
                "/f",
            ]);
            succeed(&mut command).map(drop)
        };
        set("ProxyServer", "REG_SZ", "127.0.0.1:9")?;
        set("ProxyEnable", "REG_DWORD", "1")?;
        let result = what(self);
        set("ProxyEnable", "REG_DWORD", "0")?;
        result
    }

    /// An example, led to the simulator.
    fn pointed(&self, example: &str) -> Command {
        let mut command = self.command(example);
        self.simulator.point(&mut command);
        command.env("COSMI_CA_FILE", windows_path(&self.ca));
        command
    }

    /// A command that runs a program, off Azure.
    fn command(&self, program: &str) -> Command {
        let mut command = self
            .wine
            .command(self.folder.join(program).with_extension("exe"));
        off_azure(&mut command);
        command
    }

    fn check(&mut self, name: &str, test: impl FnOnce(&Self) -> Result<()>) {
        match test(self) {
            Ok(()) => {
                println!(" [+] {name}");
                self.outcome.passed += 1;
            }
            Err(error) => {
                println!(" [-] {name}: {error:#}");
                self.outcome.failed += 1;
            }
        }
    }
}

/// Runs a C program that must succeed, and gives what it said.
fn succeed(command: &mut Command) -> Result<String> {
    let run = process::limited(command, PROGRAM_LIMIT)?;
    ensure!(run.succeeded(), "{}", run.report());
    Ok(run.output)
}

/// Among the lines there may be one of Wine's own.
fn is_the_collection(text: &str) -> bool {
    text.lines().any(|line| {
        serde_json::from_str(line).is_ok_and(|shown: Value| {
            shown["collection"]["id"] == "Test"
                && shown["offer"]["content"]["offerThroughput"] == 400
        })
    })
}

/// The Pester tests: each file in a PowerShell of its own, as many at a time as there are processors.
struct Files<'a> {
    workspace: &'a Workspace,
    wine: &'a Wine<'a>,
    pwsh: Tool,
    module: PathBuf,
    simulator: PathBuf,
    end: Instant,
}

impl Files<'_> {
    fn run(&self) -> Result<Outcome> {
        // The keys of Azure Arc's challenges are read in this folder alone.
        fs::create_dir_all(
            self.wine
                .drive()
                .join("ProgramData/AzureConnectedMachineAgent/Tokens"),
        )?;
        let waiting = Mutex::new(self.files()?);
        let total = Mutex::new(Outcome::default());
        let next = || waiting.lock().expect("no worker panics").pop_front();
        let workers = thread::available_parallelism().map_or(1, usize::from);
        thread::scope(|scope| {
            for _ in 0..workers {
                scope.spawn(|| {
                    while let Some(file) = next() {
                        let outcome = self
                            .run_one(&file)
                            .unwrap_or_else(|error| Outcome::failed(format!("{error:#}")));
                        let mut total = total.lock().expect("no worker panics");
                        *total = std::mem::take(&mut *total).and(outcome);
                    }
                });
            }
        });
        Ok(total
            .into_inner()
            .expect("no worker panics")
            .expecting_tests())
    }

    fn files(&self) -> Result<VecDeque<PathBuf>> {
        let folder = self.workspace.root.join("tests/powershell");
        let mut files: Vec<PathBuf> = fs::read_dir(folder)?
            .map(|entry| Ok(entry?.path()))
            .collect::<Result<_>>()?;
        files.retain(|file| file.to_string_lossy().ends_with(".Tests.ps1"));
        files.sort();
        // The longest first, so that none of them is left to run alone at the end.
        let rank = |file: &Path| SLOW.iter().position(|slow| file.ends_with(slow));
        files.sort_by_key(|file| rank(file).unwrap_or(SLOW.len()));
        Ok(files.into())
    }

    fn run_one(&self, file: &Path) -> Result<Outcome> {
        let limit = FILE_LIMIT.min(self.end.saturating_duration_since(Instant::now()));
        let mut command = self.wine.command(self.pwsh.program());
        off_azure(&mut command);
        command.args([
            "-NoProfile",
            "-NonInteractive",
            "-ExecutionPolicy",
            "Bypass",
        ]);
        command.arg("-File");
        command.arg(windows_path(
            &self.workspace.root.join("xtask/scripts/Invoke-Test.ps1"),
        ));
        command.arg("-Path").arg(windows_path(file));
        command.env("COSMI_MODULE", windows_path(&self.module));
        command.env("COSMI_SIMULATOR", windows_path(&self.simulator));
        if let Some(paths) = self.pwsh.variable("PSModulePath") {
            let paths: Vec<String> = env::split_paths(&paths)
                .map(|path| windows_path(&path))
                .collect();
            command.env("PSModulePath", paths.join(";"));
        }
        let run = process::limited(&mut command, limit)?;
        // In one piece: another file's may come at the same time.
        println!("{}", run.output.trim_end());
        let Some(status) = run.status else {
            let name = file.file_name().unwrap_or_default().to_string_lossy();
            return Ok(Outcome::failed(format!(
                "{name} was not done after {} s",
                limit.as_secs()
            )));
        };
        Ok(pester_totals(&run.output)
            .unwrap_or_default()
            .checked(status)
            .expecting_tests())
    }
}
