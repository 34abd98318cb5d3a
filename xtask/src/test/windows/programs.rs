//! The C programs, tests and examples, as Windows programs.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use crate::module;
use crate::package::natives::{Built, WINDOWS_X64};
use crate::process;
use crate::simulator::{Simulator, off_azure};
use crate::test::totals::Outcome;
use crate::wine::{MINGW, Wine, windows_path};
use crate::workspace::Workspace;

/// How long one C program may take.
const PROGRAM_LIMIT: Duration = Duration::from_secs(30);

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

const INTERNET_SETTINGS: &str = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Internet Settings";

/// The C programs, against a simulator outside of Wine: loopback is the same.
pub struct Programs<'a> {
    wine: &'a Wine<'a>,
    folder: PathBuf,
    simulator: Simulator,
    /// Its certificate authority, in a file whose name is not in every code page.
    ca: PathBuf,
    outcome: Outcome,
}

impl<'a> Programs<'a> {
    /// Compiles them, against the import library.
    pub fn new(workspace: &Workspace, wine: &'a Wine<'a>, built: &Built) -> Result<Programs<'a>> {
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

    /// Runs them all.
    pub fn run(mut self) -> Outcome {
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
        self.check(
            "provision.c goes from no account to the collection, twice",
            |programs| {
                programs
                    .simulator
                    .post("operations", &json!({ "polls": 1, "retryAfter": "0" }))?;
                for change in ["new", "already so"] {
                    let mut command = programs.pointed("provision");
                    command.arg(programs.simulator.text("/subscriptionId")?);
                    command.args(["rg", "westeurope", "made-on-windows", "Test", "Test"]);
                    command.arg("33333333-0000-0000-0000-000000000002");
                    let output = succeed(&mut command)?;
                    for (what, change) in [
                        ("account:", change),
                        ("database:", change),
                        ("collection:", change),
                        ("identity:", "already so"),
                        ("access:", change),
                    ] {
                        let line = format!("{what:<12}{change}");
                        ensure!(
                            output.lines().any(|said| said == line),
                            "no {line} in:\n{output}"
                        );
                    }
                    ensure!(is_the_collection(&output), "{output}");
                }
                Ok(())
            },
        );
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
        let outcome = match test(self) {
            Ok(()) => {
                println!(" [+] {name}");
                Outcome::passed()
            }
            Err(error) => {
                let what = format!("{name}: {error:#}");
                println!(" [-] {what}");
                Outcome::failed(what)
            }
        };
        self.outcome = std::mem::take(&mut self.outcome).and(outcome);
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
