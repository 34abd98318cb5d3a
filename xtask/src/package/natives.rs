//! The native library for every platform it is shipped for, each built from this one.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::imports;
use super::strip::strip;
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
    /// How many bytes the shared library may have; docs/PACKAGING.md says what they are spent on.
    pub size_limit: u64,
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
    /// Folders of this machine that the compiler read from, and was told to call otherwise.
    pub private_paths: Vec<PathBuf>,
}

impl Built {
    /// The libraries, all that is shipped of a build.
    pub fn files(&self) -> impl Iterator<Item = &PathBuf> {
        [&self.library, &self.static_library]
            .into_iter()
            .chain(&self.import_library)
    }
}

pub const TARGETS: [Target; 5] = [
    Target {
        triple: "x86_64-pc-windows-gnu",
        rid: "win-x64",
        library: "cosmi.dll",
        glibc: None,
        size_limit: 2_550_000,
        linker: Linker::MinGw,
    },
    Target {
        triple: "aarch64-pc-windows-gnullvm",
        rid: "win-arm64",
        library: "cosmi.dll",
        glibc: None,
        size_limit: 2_300_000,
        linker: Linker::Zig,
    },
    Target {
        triple: "x86_64-unknown-linux-gnu",
        rid: "linux-x64",
        library: "libcosmi.so",
        glibc: Some("2.17"),
        size_limit: 2_780_000,
        linker: Linker::Zig,
    },
    Target {
        triple: "aarch64-unknown-linux-gnu",
        rid: "linux-arm64",
        library: "libcosmi.so",
        glibc: Some("2.17"),
        size_limit: 2_550_000,
        linker: Linker::Zig,
    },
    Target {
        triple: "x86_64-unknown-linux-musl",
        rid: "linux-musl-x64",
        library: "libcosmi.so",
        glibc: None,
        size_limit: 2_780_000,
        linker: Linker::Zig,
    },
];

pub const WINDOWS_X64: &Target = &TARGETS[0];

const MINGW: &str = "x86_64-w64-mingw32-gcc";
const ZIGBUILD: &str = "cargo-zigbuild";

/// Between the flags in `CARGO_ENCODED_RUSTFLAGS`.
const SEPARATOR: &str = "\u{1f}";

impl Target {
    pub fn is_windows(&self) -> bool {
        self.triple.contains("-windows-")
    }

    /// Zig, which is Clang, links the others.
    pub fn is_linked_by_gcc(&self) -> bool {
        self.linker == Linker::MinGw
    }

    /// Its tools make import libraries in the short form, which no tool here can strip.
    fn is_llvm_windows(&self) -> bool {
        self.triple.ends_with("-gnullvm")
    }

    fn is_musl(&self) -> bool {
        self.triple.ends_with("-musl")
    }
}

/// Builds the library of a target as it is shipped, shared and static.
pub fn build(workspace: &Workspace, target: &Target) -> Result<Built> {
    build_at(workspace, target, &workspace.root, &workspace.target)
}

