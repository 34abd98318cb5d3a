//! The native library for every platform it is shipped for, each built from this one.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::process;
use crate::tools::in_path;
use crate::workspace::Workspace;

/// A platform the library is shipped for.
pub struct Target {
    pub triple: &'static str,
    /// .NET's name of it.
    pub rid: &'static str,
    /// The shared library's file.
    pub library: &'static str,
    /// The oldest glibc it runs with.
    pub glibc: Option<&'static str>,
    linker: Linker,
}

/// What compiles C for the target and links.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Linker {
    MinGw,
    Zig,
}

/// What a build leaves.
pub struct Built {
    pub library: PathBuf,
    /// Windows: what GNU linkers want beside the DLL.
    pub import_library: Option<PathBuf>,
    pub static_library: PathBuf,
    /// What a program that links statically must link, too, as linker arguments.
    pub static_needs: Vec<String>,
}

pub const TARGETS: [Target; 5] = [
    Target {
        triple: "x86_64-pc-windows-gnu",
        rid: "win-x64",
        library: "cosmi.dll",
        glibc: None,
        linker: Linker::MinGw,
    },
    Target {
        triple: "aarch64-pc-windows-gnullvm",
        rid: "win-arm64",
        library: "cosmi.dll",
        glibc: None,
        linker: Linker::Zig,
    },
    Target {
        triple: "x86_64-unknown-linux-gnu",
        rid: "linux-x64",
        library: "libcosmi.so",
        glibc: Some("2.17"),
        linker: Linker::Zig,
    },
    Target {
        triple: "aarch64-unknown-linux-gnu",
        rid: "linux-arm64",
        library: "libcosmi.so",
        glibc: Some("2.17"),
        linker: Linker::Zig,
    },
    Target {
        triple: "x86_64-unknown-linux-musl",
        rid: "linux-musl-x64",
        library: "libcosmi.so",
        glibc: None,
        linker: Linker::Zig,
    },
];

pub const WINDOWS_X64: &Target = &TARGETS[0];

const MINGW: &str = "x86_64-w64-mingw32-gcc";
const ZIGBUILD: &str = "cargo-zigbuild";

impl Target {
    pub fn is_windows(&self) -> bool {
        self.triple.contains("-windows-")
    }

    fn is_musl(&self) -> bool {
        self.triple.ends_with("-musl")
    }
}

/// Builds the library of a target as it is shipped, shared and static.
pub fn build(workspace: &Workspace, target: &Target) -> Result<Built> {
    if let Some(what) = missing(workspace, target) {
        bail!("{} cannot be built: {what}", target.rid);
    }
    let compiler = Compiler::ask(workspace)?;
    let mut command = cargo(workspace, target)?;
    command.args(["--package", "cosmi", "--release", "--lib"]);
    // Without the rlib, which would keep everything that Rust could call. The static library costs the shared one nothing.
    command.args(["--crate-type", "cdylib,staticlib"]);
    command.arg("--target-dir").arg(&workspace.target);
    command.args(["--", "--print", "native-static-libs"]);
    command.env(
        "CARGO_ENCODED_RUSTFLAGS",
        rust_flags(workspace, &compiler, target)?,
    );
    let (status, output) = process::tee(&mut command)?;
    if !status.success() {
        bail!("the build for {} failed ({status})", target.rid);
    }

    let folder = workspace.target.join(target.triple).join("release");
    let static_library = folder.join("stripped").join("libcosmi.a");
    strip(
        workspace,
        &compiler,
        &folder.join("libcosmi.a"),
        &static_library,
    )?;
    let built = Built {
        library: folder.join(target.library),
        import_library: target.is_windows().then(|| folder.join("libcosmi.dll.a")),
        static_library,
        static_needs: static_needs(&output)
            .context("the compiler did not say what the static library needs")?,
    };
    for file in [&built.library, &built.static_library]
        .into_iter()
        .chain(&built.import_library)
    {
        if !file.is_file() {
            bail!("the build left no {}", file.display());
        }
    }
    Ok(built)
}

/// `None` where the target can be built here; otherwise what is missing, and how to get it.
pub fn missing(workspace: &Workspace, target: &Target) -> Option<String> {
    match target.linker {
        Linker::MinGw => {
            if in_path(MINGW.as_ref(), env::var_os("PATH")).is_none() {
                return Some(format!(
                    "no {MINGW} here; Debian and Ubuntu: `apt-get install gcc-mingw-w64-x86-64`"
                ));
            }
        }
        Linker::Zig => {
            if zig(workspace).is_none() {
                return Some(format!(
                    "no {ZIGBUILD} here; `pip install cargo-zigbuild ziglang`, on PATH or in {}",
                    zig_environment(workspace).display()
                ));
            }
        }
    }
    let compiler = match Compiler::ask(workspace) {
        Ok(compiler) => compiler,
        Err(error) => return Some(format!("{error:#}")),
    };
    let has_std = compiler.library(target.triple).is_dir();
    (!has_std).then(|| {
        format!(
            "no Rust target {0} here; `rustup target add {0}`",
            target.triple
        )
    })
}

