//! The part `packages`: each package is unpacked in an empty folder outside the source tree and used from there, as
//! somebody does who has nothing else. `tests/packages` holds what they write.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use super::Session;
use super::totals::Outcome;
use crate::package::{self, archive, natives};
use crate::process;
use crate::simulator::Simulator;
use crate::tools::{DOTNET_ADVICE, PWSH_ADVICE, Tool, in_path};
use crate::wine::{self, Wine};
use crate::workspace::Workspace;

/// What the example programs are asked, and how their answer begins.
const QUESTION: [&str; 3] = ["myaccount", "Test", "Test"];
const ANSWER: &str = r#"{"collection":{"id":"Test""#;

/// How long a program may take on Mono to show a collection.
const MONO_LIMIT: Duration = Duration::from_secs(10);

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// How the C package of a target is used on this machine.
struct Customer {
    rid: &'static str,
    compiler: Compiler,
    /// CMake's names of system and processor, where they are not this machine's.
    system: Option<(&'static str, &'static str)>,
    run: Run,
}

enum Compiler {
    /// A program, and the package of Debian and Ubuntu that has it.
    Program(&'static str, &'static str),
    /// Zig's, for this target.
    Zig(&'static str),
}

enum Run {
    /// By the system itself, if it has this loader; and the package of Debian and Ubuntu that has it.
    Here(&'static str, &'static str),
    /// By a program, with these arguments before the customer's own; and the packages of Debian and Ubuntu that have it.
    By(&'static str, &'static [&'static str], &'static str),
    Wine,
    /// Nothing here could run it: that it links is all that can be tried.
    Nowhere,
}

const CUSTOMERS: [Customer; 5] = [
    Customer {
        rid: HERE,
        compiler: Compiler::Program("cc", "gcc"),
        system: None,
        run: Run::Here("/lib64/ld-linux-x86-64.so.2", "libc6"),
    },
    Customer {
        rid: "linux-arm64",
        compiler: Compiler::Zig("aarch64-linux-gnu.2.17"),
        system: Some(("Linux", "aarch64")),
        run: Run::By(
            "qemu-aarch64",
            &["-L", "/usr/aarch64-linux-gnu"],
            "qemu-user libc6-arm64-cross",
        ),
    },
    Customer {
        rid: "linux-musl-x64",
        compiler: Compiler::Zig("x86_64-linux-musl"),
        system: None,
        run: Run::Here("/lib/ld-musl-x86_64.so.1", "musl"),
    },
    Customer {
        rid: "win-x64",
        compiler: Compiler::Program("x86_64-w64-mingw32-gcc", "gcc-mingw-w64-x86-64"),
        system: Some(("Windows", "AMD64")),
        run: Run::Wine,
    },
    Customer {
        rid: "win-arm64",
        compiler: Compiler::Zig("aarch64-windows-gnu"),
        system: Some(("Windows", "ARM64")),
        run: Run::Nowhere,
    },
];

/// The platform whose packages are used on this machine.
const HERE: &str = "linux-x64";

/// Makes the packages, and tries them.
pub fn run(session: &Session) -> Result<Outcome> {
    let workspace = session.workspace;
    if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        return Ok(Outcome::unavailable(
            "packages are tried on Linux x64 only".to_owned(),
        ));
    }
    if let Some(what) = left_out(workspace, HERE) {
        return Ok(Outcome::unavailable(what));
    }
    package::run(workspace, session.tools, &package::Arguments::default())?;
    let scratch = tempfile::Builder::new()
        .prefix("cosmi-packages-")
        .tempdir()?;
    let shop = Shop {
        session,
        workspace,
        dist: workspace.root.join(package::DIST),
        simulator: Simulator::start(workspace, &[])?,
        scratch: scratch.path().canonicalize()?,
    };
    let mut outcome = step("made again, the same bytes", || shop.again());
    for customer in &CUSTOMERS {
        let name = format!("C package {}, with CMake", customer.rid);
        outcome = outcome.and(step(&name, || shop.c(customer)));
    }
    Ok(outcome
        .and(step("C package, as the README says", || shop.c_readme()))
        .and(step("NuGet package, .NET", || shop.nuget_net()))
        .and(step("NuGet package, .NET Framework", || {
            shop.nuget_framework()
        }))
        .and(shop.powershell()?))
}

/// What came of one try: done, or not possible here, for this reason.
enum Tried {
    Done,
    Unavailable(String),
}

impl Tried {
    fn missing(tool: &str, advice: &str) -> Tried {
        Tried::Unavailable(format!("no {tool} here; {advice}"))
    }

