//! When to stop: when asked to, or when whoever started this is gone.

use std::io::{Read, Stdin};

use tokio::sync::oneshot;

pub async fn requested() {
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = terminated() => {}
        () = input_closed() => {}
    }
}

async fn input_closed() {
    if !is_held_by_someone(&std::io::stdin()) {
        return std::future::pending().await;
    }
    let (closed, end) = oneshot::channel();
    // A thread of its own: reading from standard input cannot be cancelled, and must not hold up the end.
    std::thread::spawn(move || {
        let mut buffer = [0; 256];
        while std::io::stdin()
            .read(&mut buffer)
            .is_ok_and(|read| read > 0)
        {}
        let _ = closed.send(());
    });
    let _ = end.await;
}

#[cfg(unix)]
async fn terminated() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut signal) => {
            signal.recv().await;
        }
        // Then the signal ends the process in its own way.
        Err(_) => std::future::pending().await,
    }
}

#[cfg(not(unix))]
async fn terminated() {
    std::future::pending::<()>().await;
}

/// A shell gives what it runs in the background the null device, which is at its end from the start.
#[cfg(unix)]
fn is_held_by_someone(input: &Stdin) -> bool {
    use std::io::IsTerminal;
    use std::os::fd::AsFd;
    use std::os::unix::fs::FileTypeExt;
    let kind = input
        .as_fd()
        .try_clone_to_owned()
        .and_then(|descriptor| std::fs::File::from(descriptor).metadata())
        .map(|metadata| metadata.file_type());
    input.is_terminal() || kind.is_ok_and(|kind| !kind.is_char_device())
}

#[cfg(not(unix))]
fn is_held_by_someone(_: &Stdin) -> bool {
    true
}
