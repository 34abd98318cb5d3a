//! Single flight: of many who want the same thing at once, one asks and all get the answer; the answer is kept.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, PoisonError, RwLock, RwLockWriteGuard};
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared, WeakShared};

use super::call::{Call, SharedDeadline};
use super::error::Error;
use super::settings::DEFAULT_TIMEOUT;

type Answer<V> = BoxFuture<'static, Result<V, Error>>;

struct Slot<V: Clone> {
    value: Option<V>,
    // weak: when everybody who waits has gone, the request goes too
    pending: Option<(WeakShared<Answer<V>>, SharedDeadline)>,
    // when a value that is still good was last tried to be replaced
    renewed: Option<Instant>,
    // how often all was forgotten: a request from before tells what is no more
    forgotten: u64,
}

impl<V: Clone> Slot<V> {
    fn pending(&self) -> Option<(Shared<Answer<V>>, &SharedDeadline)> {
        let (flight, deadline) = self.pending.as_ref()?;
        Some((flight.upgrade()?, deadline))
    }
}

impl<V: Clone> Default for Slot<V> {
    fn default() -> Slot<V> {
        Slot {
            value: None,
            pending: None,
            renewed: None,
            forgotten: 0,
        }
    }
}

/// A memory of answers by key, with at most one request on its way for each. Failures are not remembered.
pub(super) struct Flights<K, V: Clone> {
    slots: Arc<RwLock<HashMap<K, Slot<V>>>>,
}

impl<K, V> Flights<K, V>
where
    K: Eq + Hash + Clone + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    pub(super) fn new() -> Flights<K, V> {
        Flights {
            slots: Arc::default(),
        }
    }

    /// The remembered value while it is `fresh`, else the answer of the request on its way, else of a new one. A
    /// request has the time of whoever waits for it longest.
    pub(super) async fn get(
        &self,
        key: K,
        call: &Call,
        fresh: impl FnOnce(&V) -> bool,
        ask: impl FnOnce(Call) -> Answer<V>,
    ) -> Result<V, Error> {
        let flight = {
            let mut slots = write(&self.slots);
            let slot = slots.entry(key.clone()).or_default();
            if let Some(value) = slot.value.as_ref().filter(|value| fresh(value)) {
                return Ok(value.clone());
            }
            // others must not come to share a request that is never sent
            call.may_send()?;
            if let Some((flight, deadline)) = slot.pending() {
                deadline.extend(call.deadline());
                flight
            } else {
                let (call, deadline) = call.shared();
                self.launch(key, slot, ask(call), deadline)
            }
        };
        flight.await
    }

    /// Has the value replaced while it is used further; at most one at a time, and not again before `pause` is over.
    /// The caller has to run what is returned.
    pub(super) fn renew(
        &self,
        key: K,
        call: &Call,
        pause: Duration,
        ask: impl FnOnce(Call) -> Answer<V>,
    ) -> Option<Shared<Answer<V>>> {
        let mut slots = write(&self.slots);
        let slot = slots.entry(key.clone()).or_default();
        if !call.is_for_work() {
            return None;
        }
        let lately = slot
            .renewed
            .is_some_and(|renewed| renewed.elapsed() < pause);
        if lately || slot.pending().is_some() {
            return None;
        }
        slot.renewed = Some(Instant::now());
        let (call, deadline) = call.left_behind(DEFAULT_TIMEOUT);
        Some(self.launch(key, slot, ask(call), deadline))
    }

    /// The remembered value while it is `fresh`.
    pub(super) fn remembered<Q>(&self, key: &Q, fresh: impl FnOnce(&V) -> bool) -> Option<V>
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        let slots = self.slots.read().unwrap_or_else(PoisonError::into_inner);
        slots
            .get(key)?
            .value
            .as_ref()
            .filter(|value| fresh(value))
            .cloned()
    }

    /// Forgets the value when it is still the stale one, so that of many who find it stale one asks anew.
    pub(super) fn forget(&self, key: &K, stale: impl FnOnce(&V) -> bool) {
        if let Some(slot) = write(&self.slots).get_mut(key)
            && slot.value.as_ref().is_some_and(stale)
        {
            slot.value = None;
        }
    }

    /// Forgets every value, and those that are on their way: whoever asks from now on gets a newer one.
    pub(super) fn forget_all(&self) {
        for slot in write(&self.slots).values_mut() {
            slot.value = None;
            slot.pending = None;
            slot.forgotten += 1;
        }
    }

    /// Forgets every stale value, whatever it was asked by.
    pub(super) fn forget_all_that(&self, stale: impl Fn(&V) -> bool) {
        for slot in write(&self.slots).values_mut() {
            slot.value.take_if(|value| stale(value));
        }
    }

    fn launch(
        &self,
        key: K,
        slot: &mut Slot<V>,
        answer: Answer<V>,
        deadline: SharedDeadline,
    ) -> Shared<Answer<V>> {
        let slots = Arc::clone(&self.slots);
        let forgotten = slot.forgotten;
        let flight = async move {
            let answer = answer.await;
            if let Some(slot) = write(&slots).get_mut(&key)
                && slot.forgotten == forgotten
            {
                // a failure leaves a value that may still be good
                if let Ok(value) = &answer {
                    slot.value = Some(value.clone());
                }
                slot.pending = None;
            }
            answer
        }
        .boxed()
        .shared();
        slot.pending = flight.downgrade().map(|flight| (flight, deadline));
        flight
    }
}

