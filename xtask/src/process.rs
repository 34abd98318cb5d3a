//! Child processes: started with a clean environment, shown to the reader, their failure an error.

use std::env;
use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read, Seek, Write};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// Where the dynamic linker looks first; `cargo run` puts the target directory there.
pub const LIBRARY_PATH: &str = if cfg!(windows) {
    "PATH"
} else if cfg!(target_os = "macos") {
    "DYLD_FALLBACK_LIBRARY_PATH"
} else {
    "LD_LIBRARY_PATH"
};

/// A command without what `cargo run` added to the environment: its `CARGO_*` variables make build scripts run anew,
/// and its library path would let a program find the library where no user has it.
pub fn command(program: impl AsRef<OsStr>, target: &Path) -> Command {
    let mut command = Command::new(program);
    for (name, _) in env::vars_os() {
        let is_of_cargo_run = name.to_str().is_some_and(|name| {
            [
                "CARGO_PKG_",
                "CARGO_MANIFEST_",
                "CARGO_BIN_",
                "CARGO_CRATE_",
            ]
            .iter()
            .any(|prefix| name.starts_with(prefix))
        });
        if is_of_cargo_run {
            command.env_remove(name);
        }
    }
    if let Some(paths) = env::var_os(LIBRARY_PATH) {
        let kept: Vec<_> = env::split_paths(&paths)
            .filter(|path| !path.starts_with(target))
            .collect();
        if let Ok(kept) = env::join_paths(kept) {
            command.env(LIBRARY_PATH, kept);
        }
    }
    command
}

/// Runs a command whose output the reader sees.
pub fn run(command: &mut Command) -> Result<()> {
    let line = announce(command);
    let status = command
        .status()
        .with_context(|| format!("could not start `{line}`"))?;
    if status.success() {
        return Ok(());
    }
    // The whole line stands above; what it was about is enough to know it again.
    let start: Vec<&str> = line.split(' ').take(3).collect();
    bail!("`{} …` failed ({status})", start.join(" "))
}

/// Runs a command quietly and gives what it wrote on standard output.
pub fn capture(command: &mut Command) -> Result<String> {
    let line = display(command);
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("could not start `{line}`"))?;
    if !output.status.success() {
        bail!(
            "`{line}` failed ({}): {}",
            output.status,
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    String::from_utf8(output.stdout)
        .with_context(|| format!("`{line}` wrote something that is not UTF-8"))
}

/// Runs a command whose output the reader sees, and gives that output (both streams, as it came) too.
pub fn tee(command: &mut Command) -> Result<(ExitStatus, String)> {
    let line = announce(command);
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("could not start `{line}`"))?;
    let text = Mutex::new(String::new());
    let stdout = child.stdout.take().expect("standard output is piped");
    let stderr = child.stderr.take().expect("standard error is piped");
    std::thread::scope(|scope| {
        scope.spawn(|| echo(stdout, &text));
        scope.spawn(|| echo(stderr, &text));
    });
    let status = child
        .wait()
        .with_context(|| format!("could not wait for `{line}`"))?;
    Ok((status, text.into_inner().expect("no echoing thread panics")))
}

/// What came of a command that had a limit.
pub struct Run {
    line: String,
    limit: Duration,
    /// `None`: the limit was over, and the process was ended.
    pub status: Option<ExitStatus>,
    /// Both streams.
    pub output: String,
}

impl Run {
    pub fn succeeded(&self) -> bool {
        self.status.is_some_and(|status| status.success())
    }

    /// What it was, how it ended and what it said.
    pub fn report(&self) -> String {
        let end = match self.status {
            Some(status) => status.to_string(),
            None => format!("not done after {} s", self.limit.as_secs()),
        };
        format!("`{}`: {end}\n{}", self.line, self.output.trim_end())
    }
}

