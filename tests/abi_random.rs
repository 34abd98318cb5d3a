//! Ten thousand operations on a server that never answers, started, cancelled and freed at random.

mod abi_support;

use std::ptr;
use std::thread;
use std::time::Duration;

use abi_support::*;
use cosmi::abi::operation::*;
use cosmi::abi::status::*;

const OPERATIONS: usize = 10_000;
const THREADS: usize = 4;

struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }
}

#[test]
fn ten_thousand_random_operations_end_and_call_back_once_each() {
    let server = Server::silent();
    let client = Client::of(&server);
    let completions = Completions::new();
    thread::scope(|scope| {
        for seed in 1..=THREADS as u64 {
            let (client, completions) = (&client, &completions);
            scope.spawn(move || {
                let mut random = Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15));
                for _ in 0..OPERATIONS / THREADS {
                    let timeout_ms = u32::from(random.below(8) == 0);
                    let operation = client.start(
                        timeout_ms,
                        Some(Completions::callback),
                        completions.user_data(),
                    );
                    for _ in 0..random.below(5) {
                        match random.below(4) {
                            0 => operation.cancel(),
                            1 => drop(operation.wait(0)),
                            2 => thread::yield_now(),
                            _ => thread::sleep(Duration::from_micros(random.below(200))),
                        }
                    }
                    if random.below(4) == 0 {
                        operation.cancel();
                        let status = operation.end();
                        assert!(
                            [cosmi_status::Cancelled, cosmi_status::TimedOut].contains(&status),
                            "{status:?}"
                        );
                        assert!(unsafe { !cosmi_operation_error(operation.0).is_null() });
                        assert_eq!(operation.end(), status);
                    }
                    drop(operation);
                }
            });
        }
    });
    let seen = completions.exactly(OPERATIONS);
    assert!(
        seen.iter()
            .all(|(status, _)| [cosmi_status::Cancelled, cosmi_status::TimedOut].contains(status))
    );
    assert!(
        seen.iter().all(|(_, thread)| *thread == seen[0].1),
        "one thread for the host's code"
    );
    // And it is as good as new.
    assert_eq!(
        Client::of(&Server::with_token("t"))
            .start(0, None, ptr::null_mut())
            .end(),
        cosmi_status::Ok
    );
}