    fn not_installed(tool: &str, packages: &str) -> Tried {
        let advice = format!("Debian and Ubuntu: `apt-get install {packages}`");
        Tried::missing(tool, &advice)
    }
}

/// Why there are no packages of a platform, if there are none.
fn left_out(workspace: &Workspace, rid: &str) -> Option<String> {
    let target = natives::TARGETS.iter().find(|target| target.rid == rid);
    target.map_or_else(
        || Some(format!("{rid} is no platform")),
        |target| natives::missing(workspace, target),
    )
}

fn step(name: &str, attempt: impl FnOnce() -> Result<Tried>) -> Outcome {
    let outcome = match attempt() {
        Ok(Tried::Done) => Outcome::passed(),
        Ok(Tried::Unavailable(why)) => Outcome::unavailable(format!("{name}: {why}")),
        Err(error) => Outcome::failed(format!("{name}: {error:#}")),
    };
    if let Some(why) = &outcome.note {
        println!("SKIPPED: {why}");
    } else if let [what] = &outcome.failures[..] {
        println!("FAILED: {what}");
    } else {
        println!("passed: {name}");
    }
    outcome
}

struct Shop<'a> {
    session: &'a Session<'a>,
    workspace: &'a Workspace,
    dist: PathBuf,
    simulator: Simulator,
    scratch: PathBuf,
}