/// `cargo rustc` with the target's linker.
fn cargo(workspace: &Workspace, target: &Target) -> Result<Command> {
    if target.linker == Linker::MinGw {
        return Ok(workspace.cargo(&["rustc", "--target", target.triple]));
    }
    let program = zig(workspace).with_context(|| format!("no {ZIGBUILD} here"))?;
    let mut command = workspace.cargo_with(&program, &["rustc", "--target"]);
    command.arg(match target.glibc {
        Some(version) => format!("{}.{version}", target.triple),
        None => target.triple.to_owned(),
    });
    // It asks the Python beside it for zig.
    let beside = program.parent().map(Path::to_owned);
    let path = env::var_os("PATH").unwrap_or_default();
    command.env(
        "PATH",
        env::join_paths(beside.into_iter().chain(env::split_paths(&path)))?,
    );
    Ok(command)
}

fn zig(workspace: &Workspace) -> Option<PathBuf> {
    let environment =
        zig_environment(workspace).join(if cfg!(windows) { "Scripts" } else { "bin" });
    in_path(ZIGBUILD.as_ref(), env::var_os("PATH"))
        .or_else(|| in_path(ZIGBUILD.as_ref(), Some(environment.into_os_string())))
}

/// Where a Python environment with zig may lie; `.ci/run` makes it.
fn zig_environment(workspace: &Workspace) -> PathBuf {
    workspace.target.join("tools").join("zig")
}

/// What is asked of the compiler, so that the library's bytes depend on the sources alone and not on where they lie.
fn rust_flags(workspace: &Workspace, compiler: &Compiler, target: &Target) -> Result<OsString> {
    let mut flags = Vec::new();
    if target.is_musl() {
        // A shared library, so with the C library of the process.
        flags.push(OsString::from("-Ctarget-feature=-crt-static"));
    }
    // The compiler takes the last prefix that fits: the target folder may lie in the source tree.
    flags.push(remap(&workspace.root, "/cosmi"));
    flags.push(remap(&workspace.target, "/target"));
    let registries = cargo_home()?.join("registry").join("src");
    for registry in fs::read_dir(&registries)
        .with_context(|| format!("could not read {}", registries.display()))?
    {
        flags.push(remap(&registry?.path(), "/crates"));
    }
    // The standard library is compiled with this name already; where its sources are installed, the compiler finds them.
    flags.push(remap(
        &compiler.library("src/rust"),
        &format!("/rustc/{}", compiler.commit),
    ));
    Ok(flags.join("\u{1f}".as_ref()))
}

fn remap(from: &Path, to: &str) -> OsString {
    let mut flag = OsString::from("--remap-path-prefix=");
    flag.push(from);
    flag.push("=");
    flag.push(to);
    flag
}

fn cargo_home() -> Result<PathBuf> {
    env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| Some(env::home_dir()?.join(".cargo")))
        .context("there is no home folder")
}

/// The Rust compiler in use.
struct Compiler {
    host: String,
    commit: String,
    sysroot: PathBuf,
}

impl Compiler {
    fn ask(workspace: &Workspace) -> Result<Compiler> {
        let version = process::capture(workspace.command("rustc").arg("-vV"))?;
        let field = |name: &str| {
            version
                .lines()
                .find_map(|line| line.strip_prefix(name))
                .map(|value| value.trim().to_owned())
                .with_context(|| format!("rustc does not say its {name}"))
        };
        let sysroot = process::capture(workspace.command("rustc").args(["--print", "sysroot"]))?;
        Ok(Compiler {
            host: field("host:")?,
            commit: field("commit-hash:")?,
            sysroot: PathBuf::from(sysroot.trim()),
        })
    }

    /// What the compiler has of its own for a target, or beside the targets.
    fn library(&self, name: &str) -> PathBuf {
        self.sysroot.join("lib").join("rustlib").join(name)
    }
}

/// Takes the debug information out of a static library: the profile's `strip` leaves static libraries alone.
fn strip(workspace: &Workspace, compiler: &Compiler, from: &Path, to: &Path) -> Result<()> {
    let tool = compiler
        .library(&compiler.host)
        .join("bin")
        .join(format!("rust-objcopy{}", env::consts::EXE_SUFFIX));
    fs::create_dir_all(to.parent().context("a library lies in a folder")?)?;
    process::run(
        workspace
            .command(tool)
            .arg("--strip-debug")
            .arg(from)
            .arg(to),
    )
}

/// `note: native-static-libs: -lgcc_s -lc`
fn static_needs(output: &str) -> Option<Vec<String>> {
    let (_, list) = output
        .lines()
        .rev()
        .find_map(|line| line.split_once("native-static-libs: "))?;
    Some(list.split_whitespace().map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_static_program_needs_is_read() {
        let output = "   Compiling cosmi v0.1.0\n\
                      note: native-static-libs: -lgcc_s -lutil -lc\n\
                      \n    Finished\n";
        assert_eq!(
            static_needs(output),
            Some(vec![
                "-lgcc_s".to_owned(),
                "-lutil".to_owned(),
                "-lc".to_owned()
            ])
        );
        assert_eq!(static_needs("error: could not compile"), None);
    }
}