fn write<T>(lock: &RwLock<T>) -> RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::azure::call::{Level, Log, Purpose};
    use crate::azure::clock::SystemClock;
    use crate::azure::error::Kind;
    use std::sync::atomic::{AtomicUsize, Ordering};

    struct Silent;

    impl Log for Silent {
        fn enabled(&self, _: Level) -> bool {
            false
        }

        fn record(&self, _: Level, _: u64, _: &str) {}
    }

    fn call_for(timeout: Duration) -> Call {
        let (log, clock) = (Arc::new(Silent), Arc::new(SystemClock));
        Call::new(1, timeout, log, clock, Purpose::Work)
    }

    fn call() -> Call {
        call_for(DEFAULT_TIMEOUT)
    }

    #[tokio::test]
    async fn a_check_asks_nothing_and_uses_what_is_remembered() {
        let (flights, count) = (Flights::new(), Arc::new(AtomicUsize::new(0)));
        let (log, clock) = (Arc::new(Silent), Arc::new(SystemClock));
        let check = Call::new(2, DEFAULT_TIMEOUT, log, clock, Purpose::Check);
        let good = |_: &u32| true;
        let asked = flights.get("key", &check, good, |_| unreachable!("asked"));
        assert_eq!(asked.await.map_err(|e| e.kind()), Err(Kind::Cancelled));
        let work = call();
        let known = flights.get("key", &work, good, |_| asking(&count, Ok(1)));
        assert_eq!(known.await.ok(), Some(1));
        let remembered = flights.get("key", &check, good, |_| unreachable!("asked"));
        assert_eq!(remembered.await.ok(), Some(1));
        let renewed = flights.renew("key", &check, Duration::ZERO, |_| unreachable!("asked"));
        assert!(renewed.is_none());
    }

    #[tokio::test]
    async fn a_request_has_the_time_of_whoever_waits_longest() {
        let flights = Flights::new();
        let seconds = Duration::from_secs;
        let (short, long) = (call_for(seconds(5)), call_for(seconds(500)));
        let first = flights.get(
            "key",
            &short,
            |_| true,
            |call| {
                async move {
                    let before = call.remaining();
                    tokio::task::yield_now().await;
                    Ok((before, call.remaining()))
                }
                .boxed()
            },
        );
        let second = flights.get(
            "key",
            &long,
            |_| true,
            |_| unreachable!("one is on its way"),
        );
        let (first, second) = futures_util::future::join(first, second).await;
        let (before, after) = first.expect("an answer");
        assert!(
            before <= seconds(5) && after > seconds(400),
            "{before:?} {after:?}"
        );
        assert_eq!(second.expect("the same"), (before, after));
    }

    fn asking(count: &Arc<AtomicUsize>, result: Result<u32, Error>) -> Answer<u32> {
        let count = Arc::clone(count);
        async move {
            tokio::task::yield_now().await;
            count.fetch_add(1, Ordering::SeqCst);
            result
        }
        .boxed()
    }

    #[tokio::test]
    async fn many_callers_make_one_request() {
        let (flights, count) = (Flights::new(), Arc::new(AtomicUsize::new(0)));
        let call = call();
        let all = (0..64).map(|_| flights.get("key", &call, |_| true, |_| asking(&count, Ok(7))));
        let answers = futures_util::future::join_all(all).await;
        assert!(answers.iter().all(|answer| matches!(answer, Ok(7))));
        assert_eq!(count.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn failures_and_stale_values_are_asked_again() {
        let (flights, count) = (Flights::new(), Arc::new(AtomicUsize::new(0)));
        let failure = Err(Error::new(Kind::Service, "no"));
        assert!(
            flights
                .get("key", &call(), |_| true, |_| asking(&count, failure))
                .await
                .is_err()
        );
        assert_eq!(
            flights
                .get("key", &call(), |_| true, |_| asking(&count, Ok(1)))
                .await
                .ok(),
            Some(1)
        );
        assert_eq!(
            flights
                .get("key", &call(), |_| false, |_| asking(&count, Ok(2)))
                .await
                .ok(),
            Some(2)
        );
        flights.forget(&"key", |value| *value == 1);
        assert_eq!(
            flights
                .get("key", &call(), |_| true, |_| asking(&count, Ok(3)))
                .await
                .ok(),
            Some(2)
        );
        flights.forget(&"key", |value| *value == 2);
        assert_eq!(
            flights
                .get("key", &call(), |_| true, |_| asking(&count, Ok(4)))
                .await
                .ok(),
            Some(4)
        );
        assert_eq!(count.load(Ordering::SeqCst), 4);
    }

    #[tokio::test]
    async fn what_was_asked_before_all_was_forgotten_is_not_given_to_those_who_ask_later() {
        let (flights, count) = (Flights::new(), Arc::new(AtomicUsize::new(0)));
        let good = |_: &u32| true;
        let call = call();
        let mut before = Box::pin(flights.get("key", &call, good, |_| asking(&count, Ok(1))));
        assert!(before.as_mut().now_or_never().is_none(), "on its way");
        flights.forget_all();
        let after = flights.get("key", &call, good, |_| asking(&count, Ok(2)));
        let (after, before) = futures_util::future::join(after, before).await;
        assert_eq!((before.ok(), after.ok()), (Some(1), Some(2)));
        assert_eq!(flights.remembered("key", good), Some(2));
    }

    #[tokio::test]
    async fn a_value_is_replaced_while_it_is_used() {
        let (flights, count) = (Flights::new(), Arc::new(AtomicUsize::new(0)));
        let (pause, none) = (Duration::from_secs(1000), Duration::ZERO);
        let good = |_: &u32| true;
        assert_eq!(
            flights
                .get("key", &call(), good, |_| asking(&count, Ok(1)))
                .await
                .ok(),
            Some(1)
        );
        let failing = flights.renew("key", &call(), pause, |_| {
            asking(&count, Err(Error::new(Kind::Service, "no")))
        });
        let failing = failing.expect("the first");
        assert!(
            flights
                .renew("key", &call(), none, |_| asking(&count, Ok(9)))
                .is_none(),
            "one is on its way"
        );
        assert_eq!(flights.remembered("key", good), Some(1));
        assert!(failing.await.is_err());
        assert_eq!(
            flights.remembered("key", good),
            Some(1),
            "the old one is still good"
        );
        assert!(
            flights
                .renew("key", &call(), pause, |_| asking(&count, Ok(9)))
                .is_none(),
            "not again so soon"
        );
        let renewing = flights
            .renew("key", &call(), none, |_| asking(&count, Ok(2)))
            .expect("later");
        assert_eq!(renewing.await.ok(), Some(2));
        assert_eq!(flights.remembered("key", good), Some(2));
        assert_eq!(count.load(Ordering::SeqCst), 3);
    }

    #[tokio::test]
    async fn a_request_that_nobody_waits_for_is_dropped() {
        struct Gone(Arc<AtomicUsize>);
        impl Drop for Gone {
            fn drop(&mut self) {
                self.0.fetch_add(1, Ordering::SeqCst);
            }
        }
        let (flights, gone) = (Flights::<_, u32>::new(), Arc::new(AtomicUsize::new(0)));
        let flag = Gone(Arc::clone(&gone));
        let forever = async move {
            let _flag = flag;
            std::future::pending().await
        };
        {
            let call = call();
            let waiting = flights.get("key", &call, |_| true, |_| forever.boxed());
            assert!(Box::pin(waiting).as_mut().now_or_never().is_none());
        }
        assert_eq!(gone.load(Ordering::SeqCst), 1);
    }
}