impl Shop<'_> {
    /// An empty folder.
    fn empty(&self, name: &str) -> Result<PathBuf> {
        let folder = self.scratch.join(name);
        fs::create_dir_all(&folder)?;
        Ok(folder)
    }

    /// Everything once more, in another folder: the checksums tell.
    fn again(&self) -> Result<Tried> {
        let again = self.scratch.join("again");
        let arguments = package::Arguments::everything_to(again.clone());
        package::run(self.workspace, self.session.tools, &arguments)?;
        let sums = |dist: &Path| fs::read_to_string(dist.join(package::SUMS));
        ensure!(sums(&self.dist)? == sums(&again)?, "the checksums differ");
        Ok(Tried::Done)
    }

    /// A CMake project that links the library in both ways, for a target, and is run where that can be done.
    fn c(&self, customer: &Customer) -> Result<Tried> {
        if let Some(what) = left_out(self.workspace, customer.rid) {
            return Ok(Tried::Unavailable(what));
        }
        let mut path = env::var_os("PATH");
        if in_path("cmake".as_ref(), path.clone()).is_none() {
            return Ok(Tried::not_installed("CMake", "cmake"));
        }
        let compiler = match customer.compiler {
            Compiler::Program(program, package) => {
                if in_path(program.as_ref(), path.clone()).is_none() {
                    return Ok(Tried::not_installed(program, package));
                }
                program.to_owned()
            }
            Compiler::Zig(target) => match natives::zig(self.workspace) {
                Some((zig, its_path)) => {
                    path = Some(its_path);
                    format!("{};zig;cc;--;-target;{target}", zig.display())
                }
                None => {
                    return Ok(Tried::missing(
                        "zig",
                        "docs/PACKAGING.md says how to get it",
                    ));
                }
            },
        };

        let folder = self.empty(&format!("c {}", customer.rid))?;
        let sdk = self.unpack(customer.rid, &folder)?;
        let build = folder.join("build");
        let mut configure = self.workspace.command("cmake");
        configure
            .arg("-S")
            .arg(self.workspace.root.join("tests/packages/c"))
            .arg("-B")
            .arg(&build)
            .arg(format!("-DCMAKE_PREFIX_PATH={}", sdk.display()))
            .arg(format!(
                "-DSOURCE={}",
                sdk.join("share/cosmi/examples/show_collection.c").display()
            ))
            .arg(format!("-DCMAKE_C_COMPILER={compiler}"))
            // Otherwise zig adds checks of its own to a program, which want a newer musl than the library does.
            .arg("-DCMAKE_BUILD_TYPE=Release");
        if let Some((system, processor)) = customer.system {
            configure
                .arg(format!("-DCMAKE_SYSTEM_NAME={system}"))
                .arg(format!("-DCMAKE_SYSTEM_PROCESSOR={processor}"));
        }
        let mut make = self.workspace.command("cmake");
        make.arg("--build").arg(&build);
        for command in [&mut configure, &mut make] {
            command.envs(path.iter().map(|path| ("PATH", path)));
            process::run(command)?;
        }
        let wine = match (&customer.run, wine::find()) {
            (Run::Wine, Some(loader)) => Some(Wine::open(self.workspace, loader)?),
            _ => None,
        };
        for kind in ["shared", "static"] {
            let program = ["", ".exe"]
                .map(|suffix| build.join(format!("{kind}{suffix}")))
                .into_iter()
                .find(|program| program.is_file())
                .with_context(|| format!("there is no {kind} program"))?;
            let mut command = match customer.run {
                Run::Here(loader, package) if !Path::new(loader).exists() => {
                    return Ok(Tried::not_installed(loader, package));
                }
                Run::Here(..) => self.workspace.command(program),
                Run::By(runner, arguments, packages) => {
                    let Some(runner) = in_path(runner.as_ref(), env::var_os("PATH")) else {
                        return Ok(Tried::not_installed(runner, packages));
                    };
                    let mut command = self.workspace.command(runner);
                    command.args(arguments).arg(program);
                    command
                }
                Run::Wine => {
                    let Some(wine) = &wine else {
                        return Ok(Tried::missing("wine64", wine::WINE_ADVICE));
                    };
                    // Windows looks for a DLL beside the program.
                    fs::copy(sdk.join("bin/cosmi.dll"), build.join("cosmi.dll"))?;
                    wine.command(program)
                }
                Run::Nowhere => continue,
            };
            command.args(QUESTION);
            self.ask(&mut command)?;
        }
        Ok(Tried::Done)
    }

    /// The commands of the README's section for C, and what they build.
    fn c_readme(&self) -> Result<Tried> {
        if in_path("pkg-config".as_ref(), env::var_os("PATH")).is_none() {
            return Ok(Tried::not_installed("pkg-config", "pkg-config"));
        }
        // Without a space in its path, which pkg-config and a shell do not agree about.
        let folder = self.empty("c-readme")?;
        self.deliver(&format!("{}.tar.gz", sdk_name(HERE)), &folder)?;
        let mut shell = self.workspace.command("bash");
        self.ask(
            shell
                .arg("-euc")
                .arg(self.readme("C", "sh")?)
                .current_dir(&folder),
        )?;
        Ok(Tried::Done)
    }

    /// A project that takes the package from a folder as the README says, and is run; then published for one platform.
    fn nuget_net(&self) -> Result<Tried> {
        let Some(dotnet) = self.session.tools.dotnet()? else {
            return Ok(Tried::missing("dotnet", DOTNET_ADVICE));
        };
        let folder = self.project("net", "net10.0")?;
        self.add_package(dotnet, &folder)?;
        let mut command = self.nuget(dotnet.command(self.workspace), &folder);
        self.ask(command.args(["run", "--"]).args(QUESTION))?;

        let published = folder.join("published");
        let mut command = self.nuget(dotnet.command(self.workspace), &folder);
        command
            .args([
                "publish",
                "--runtime",
                HERE,
                "--no-self-contained",
                "--output",
            ])
            .arg(&published);
        process::run(&mut command)?;
        ensure!(
            published.join("libcosmi.so").is_file(),
            "the library was not published beside the program"
        );
        let mut command = self.nuget(dotnet.command(self.workspace), &folder);
        self.ask(command.arg(published.join("app.dll")).args(QUESTION))?;
        Ok(Tried::Done)
    }

    /// A program for .NET Framework gets the DLLs of Windows; Mono runs it with the library of this platform.
    fn nuget_framework(&self) -> Result<Tried> {
        let Some(dotnet) = self.session.tools.dotnet()? else {
            return Ok(Tried::missing("dotnet", DOTNET_ADVICE));
        };
        let Some(mono) = in_path("mono".as_ref(), env::var_os("PATH")) else {
            return Ok(Tried::not_installed("Mono", "mono-runtime"));
        };
        let folder = self.project("net462", "net462")?;
        self.add_package(dotnet, &folder)?;
        let mut command = self.nuget(dotnet.command(self.workspace), &folder);
        process::run(command.args(["build", "--output", "built"]))?;
        let built = folder.join("built");
        let windows = natives::TARGETS.iter().filter(|target| {
            target.is_windows() && natives::missing(self.workspace, target).is_none()
        });
        for target in windows {
            let rid = target.rid;
            let library = built
                .join("runtimes")
                .join(rid)
                .join("native")
                .join(target.library);
            ensure!(library.is_file(), "the build has no {rid} library");
        }
        let module = self.dist.join("powershell/Cosmi");
        let mut command = self.workspace.command(mono);
        command.arg(built.join("app.exe")).args(QUESTION);
        self.simulator.point(&mut command);
        command.env(
            "COSMI_LIBRARY",
            module
                .join("runtimes")
                .join(HERE)
                .join("native/libcosmi.so"),
        );
        // On Mono a program waits for the library's threads, which do not end.
        let run = process::limited(&mut command, MONO_LIMIT)?;
        ensure!(run.output.contains(ANSWER), "it printed {:?}", run.output);
        Ok(Tried::Done)
    }

    /// `tests/packages/PowerShell.Tests.ps1`.
    fn powershell(&self) -> Result<Outcome> {
        let Some(pwsh) = self.session.tools.pwsh()? else {
            return Ok(Outcome::missing("PowerShell", PWSH_ADVICE));
        };
        self.session
            .pester(pwsh, "tests/packages", ("COSMI_DIST", &self.dist))
    }

    /// What a part of the README's section on installing has in a language.
    fn readme(&self, title: &str, language: &str) -> Result<String> {
        let readme = fs::read_to_string(self.workspace.root.join("README.md"))?;
        let blocks = blocks(&readme, title, language);
        ensure!(
            !blocks.is_empty(),
            "the README has no {language} below {title:?}"
        );
        Ok(blocks)
    }

    fn add_package(&self, dotnet: &Tool, folder: &Path) -> Result<()> {
        fs::write(folder.join("nuget.config"), self.readme("C#", "xml")?)?;
        let mut command = self.nuget(dotnet.command_for(self.workspace, "bash"), folder);
        process::run(command.arg("-euc").arg(self.readme("C#", "sh")?))
    }

    /// A project of somebody's, with a folder of packages in it.
    fn project(&self, name: &str, framework: &str) -> Result<PathBuf> {
        let folder = self.empty(name)?;
        let packages = folder.join("packages");
        fs::create_dir_all(&packages)?;
        self.deliver(&format!("Cosmi.Interop.{VERSION}.nupkg"), &packages)?;
        fs::write(
            folder.join("app.csproj"),
            format!(
                "<Project Sdk=\"Microsoft.NET.Sdk\">\n  <PropertyGroup>\n    <OutputType>Exe</OutputType>\n    \
                 <TargetFramework>{framework}</TargetFramework>\n    <LangVersion>latest</LangVersion>\n    \
                 <Nullable>enable</Nullable>\n    <TreatWarningsAsErrors>true</TreatWarningsAsErrors>\n  \
                 </PropertyGroup>\n</Project>\n"
            ),
        )?;
        fs::copy(
            self.workspace
                .root
                .join("examples/csharp/ShowCollection/Program.cs"),
            folder.join("Program.cs"),
        )?;
        Ok(folder)
    }

    /// A command in a project's folder, with a package cache of its own, so that no other build's package is taken.
    fn nuget(&self, mut command: Command, folder: &Path) -> Command {
        command
            .current_dir(folder)
            .env("NUGET_PACKAGES", self.scratch.join("nuget"))
            // Where it is set, the project's own configuration is not read.
            .env_remove("RestoreConfigFile");
        command
    }

    fn deliver(&self, package: &str, folder: &Path) -> Result<()> {
        let from = self.dist.join(package);
        fs::copy(&from, folder.join(package))
            .with_context(|| format!("could not take {}", from.display()))?;
        Ok(())
    }

    fn unpack(&self, rid: &str, folder: &Path) -> Result<PathBuf> {
        let name = sdk_name(rid);
        if rid.starts_with("win-") {
            archive::unzip(&self.dist.join(format!("{name}.zip")), folder)?;
        } else {
            let mut tar = self.workspace.command("tar");
            tar.arg("-xf")
                .arg(self.dist.join(format!("{name}.tar.gz")))
                .arg("-C")
                .arg(folder);
            process::run(&mut tar)?;
        }
        Ok(folder.join(name))
    }

    /// Runs a program that shows the collection, with the simulator as its Azure.
    fn ask(&self, command: &mut Command) -> Result<String> {
        self.simulator.point(command);
        answer(command)
    }
}