/// Runs a command for so long at most. Its output goes to a file first: a pipe would stay open as long as any process
/// that it leaves behind.
pub fn limited(command: &mut Command, limit: Duration) -> Result<Run> {
    const PAUSE: Duration = Duration::from_millis(20);
    let line = display(command);
    let mut file = tempfile::tempfile().context("there is no place for output")?;
    let mut child = command
        .stdin(Stdio::null())
        .stdout(file.try_clone()?)
        .stderr(file.try_clone()?)
        .spawn()
        .with_context(|| format!("could not start `{line}`"))?;
    let start = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break Some(status);
        }
        if start.elapsed() > limit {
            child.kill()?;
            child.wait()?;
            break None;
        }
        std::thread::sleep(PAUSE);
    };
    file.rewind()?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(Run {
        line,
        limit,
        status,
        output: String::from_utf8_lossy(&bytes).into_owned(),
    })
}

fn echo(stream: impl Read, text: &Mutex<String>) {
    let mut reader = BufReader::new(stream);
    let mut bytes = Vec::new();
    while reader
        .read_until(b'\n', &mut bytes)
        .is_ok_and(|count| count > 0)
    {
        let line = String::from_utf8_lossy(&bytes);
        let mut text = text.lock().expect("no echoing thread panics");
        // A reader who closed our output still gets the exit code.
        let _ = std::io::stdout().write_all(line.as_bytes());
        text.push_str(&line);
        drop(text);
        bytes.clear();
    }
}

fn announce(command: &Command) -> String {
    let line = display(command);
    println!("$ {line}");
    line
}

fn display(command: &Command) -> String {
    // Where a program lies says little; what it is called says enough.
    let program = Path::new(command.get_program());
    std::iter::once(program.file_stem().unwrap_or(program.as_os_str()))
        .chain(command.get_args())
        .map(|part| {
            let part = part.to_string_lossy();
            let is_plain = !part.is_empty()
                && !part.contains(|c: char| c.is_whitespace() || c == '"' || c == '$');
            if is_plain {
                part.into_owned()
            } else {
                format!("'{part}'")
            }
        })
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cargo_run_adds_to_the_environment_is_taken_away() {
        // Tests get it too.
        assert!(env::var_os("CARGO_PKG_NAME").is_some());
        let command = command("cargo", Path::new("target"));
        assert!(
            command
                .get_envs()
                .any(|change| change == (OsStr::new("CARGO_PKG_NAME"), None))
        );
    }

    #[test]
    fn a_failure_says_what_failed_and_why() {
        let error = capture(Command::new("cargo").arg("no-such-command")).unwrap_err();
        let text = format!("{error:#}");
        assert!(text.starts_with("`cargo no-such-command` failed"), "{text}");
        assert!(text.contains("no such command"), "{text}");

        let error = capture(&mut Command::new("no-such-program")).unwrap_err();
        assert!(format!("{error:#}").starts_with("could not start `no-such-program`: "));
    }

    #[cfg(unix)]
    #[test]
    fn what_takes_too_long_is_ended_and_what_it_said_is_kept() {
        // A process that it leaves behind has the output open, and nobody waits for it.
        let mut slow = Command::new("sh");
        slow.args(["-c", "echo started; sleep 40 & sleep 60"]);
        let start = Instant::now();
        let run = limited(&mut slow, Duration::from_millis(500)).unwrap();
        assert!(start.elapsed() < Duration::from_secs(30));
        assert_eq!(run.status, None);
        assert!(!run.succeeded());
        assert_eq!(run.output, "started\n");

        let run = limited(
            Command::new("sh").args(["-c", "echo no >&2; exit 3"]),
            Duration::from_secs(20),
        )
        .unwrap();
        assert_eq!(run.status.and_then(|status| status.code()), Some(3));
        assert!(run.report().ends_with("\nno"), "{}", run.report());
    }

    #[test]
    fn output_is_shown_and_given() {
        let (status, output) = tee(Command::new("cargo").arg("--version")).unwrap();
        assert!(status.success());
        assert!(output.starts_with("cargo "), "{output}");
    }
}