/// The same from the sources in `root`, with what comes of them below `output`.
pub fn build_at(
    workspace: &Workspace,
    target: &Target,
    root: &Path,
    output: &Path,
) -> Result<Built> {
    if let Some(what) = missing(workspace, target) {
        bail!("{} cannot be built: {what}", target.rid);
    }
    let compiler = Compiler::ask(workspace)?;
    let mut command = cargo(workspace, target)?;
    command.current_dir(root);
    command.args(["--package", "cosmi", "--release", "--lib"]);
    // Without the rlib, which would keep everything that Rust could call. The static library costs the shared one nothing.
    command.args(["--crate-type", "cdylib,staticlib"]);
    command.arg("--target-dir").arg(output);
    command.args(["--", "--print", "native-static-libs"]);
    let renamed = renamed(&compiler, root, output)?;
    let mut flags = rust_flags(target, &renamed);
    if target.is_llvm_windows() {
        let exports = output.join(target.triple).join("cosmi.def");
        write_exports(&exports)?;
        flags.push(SEPARATOR);
        flags.push("-Clink-arg=");
        flags.push(exports);
    }
    command.env("CARGO_ENCODED_RUSTFLAGS", flags);
    command.env(
        format!("CFLAGS_{}", target.triple.replace('-', "_")),
        c_flags(target),
    );
    // The date that linkers put into a DLL.
    command.env("SOURCE_DATE_EPOCH", "0");
    if output != workspace.target {
        // Objects that zig has in its cache would stand in for those it compiles now.
        command.env("ZIG_GLOBAL_CACHE_DIR", output.join("zig"));
    }
    let (status, said) = process::tee(&mut command)?;
    if !status.success() {
        bail!("the build for {} failed ({status})", target.rid);
    }

    let folder = output.join(target.triple).join("release");
    let mut static_library = folder.join("libcosmi.a");
    if !target.is_llvm_windows() {
        let stripped = folder.join("stripped").join("libcosmi.a");
        strip(workspace, &compiler, &static_library, &stripped)?;
        static_library = stripped;
    }
    let built = Built {
        library: folder.join(target.library),
        import_library: target.is_windows().then(|| folder.join("libcosmi.dll.a")),
        static_library,
        private_paths: renamed.into_iter().map(|(path, _)| path).collect(),
        static_needs: static_needs(&said)
            .context("the compiler did not say what the static library needs")?,
    };
    for file in built.files() {
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
    if target.is_linked_by_gcc() {
        return Ok(workspace.cargo(&["rustc", "--target", target.triple]));
    }
    let (program, path) = zig(workspace).with_context(|| format!("no {ZIGBUILD} here"))?;
    let triple = match target.glibc {
        Some(version) => format!("{}.{version}", target.triple),
        None => target.triple.to_owned(),
    };
    let mut command = workspace.cargo_with(&program, &["rustc", "--target", &triple]);
    command.env("PATH", path);
    Ok(command)
}

/// cargo-zigbuild, and the `PATH` it wants: it asks the Python beside it for zig.
pub fn zig(workspace: &Workspace) -> Option<(PathBuf, OsString)> {
    let environment =
        zig_environment(workspace).join(if cfg!(windows) { "Scripts" } else { "bin" });
    let path = env::var_os("PATH").unwrap_or_default();
    let program = in_path(ZIGBUILD.as_ref(), Some(path.clone()))
        .or_else(|| in_path(ZIGBUILD.as_ref(), Some(environment.into_os_string())))?;
    let beside = program.parent().map(Path::to_owned);
    let path = env::join_paths(beside.into_iter().chain(env::split_paths(&path))).ok()?;
    Some((program, path))
}

/// Where a Python environment with zig may lie; `.ci/run` makes it.
fn zig_environment(workspace: &Workspace) -> PathBuf {
    workspace.target.join("tools").join("zig")
}

/// What is asked of the compiler, so that the library's bytes depend on the sources alone and not on where they lie.
fn rust_flags(target: &Target, renamed: &[(PathBuf, String)]) -> OsString {
    let mut flags = Vec::new();
    if target.is_musl() {
        // A shared library, so with the C library of the process.
        flags.push(OsString::from("-Ctarget-feature=-crt-static"));
    }
    if target.is_llvm_windows() {
        // Otherwise an old windows-sys wants an import library that only its crate has.
        flags.push(OsString::from("--cfg=windows_raw_dylib"));
    }
    if target.triple.starts_with("x86_64-unknown-linux-") {
        // Unwind tables that count from a frame pointer are smaller, by far more than the code grows.
        flags.push(OsString::from("-Cforce-frame-pointers=yes"));
    }
    for (from, to) in renamed {
        let mut flag = OsString::from("--remap-path-prefix=");
        flag.push(from);
        flag.push("=");
        flag.push(to);
        flags.push(flag);
    }
    flags.join(SEPARATOR.as_ref())
}

/// What is asked of the C compiler, whose objects would name its folders.
fn c_flags(target: &Target) -> &'static str {
    if target.is_llvm_windows() {
        // Zig names an object after a passing file of its cache, even where it writes no debug information.
        "-g0 -s"
    } else {
        "-g0"
    }
}

/// Writes what a DLL exports, as linkers read it. The compiler does the same, but cargo-zigbuild leaves its file out.
fn write_exports(file: &Path) -> Result<()> {
    let functions: Vec<String> = imports::functions(imports::HEADER).into_iter().collect();
    let text = format!("EXPORTS\n{}\n", functions.join("\n"));
    fs::create_dir_all(file.parent().context("a file lies in a folder")?)?;
    fs::write(file, text).with_context(|| format!("could not write {}", file.display()))
}

/// The folders that sources are read from, and what each is called in the library. Of several that fit a path the
/// compiler takes the last: the target folder may lie in the source tree.
fn renamed(compiler: &Compiler, root: &Path, output: &Path) -> Result<Vec<(PathBuf, String)>> {
    let mut renamed = vec![
        (root.to_owned(), "/cosmi".to_owned()),
        (output.to_owned(), "/target".to_owned()),
    ];
    let registries = cargo_home()?.join("registry").join("src");
    for registry in fs::read_dir(&registries)
        .with_context(|| format!("could not read {}", registries.display()))?
    {
        renamed.push((registry?.path(), "/crates".to_owned()));
    }
    // The standard library comes with this name; where its sources are installed the compiler finds them.
    renamed.push((
        compiler.library("src/rust"),
        format!("/rustc/{}", compiler.commit),
    ));
    Ok(renamed)
}

fn cargo_home() -> Result<PathBuf> {
    env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| Some(env::home_dir()?.join(".cargo")))
        .context("there is no home folder")
}

/// The Rust compiler in use.
pub struct Compiler {
    pub host: String,
    commit: String,
    pub sysroot: PathBuf,
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
    pub fn library(&self, name: &str) -> PathBuf {
        self.sysroot.join("lib").join("rustlib").join(name)
    }
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