fn sdk_name(rid: &str) -> String {
    format!("cosmi-{VERSION}-{rid}")
}

fn answer(command: &mut Command) -> Result<String> {
    let output = process::capture(command)?;
    ensure!(output.contains(ANSWER), "it printed {output:?}");
    Ok(output)
}

/// The blocks in a language below a heading of the third level, one after the other.
fn blocks(markdown: &str, title: &str, language: &str) -> String {
    let (heading, fence) = (format!("### {title}"), format!("```{language}"));
    let mut blocks = String::new();
    let mut lines = markdown
        .lines()
        .skip_while(|line| *line != heading)
        .skip(1)
        .take_while(|line| !line.starts_with("### ") && !line.starts_with("## "));
    while let Some(line) = lines.next() {
        if line == fence {
            for line in lines.by_ref().take_while(|line| *line != "```") {
                blocks.push_str(line);
                blocks.push('\n');
            }
        }
    }
    blocks
}

#[cfg(test)]
mod tests {
    use super::blocks;

    #[test]
    fn the_code_below_a_heading_is_found() {
        let markdown = "# x\n\n### C\n\n```sh\none\n```\n\ntext\n\n```text\nno\n```\n\n```sh\ntwo\n```\n\n### C#\n\n```sh\nthree\n```\n";
        assert_eq!(blocks(markdown, "C", "sh"), "one\ntwo\n");
        assert_eq!(blocks(markdown, "C#", "sh"), "three\n");
        assert_eq!(blocks(markdown, "D", "sh"), "");
        assert_eq!(blocks(markdown, "C", "text"), "no\n");
    }
}
